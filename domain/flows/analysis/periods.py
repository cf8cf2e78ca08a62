"""Over which assignments an analysis is made."""

from dataclasses import dataclass
from datetime import UTC, datetime

BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
END = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """People who were assigned at a moment or later, and before another; both have a value, so that one statement serves all."""

    begins: datetime
    ends: datetime

    @classmethod
    def of(cls, begins: datetime | None, ends: datetime | None) -> "Period":
        return cls(begins or BEGINNING, ends or END)
