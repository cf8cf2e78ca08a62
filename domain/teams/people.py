"""Who is in teams, with what was measured last of each person: read some thousand at a time, since each row holds the event loop."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence

from domain.kernel.statements import Read, Row
from domain.teams import queries
from domain.teams.errors import TooManyMembers

MOST_MEMBERS = 50_000
"""Members of all teams that are composed or judged together: five teams as large as can be."""


async def measured(read: Read, account_id: int, keys: Collection[int], *, raw: bool = False) -> dict[int, list[Row]]:
    """What was measured last of each person of each team, by the key of the person; a person counts once.

    The raw percents come along when `raw` says so. Raises TooManyMembers.
    """
    sizes = await queries.sizes(read, account_id, keys)
    found = sum(sizes.values())
    if found > MOST_MEMBERS:
        raise TooManyMembers(found=found, limit=MOST_MEMBERS)
    batches: list[list[Row]] = []
    for teams in _packed(sizes):
        batches.append(await queries.measured(read, account_id, teams, raw=raw))
        await asyncio.sleep(0)
    for team, size in sizes.items():
        if size > queries.MEASURED_AT_ONCE:
            batches += await _one_by_one(read, account_id, team, raw=raw)
    return await asyncio.to_thread(_latest, batches)


async def _one_by_one(read: Read, account_id: int, team: int, *, raw: bool) -> list[list[Row]]:
    """The members of a large team, batch by batch."""
    batches: list[list[Row]] = []
    while rows := await queries.measured_after(read, account_id, team, after=batches[-1][-1].attempt_id if batches else 0, raw=raw):
        batches.append(rows)
        await asyncio.sleep(0)
        if len(rows) < queries.MEASURED_AT_ONCE:
            break
    return batches


def _packed(sizes: Mapping[int, int]) -> list[list[int]]:
    """Teams that are small enough to be read together with others, by the statement that reads them."""
    packs, room = list[list[int]](), 0
    for team, size in sizes.items():
        if size > queries.MEASURED_AT_ONCE:
            continue
        if size > room:
            packs.append([])
            room = queries.MEASURED_AT_ONCE
        packs[-1].append(team)
        room -= size
    return packs


def _latest(batches: Iterable[Sequence[Row]]) -> dict[int, list[Row]]:
    """The last that was measured of each person, by team."""
    latest: dict[tuple[int, str], Row] = {}
    for rows in batches:
        for row in rows:
            known = latest.setdefault((row.team_id, row.candidate_key), row)
            if (row.completed_at, row.attempt_id) > (known.completed_at, known.attempt_id):
                latest[row.team_id, row.candidate_key] = row
    found: dict[int, list[Row]] = {}
    for team, key in sorted(latest):
        found.setdefault(team, []).append(latest[team, key])
    return found
