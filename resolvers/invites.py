"""Invites: who was asked to take what, and where it stands."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.candidates import queries as candidates
from domain.instruments import bank
from domain.invites import commands, links, queries
from domain.invites.status import BETWEEN_REMINDERS, OPEN, REMINDERS, InviteStatus, Origin, days_left, derived
from domain.kernel.language import Language
from domain.kernel.paging import Window
from domain.kernel.permissions import Permission
from resolvers import ids
from resolvers.context import Context
from resolvers.enums import ListOrder
from resolvers.fields import Connection, Info, arg, attribute, computed, edge, graph_type, listing, mutation, query, read_by
from resolvers.inputs import defaulted, required
from resolvers.inputs import given as given_in
from resolvers.instruments import Instrument, of_version
from resolvers.nodes import Node, findable
from resolvers.paging import filters

if TYPE_CHECKING:
    from resolvers.attempts import Attempt
    from resolvers.candidates import Candidate

READ = Permission.INVITES_READ
ORIGINS = "Only if it came through one of these doors, and not found otherwise; left out: through any."
WRITE = Permission.INVITES_WRITE


def _status(context: Context, stored: str, expires_at: datetime) -> InviteStatus:
    return derived(stored, expires_at, context.now)


def _link(context: Context, key: str) -> str:
    return links.invite_link(context.environment, context.account_id, key)


def _days_left(context: Context, expires_at: datetime) -> int:
    return days_left(expires_at, context.now)


def _reminders_left(context: Context, sent: int, stored: str, expires_at: datetime) -> int:
    return REMINDERS - sent if _status(context, stored, expires_at) in OPEN else 0


def _next_reminder(context: Context, sent: int, stored: str, expires_at: datetime, reminded_at: datetime | None) -> datetime | None:
    at = reminded_at + BETWEEN_REMINDERS if reminded_at else context.now
    return at if context.now < at < expires_at and _reminders_left(context, sent, stored, expires_at) else None


@graph_type(requires=READ, description="One candidate asked to take one instrument, once.")
class Invite(Node):
    id: strawberry.ID = computed(ids.encoder("Invite"), columns=("key",), description="Opaque id.")
    key: str = attribute("Its key in the documented API: `inv_…`.")
    status: InviteStatus = computed(_status, columns=("stored_status", "expires_at"), context=True, description="Where it stands now.")
    origin: Origin = attribute("Through which door it came.")
    candidate: Annotated["Candidate", strawberry.lazy("resolvers.candidates")] = edge(
        candidates.by_keys, key="candidate_key", description="Who was invited."
    )
    attempt: Annotated["Attempt", strawberry.lazy("resolvers.attempts")] | None = edge(
        queries.attempts_by_invite, key="key", description="The attempt it led to; null until it is begun."
    )
    instrument: Instrument = computed(
        of_version, columns=("instrument", "instrument_version"), description="What is to be taken, in which version."
    )
    label: str | None = attribute("The integrator's own word for what is taken.")
    email: str = attribute("The email address it was sent to.")
    name: str = attribute("The name it was sent with; may be empty.")
    language: Language = attribute("The language its mail and pages begin in.")
    link: str = computed(_link, columns=("key",), context=True, description="Where the candidate takes it. Whoever has the link can.")
    send_email: bool = attribute("Whether the invitation was to be mailed.")
    sent_at: datetime | None = attribute("When the invitation was mailed.")
    reminders: int = attribute("How many reminders were sent.")
    reminders_left: int = computed(
        _reminders_left,
        columns=("reminders", "stored_status", "expires_at"),
        context=True,
        description="How many more may be sent; none once it is over.",
    )
    reminded_at: datetime | None = attribute("When the last reminder was sent.")
    next_reminder_at: datetime | None = computed(
        _next_reminder,
        columns=("reminders", "stored_status", "expires_at", "reminded_at"),
        context=True,
        description="When the next reminder may be sent; null when one may be sent at once, or none any more.",
    )
    created_at: datetime = attribute("When it was sent.")
    expires_at: datetime = attribute("When it expires: 30 days after it was sent.")
    days_until_expiry: int = computed(
        _days_left, columns=("expires_at",), context=True, description="Days until it expires, begun days counted."
    )
    started_at: datetime | None = attribute("When it was begun.")
    completed_at: datetime | None = attribute("When it was completed.")
    canceled_at: datetime | None = attribute("When it was taken back.")
    was_expired: bool = computed(
        lambda canceled_at, expires_at: canceled_at is not None and canceled_at >= expires_at,
        columns=("canceled_at", "expires_at"),
        description="Whether it had expired already when it was taken back.",
    )


@strawberry.input(description="Which invites.")
class InviteFilter:
    status: list[InviteStatus] | None = defaulted("Those with one of these statuses.", None)
    origin: list[Origin] | None = defaulted("Those that came through these doors.", None)
    candidate: list[strawberry.ID] | None = defaulted("Those of these candidates.", None)
    instrument: strawberry.ID | None = defaulted("Those for this instrument, in any version or, as `key@version`, in one.", None)
    email: str | None = defaulted("Those sent to exactly this email address.", None)
    created_from: datetime | None = defaulted("Sent at this moment or later.", None)
    created_until: datetime | None = defaulted("Sent before this moment.", None)


@strawberry.input(description="Whom to invite to what.")
class SendInviteInput:
    email: str = required("The candidate's email address.")
    name: str | None = defaulted("The candidate's name.", None)
    instrument: strawberry.ID = defaulted("What to take: the key of an instrument; new invites are for its current version.", bank.PROFILE)
    label: str | None = defaulted("Your own word for what is taken, up to 100 characters; it is given back as it is.", None)
    language: Language | None = defaulted("The language of mail and pages; left out: the account's.", None)
    send_email: bool = defaulted("Whether to mail the link; if not, pass it on yourself.", True)


@strawberry.input(description="Which invite to take back.")
class CancelInviteInput:
    key: strawberry.ID = required("Its key (`inv_…`) or id.")
    origin: list[Origin] | None = defaulted(ORIGINS, None)


@strawberry.input(description="Which invite to remind of.")
class RemindInviteInput:
    key: strawberry.ID = required("Its key (`inv_…`) or id.")
    origin: list[Origin] | None = defaulted(ORIGINS, None)


@strawberry.type
class InviteQuery:
    @query(requires=READ, description="One invite; null when there is no such key.")
    async def invite(
        context: Context,
        *,
        key: Annotated[strawberry.ID, arg("Its key (`inv_…`) or id.")],
        filter: Annotated[InviteFilter | None, arg("Only if it is one of these; null otherwise.")] = None,
    ) -> Invite | None:
        conditions = {**filters(filter), "key": [ids.key_of("Invite", key)]}
        page = await queries.page(context.read, context.account_id, Window(first=1), order="newest", given=conditions, now=context.now)
        return page.rows[0] if page.rows else None  # type: ignore[return-value]

    invites: Connection[Invite] = listing(
        lambda context, window, order, given: queries.page(
            context.read, context.account_id, window, order=order, given=given, now=context.now
        ),
        of=Invite,
        requires=READ,
        order=ListOrder,
        default=ListOrder.NEWEST,
        filter=InviteFilter,
        description="The account's invites.",
    )


@strawberry.type
class InviteMutation:
    @mutation(
        requires=WRITE,
        answers=Invite,
        then=read_by(queries.by_keys),
        description="Invite a person. Needs an available credit, which is spent when they complete it; at most ten may be pending.",
    )
    async def send_invite(self, info: Info, input: Annotated[SendInviteInput, arg("Whom, to what.")]) -> str:
        instrument = ids.key_of("Instrument", input.instrument)
        return await commands.send(info.context.work, **given_in(input, "instrument"), instrument=instrument)

    @mutation(
        requires=WRITE, answers=Invite, then=read_by(queries.by_keys), description="Take a pending invite back; its link stops working."
    )
    async def cancel_invite(self, info: Info, input: Annotated[CancelInviteInput, arg("Which one.")]) -> str:
        return await commands.cancel(info.context.work, ids.key_of("Invite", input.key), origins=input.origin or commands.ANY_ORIGIN)

    @mutation(
        requires=WRITE,
        answers=Invite,
        then=read_by(queries.by_keys),
        description="Mail the link again: for pending and started invites, at most three times, 24 hours apart.",
    )
    async def remind_invite(self, info: Info, input: Annotated[RemindInviteInput, arg("Which one.")]) -> str:
        return await commands.remind(info.context.work, ids.key_of("Invite", input.key), origins=input.origin or commands.ANY_ORIGIN)


findable("Invite", READ, queries.by_keys)
