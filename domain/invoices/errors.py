"""What can go wrong with invoices."""

from domain.kernel.errors import DomainError, Kind


class AlreadyPaid(DomainError):
    kind = Kind.CONFLICT
    code = "ALREADY_PAID"
    text = "This invoice is paid already."


class TooManyCreditNotes(DomainError):
    kind = Kind.CONFLICT
    code = "TOO_MANY_CREDIT_NOTES"
    text = "This invoice has as many credit notes as an invoice can have. Cancel what is left of it."
