"""What can go wrong with invites and attempts."""

from domain.kernel.errors import DomainError, FieldFault, Kind


class TooManyPendingInvites(DomainError):
    kind = Kind.TOO_MANY
    code = "TOO_MANY_PENDING_INVITES"

    def __init__(self, limit: int) -> None:
        super().__init__(f"There are {limit} pending invites already. Wait until one is begun, or cancel one.", details={"limit": limit})


class NotPending(DomainError):
    kind = Kind.WRONG_STATE
    code = "NOT_PENDING"
    text = "Only a pending invite can be canceled."


class AlreadyCanceled(DomainError):
    kind = Kind.WRONG_STATE
    code = "ALREADY_CANCELED"
    text = "This invite was canceled."


class NotRemindable(DomainError):
    kind = Kind.WRONG_STATE
    code = "NOT_REMINDABLE"
    text = "Only pending or started invites that have not expired can be reminded."


class ReminderLimitReached(DomainError):
    kind = Kind.TOO_MANY
    code = "REMINDER_LIMIT_REACHED"

    def __init__(self, limit: int) -> None:
        super().__init__(f"This invite has had all of its {limit} reminders.", details={"limit": limit})


class ReminderTooSoon(DomainError):
    kind = Kind.TOO_MANY
    code = "REMINDER_TOO_SOON"
    text = "There must be 24 hours between two reminders."


class InviteExpired(DomainError):
    kind = Kind.WRONG_STATE
    code = "INVITE_EXPIRED"
    text = "This invite has expired."


class AlreadyCompleted(DomainError):
    kind = Kind.WRONG_STATE
    code = "ALREADY_COMPLETED"
    text = "This attempt has been completed; its answers cannot change any more."


class NothingToScore(DomainError):
    kind = Kind.WRONG_STATE
    code = "NOTHING_TO_SCORE"
    text = "Too few items are answered to score a single scale."


class UnknownInstrument(DomainError):
    kind = Kind.BAD_INPUT
    code = "UNKNOWN_INSTRUMENT"
    text = "There is no such instrument, or not in that version any more."

    def __init__(self) -> None:
        super().__init__(fields=[FieldFault(("instrument",), self.text)])


class LinkNotValid(DomainError):
    kind = Kind.NOT_FOUND
    code = "LINK_NOT_VALID"
    text = "This link is not valid any more."


class LinkClosed(DomainError):
    kind = Kind.WRONG_STATE
    code = "LINK_CLOSED"
    text = "Nobody can take part by this link at the moment. Please ask whoever gave it to you."


class TooManyEntries(DomainError):
    kind = Kind.TOO_MANY
    code = "TOO_MANY_ENTRIES"
    text = "A mail was sent to this address a short while ago. Check your inbox, or try again later."


class TooManyUnconfirmed(DomainError):
    kind = Kind.TOO_MANY
    code = "TOO_MANY_UNCONFIRMED"
    text = "Many people asked to take part today and have not confirmed their address yet. Try again later."
