"""Who of a whole account would close most of a team's gap: everybody by their latest result, exact."""

import asyncio
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from domain.kernel.database import Database
from domain.matching.coverage import Change, Coverage
from domain.matching.formula import TENTHS
from domain.matching.ranking import queries
from domain.matching.ranking.cache import matrices

if TYPE_CHECKING:
    from domain.matching.ranking.matrix import Matrix


async def joining(database: Database, account_id: int, asked: Sequence[Coverage]) -> list[Change | None]:
    """Who would close most of each gap by joining, of all who are not in the team; None where nobody would.

    Raises Unavailable while the matrix of a large account is being made.
    """
    own = await queries.latest_of_people(database.read(), account_id, sorted({key for one in asked for key in one.people}))
    async with matrices(database).fresh(account_id) as matrix:
        found = [
            await asyncio.to_thread(_foremost, matrix, one, [own[key].attempt_id for key in one.people if key in own]) for one in asked
        ]
    keys = await queries.candidate_keys(database.read(), account_id, [attempt for _gain, attempts in found for attempt in attempts])
    return [
        one.joining({keys[attempt]: gain for attempt in attempts if attempt in keys})
        for one, (gain, attempts) in zip(asked, found, strict=True)
    ]


def _foremost(matrix: "Matrix", one: Coverage, own: Collection[int]) -> tuple[int, list[int]]:
    """The most that anybody outside would add, in points over all scales, and the attempts of all who would add as much."""
    import numpy as np  # it would slow every start

    from domain.matching.ranking.scores import looked_up

    sums = np.zeros(matrix.size, np.uint16)
    for scale, gains in zip(one.scales, one.gains(), strict=True):
        sums += looked_up(matrix.values[scale.scale.position].tobytes(), bytes(gains[:TENTHS]) + bytes(256 - TENTHS))
    sums[np.isin(matrix.attempts, np.fromiter(own, np.int64))] = 0
    most = int(sums.max(initial=0))
    return most, [int(attempt) for attempt in matrix.attempts[sums == most]] if most else []
