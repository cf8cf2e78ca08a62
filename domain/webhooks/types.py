"""Which events webhooks can be told of, in which format."""

from collections.abc import Sequence

from domain.kernel.errors import BadInput
from domain.kernel.event_types import CATALOGUE
from domain.kernel.permissions import Permission
from domain.questionnaires.events import QUESTIONNAIRE_RESULT_PUBLISHED
from domain.webhooks.events import WEBHOOK_TESTED
from domain.webhooks.status import Format

TEST = WEBHOOK_TESTED.name
"""Told only to the webhook that it is about."""
RESULT = QUESTIONNAIRE_RESULT_PUBLISHED.name
"""All that the webhook of a questionnaire is told."""
ESC = ("invite.completed", "invite.started", "order.completed")
"""What the esc Profile API tells, in the words of its contract (R-ESC-56)."""
_ORDERS = ("order.", "invoice.", "credits.")


def told(format: Format) -> Sequence[str]:
    """The types of events that a format can tell of, by name."""
    if format is Format.QUESTIONNAIRES:
        return (RESULT,)
    return ESC if format is Format.ESC else sorted(CATALOGUE.keys() - {TEST})


def checked(events: Sequence[str] | None, format: Format) -> list[str]:
    """The types of events that a webhook is to be told of, each once; without any, all of its format.

    Raises BadInput.
    """
    known = told(format)
    if events is None:
        return list(known)
    if not events:
        raise BadInput.field("events", message="Name at least one type in 'events', or leave it out for all.")
    if unknown := sorted({str(event) for event in events} - set(known)):
        raise BadInput.field("events", message=f"There is no event {unknown[0][:100]!r} to be told of; there are: {', '.join(known)}.")
    return sorted(set(events))


def needed(events: Sequence[str], format: Format) -> list[Permission]:
    """What somebody must be allowed to read for what a webhook tells: it goes on telling it without asking again."""
    if format is Format.CENTIL:
        return [Permission.EVENTS_READ]
    if format is Format.QUESTIONNAIRES:
        return [Permission.QUESTIONNAIRE_RESULTS_READ, Permission.PARTICIPANTS_READ]
    of_orders = [event for event in events if about_money(event)]
    return [
        *([Permission.INVITES_READ, Permission.CANDIDATES_READ] if len(of_orders) < len(events) else ()),
        *([Permission.BILLING_READ] if of_orders else ()),
    ]


def about_results(event: str) -> bool:
    """Say whether an event tells what an assessor found."""
    return event.startswith("questionnaire_result.")


def about_money(event: str) -> bool:
    """Say whether an event tells what was bought, charged or credited."""
    return event.startswith(_ORDERS)
