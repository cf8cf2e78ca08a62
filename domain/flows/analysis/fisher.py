"""Fisher's exact test of two groups, in whole numbers."""

from math import prod

SCALE = 1 << 1300
"""What the likeliest table counts: others that are smaller by so much are below every float."""


def two_sided(passed: int, of: int, other_passed: int, of_others: int) -> float:
    """How likely tables are that are no likelier than this one, when passing does not depend on the group.

    The margins are fixed, so the number who passed in the first group tells the table; it is hypergeometric (R. A. Fisher
    1935, The logic of inductive inference). Which tables are no likelier is decided exactly, so that equally likely ones
    never depend on rounding.
    """
    table = _Tables(of, of_others, passed + other_passed)
    counts = table.counts()
    own = counts.get(passed, 0)
    slack = len(counts)  # rounding down loses less than one at each table, and never more on the way from the likeliest
    if own <= slack:
        return 0.0
    unlikely = sum(
        count for number, count in counts.items() if count < own - slack or (count <= own + slack and table.is_no_likelier(number, passed))
    )
    return unlikely / sum(counts.values())


class _Tables:
    """All tables with the same margins, by how many of the first group passed."""

    def __init__(self, of: int, of_others: int, passed: int) -> None:
        self.of, self.passed, self.failed_others = of, passed, of_others - passed
        self.fewest, self.most = max(0, -self.failed_others), min(of, passed)
        self.likeliest = (of + 1) * (passed + 1) // (of + of_others + 2)

    def counts(self) -> dict[int, int]:
        """How likely each is against the likeliest, which counts `SCALE`; those that would count nothing are left out."""
        found = {self.likeliest: SCALE}
        number, count = self.likeliest, SCALE
        while number < self.most and count:
            count = count * self._more(number) // self._less(number)
            number += 1
            found[number] = count
        number, count = self.likeliest, SCALE
        while number > self.fewest and count:
            number -= 1
            count = count * self._less(number) // self._more(number)
            found[number] = count
        return found

    def is_no_likelier(self, number: int, other: int) -> bool:
        """Compare two tables exactly, by the steps between them."""
        low, high = sorted((number, other))
        more, less = prod(map(self._more, range(low, high))), prod(map(self._less, range(low, high)))
        return more <= less if number >= other else less <= more

    def _more(self, number: int) -> int:
        """One more is likelier by this, divided by `_less`."""
        return (self.of - number) * (self.passed - number)

    def _less(self, number: int) -> int:
        return (number + 1) * (self.failed_others + number + 1)
