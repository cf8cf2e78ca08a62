"""What happens to credits."""

from domain.kernel.event_types import Fact, Thing, code, happening, number

CREDIT_ENTRY = Thing("CreditEntry", "crd_")

CREDITS_ADDED = happening(
    "credits.added",
    CREDIT_ENTRY,
    "Credits were added to the account.",
    amount=number("How many.", least=1),
    kind=code("What for.", ["grant", "purchase"]),
)
CREDITS_USED = happening(
    "credits.used",
    CREDIT_ENTRY,
    "Credits were used, or taken back.",
    amount=Fact("How many, as a negative number.", {"type": "integer", "maximum": -1}, lambda value: type(value) is int and value < 0, -1),
    kind=code("What for.", ["completion", "refund"]),
)
