"""How the statements of an instrument are spread over pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MOST = 7
"""Statements on a page; pages differ by one at most."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of statements with what is answered so far."""

    number: int
    first: int
    """The number of its first statement, from 1."""
    answers: Sequence[Any]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(answer["item"]["key"] for answer in self.answers)

    @property
    def open(self) -> tuple[str, ...]:
        """The keys of the statements that have no answer yet."""
        return tuple(answer["item"]["key"] for answer in self.answers if answer["value"] is None)


class Sheets:
    """All pages of an attempt."""

    def __init__(self, answers: Sequence[Any]) -> None:
        pages = -(-len(answers) // MOST)
        edges = [len(answers) * page // pages for page in range(pages + 1)]
        self.all = [Sheet(page + 1, edges[page] + 1, answers[edges[page] : edges[page + 1]]) for page in range(pages)]
        self.total = len(answers)

    def __len__(self) -> int:
        return len(self.all)

    def get(self, number: int) -> Sheet | None:
        """A page by its number."""
        return self.all[number - 1] if 1 <= number <= len(self.all) else None

    @property
    def gaps(self) -> list[Sheet]:
        """The pages with open statements."""
        return [sheet for sheet in self.all if sheet.open]

    @property
    def answered(self) -> int:
        return self.total - sum(len(sheet.open) for sheet in self.all)

    @property
    def percent(self) -> int:
        """How much is answered, in whole percent, 100 only when all is."""
        return self.answered * 100 // self.total
