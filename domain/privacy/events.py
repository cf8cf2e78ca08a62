"""What happens to erasures."""

from domain.candidates.events import ERASURE
from domain.kernel.event_types import happening, number

ERASURE_FINISHED = happening("erasure.finished", ERASURE, "Files, mails and the database's own leftovers are gone as well.")
ERASURE_REPEATED = happening(
    "erasure.repeated",
    ERASURE,
    "Something was found that was written after the erasure by who knew no better; it is gone.",
    files=number("How many files and mails."),
    tables=number("In how many tables."),
)
