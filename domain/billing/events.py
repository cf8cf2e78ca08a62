"""What happens to credits."""

from domain.kernel.event_types import Thing, code, happening, less, number

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
    "A credit was used by a completed attempt.",
    amount=less("How many, as a negative number."),
    kind=code("What for.", ["completion"]),
)
CREDITS_TAKEN_BACK = happening(
    "credits.taken_back",
    CREDIT_ENTRY,
    "Credits were taken back, because their order was refunded.",
    amount=less("How many, as a negative number."),
    kind=code("What for.", ["refund"]),
)
