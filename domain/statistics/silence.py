"""Which sets of people may be told of in one answer, so that nobody can be told by difference; pure rules.

What is told of two sets tells something of those who are in one of them alone, and of those of the whole who are in no
group. So neither is ever one to four people: where it would be, the smaller group is kept silent about.
"""

from collections.abc import Sequence
from typing import Any

FEWEST = 5
"""People about whom something is said together; nothing is said about fewer."""


class Sets:
    """The sets that an answer tells of, by places in a sample; the first is the whole, everybody's latest result."""

    def __init__(self, sets: Sequence[Any]) -> None:
        import numpy as np  # only when statistics are asked for

        self.places = np.unique(np.concatenate(sets))
        """Every place that is in a set, ascending."""
        inside = np.zeros((len(self.places), len(sets)), bool)
        for number, each in enumerate(sets):
            inside[np.searchsorted(self.places, each), number] = True
        packed = np.ascontiguousarray(np.packbits(inside, axis=1))
        _, first, self._kinds = np.unique(packed.view(f"V{packed.shape[1]}").ravel(), return_index=True, return_inverse=True)
        self._inside = inside[first]
        self._known: dict[bytes, Any] = {}
        self.told = self._of(np.ones(len(self.places), bool), np.ones(len(sets), bool))
        """Of which sets something is told."""

    def where(self, there: Any) -> Any:
        """Of which sets something is told that is known at some of the places only, such as the values of a scale."""
        import numpy as np  # only when statistics are asked for

        if there.all():
            return self.told
        mask = np.packbits(there).tobytes()
        if mask not in self._known:
            self._known[mask] = self._of(there, self.told)
        return self._known[mask]

    def _of(self, there: Any, among: Any) -> Any:
        import numpy as np  # only when statistics are asked for

        return tellable(self._inside, np.bincount(self._kinds[there], minlength=len(self._inside)), among)


def tellable(inside: Any, often: Any, among: Any) -> Any:
    """Which sets something may be told of, out of `among`.

    `inside` has a row for each kind of person and a column for each set, the whole first; `often` says how many people
    are of each kind.
    """
    import numpy as np  # only when statistics are asked for

    told = np.zeros(inside.shape[1], bool)
    there, often = inside[often > 0], often[often > 0]
    kept = _apart(there, often, among)
    if kept and kept[0] == 0:
        kept = [0, *_covering(there, often, kept[1:])]
    told[kept] = True
    return told


def _apart(inside: Any, often: Any, among: Any) -> list[int]:
    """The sets that are large enough and tell no few people apart: the whole if it is one, then the groups from the largest on.

    Who has an older result in a group is in the whole by another: that alone does not tell the group from the whole.
    """
    shared = _shared(inside, often)
    sizes = shared.diagonal()
    near = _few(sizes[:, None] - shared)
    near[1:, 0] = False
    near |= near.T
    kept: list[int] = []
    for number in sorted(range(len(sizes)), key=lambda number: (number > 0, -sizes[number], -number)):
        if among[number] and sizes[number] >= FEWEST and not near[number, kept].any():
            kept.append(number)
    return kept


def _shared(inside: Any, often: Any) -> Any:
    """How many people each two sets have in common, from the few sets that each kind is in."""
    import numpy as np  # only when statistics are asked for

    count = inside.shape[1]
    kinds, sets = np.nonzero(inside)  # by kinds, so that those of a kind stand side by side
    found = np.zeros(count * count)
    for apart in range(count):
        [same] = np.nonzero(kinds[apart:] == kinds[: len(kinds) - apart])
        if not len(same):
            break
        found += np.bincount(sets[same] * count + sets[same + apart], weights=often[kinds[same]], minlength=len(found))
    table = found.astype(np.int64).reshape(count, count)
    return table + np.triu(table, 1).T


def _covering(inside: Any, often: Any, groups: Sequence[int]) -> list[int]:
    """The groups without the smallest ones whose absence is needed so that no few people are in none.

    Where nobody is in none, the groups tell older results that the whole does not have: those are not of few people, either.
    """
    import numpy as np  # only when statistics are asked for

    kept, whole = list(groups), inside[:, 0]
    by = inside[:, kept].sum(axis=1, dtype=np.int16)
    while kept:
        left, older = (int(often[people].sum()) for people in (whole & (by == 0), ~whole & (by > 0)))
        if not _few(left) and (left or not _few(older)):
            break
        alone = whole & (by == 1)
        smallest = next((number for number in reversed(kept) if (alone & inside[:, number]).any()), kept[-1])
        kept.remove(smallest)
        by = by - inside[:, smallest]
    return kept


def _few(people: Any) -> Any:
    return (people > 0) & (people < FEWEST)
