"""Which groups may be told of when people are divided in two ways at once, so that nobody is told by difference; pure rules.

What is told of groups can be added and subtracted. Take any groups of the one division and any of the other: their sums
differ by the people who are in only one of the two. Those are never one to four. The groups that are kept silent about
are a group of their own there, together with those of whom it is not known where they belong, for the sum of all is known.
"""

from collections.abc import Collection, Mapping, Sequence

from domain.statistics.silence import FEWEST

Place = tuple[str | None, str | None]
"""Where people belong in each division; None where that is not known."""
WAYS = (0, 1)


def tellable(people: Mapping[Place, int], silent: Sequence[Collection[str]] = ((), ())) -> tuple[set[str], set[str]]:
    """Of which groups of each division something may be told; never of those in `silent`, or with fewer than five people."""
    if sum(people.values()) < FEWEST:
        return set(), set()
    sizes = [_sizes(people, way) for way in WAYS]
    told = tuple({group for group, size in sizes[way].items() if size >= FEWEST and group not in silent[way]} for way in WAYS)
    taken = []
    while divided := _telling(people, told):
        size, group, way = min((sizes[way][group], group, way) for way in divided for group in told[way])
        told[way].remove(group)
        taken.append((-size, group, way))
    for _size, group, way in sorted(taken):  # what was taken first is often no longer needed
        told[way].add(group)
        if _telling(people, told):
            told[way].remove(group)
    return told[0], told[1]


def _sizes(people: Mapping[Place, int], way: int) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for place, count in people.items():
        group = place[way]
        if group is not None and count:
            sizes[group] = sizes.get(group, 0) + count
    return sizes


def _telling(people: Mapping[Place, int], told: Sequence[Collection[str]]) -> list[int]:
    """In which ways those are divided whose sums tell a few people apart; empty when none do."""
    bits: dict[tuple[int, str | None], int] = {}
    together: dict[int, int] = {}
    for place, count in people.items():
        if count:
            blocks = [(way, place[way] if place[way] in told[way] else None) for way in WAYS]
            mask = sum(bits.setdefault(block, 1 << len(bits)) for block in blocks)
            together[mask] = together.get(mask, 0) + count
    masks = [sum(bit for block, bit in bits.items() if block[0] == way) for way in WAYS]
    for chosen in range(0, 1 << len(bits), 2):  # without the first block: the others are told apart from the same people
        apart = sum(count for mask, count in together.items() if chosen & mask not in (0, mask))
        if 0 < apart < FEWEST:
            return [way for way in WAYS if chosen & masks[way] not in (0, masks[way]) and told[way]]
    return []
