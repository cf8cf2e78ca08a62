"""What happens to invites, attempts and entries by the open link."""

from domain.candidates.events import CANDIDATE
from domain.invites.status import REMINDERS, Origin
from domain.kernel.event_types import Thing, code, happening, number, reference

INVITE = Thing("Invite", "inv_")
ATTEMPT = Thing("Attempt")
ENTRY = Thing("Entry", "ent_")

_ORIGIN = code("Through which door it came; events from before there were flows do not say.", Origin, optional=True)

INVITE_SENT = happening(
    "invite.sent",
    INVITE,
    "A person was asked to take an instrument.",
    origin=code("Through which door: by the account itself, by its open link, or as a step of a flow.", Origin),
    candidate=reference("Who.", CANDIDATE),
)
INVITE_MAILED = happening("invite.mailed", INVITE, "The mail of an invite was handed to the mail server.")
INVITE_MAIL_REFUSED = happening(
    "invite.mail_refused", INVITE, "The mail server refused the mail of an invite for good: the address may be wrong."
)
INVITE_REMINDED = happening(
    "invite.reminded", INVITE, "A reminder was asked for.", number=number(f"Which one it is, from 1 to {REMINDERS}.", least=1)
)
INVITE_REMINDER_MAILED = happening(
    "invite.reminder_mailed",
    INVITE,
    "The mail of a reminder was handed to the mail server.",
    number=number(f"Which one it is, from 1 to {REMINDERS}.", least=1),
)
INVITE_STARTED = happening("invite.started", INVITE, "The candidate began.", attempt=reference("Their attempt.", ATTEMPT), origin=_ORIGIN)
INVITE_COMPLETED = happening(
    "invite.completed",
    INVITE,
    "The candidate completed it; there is a result.",
    attempt=reference("Their attempt.", ATTEMPT),
    origin=_ORIGIN,
)
INVITE_EXPIRED = happening("invite.expired", INVITE, "Its 30 days went by before it was completed.", origin=_ORIGIN)
INVITE_CANCELED = happening("invite.canceled", INVITE, "It was taken back, or its candidate was erased.", origin=_ORIGIN)
ATTEMPT_ANSWERED = happening(
    "attempt.answered",
    ATTEMPT,
    "Answers were kept.",
    answered=number("How many items have an answer now."),
    items=number("How many items there are.", least=1),
)
ENTRY_REQUESTED = happening("entry.requested", ENTRY, "Somebody asked to take part by the open link.")
ENTRY_MAILED = happening("entry.mailed", ENTRY, "The mail by which they confirm it was handed to the mail server.")
ENTRY_MAIL_REFUSED = happening("entry.mail_refused", ENTRY, "The mail server refused that mail for good.")
ENTRY_CONFIRMED = happening(
    "entry.confirmed", ENTRY, "They confirmed their email address and can begin.", invite=reference("The invite it became.", INVITE)
)
ENTRY_FORGOTTEN = happening("entry.forgotten", ENTRY, "Its time was over, and it was deleted with its mail.")
