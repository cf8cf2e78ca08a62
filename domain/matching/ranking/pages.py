"""Pages of rankings: who fits a job profile best, which profiles fit a person best."""

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from functools import lru_cache, partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar, cast

import orjson

from domain.instruments import bank
from domain.kernel.database import Database
from domain.kernel.paging import Listed, Page, Window, decode_cursor, encode_cursor
from domain.kernel.statements import Read, Row
from domain.matching.explain import Exact
from domain.matching.formula import Target, curve
from domain.matching.ranking import queries
from domain.matching.ranking.cache import matrices
from domain.matching.targets import targets_of

if TYPE_CHECKING:
    from domain.matching.ranking.matrix import Matrix
    from domain.matching.ranking.scores import Place, Slice, Wanted

ORDER = "RankedResult"
PROFILE_ORDER = "RankedProfile"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Targets = Mapping[str, Target]
"""What a job profile wants, by scale."""


@dataclass(frozen=True, slots=True)
class Among:
    """Which results are ranked; every condition given must hold."""

    completed_from: datetime | None = None
    completed_until: datetime | None = None
    minimum: int | None = None
    """The least overall score as it is shown, 0 to 100."""
    no_red_zone: bool = False
    attempts: Collection[int] | None = None
    """Only the people whose latest result is of one of these attempts, such as those of a team."""


EVERYBODY = Among()


@dataclass(frozen=True, slots=True)
class Ranked:
    """A result at its place."""

    graph_type: ClassVar[str] = "RankedResult"
    attempt_id: int
    candidate_key: str
    rank: int
    """1 for the best."""
    exact: Exact
    """The exact mean of the shown scores: what the ranking goes by."""


async def best_candidates(
    database: Database, read: Read, account_id: int, wanted: Sequence[Targets], window: Window, among: Among = EVERYBODY
) -> list[Page]:
    """Read a page of the account's people for each of some targets: the best latest results first, then by attempt.

    People with none of the scales and anonymised ones are in none of them. Raises BadInput for a foreign cursor,
    Unavailable while the ranking of a large account is being prepared.
    """
    edge = _edge(window)
    async with matrices(database).fresh(account_id) as matrix:
        found = [await asyncio.to_thread(_found, matrix, targets, window, among, edge) for targets in wanted]
    people = await queries.candidate_keys(read, account_id, sorted({attempt for one in found for attempt, _ in one.best}))
    listed = Listed(_cursor, object(), partial(_count, database, account_id, wanted, among))
    return [Page(_ranked(one, people), one.has_next, one.has_previous, index, listed) for index, one in enumerate(found)]


def _ranked(found: "_Found", people: Mapping[int, str]) -> list[Any]:
    """Places with whose they are; who was erased just now has none."""
    return [
        Ranked(attempt, people[attempt], rank, exact) for rank, (attempt, exact) in enumerate(found.best, found.first) if attempt in people
    ]


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found in a matrix: attempts with their exact means, the rank of the first, and whether there are others around."""

    best: list[tuple[int, Exact]]
    first: int
    has_next: bool
    has_previous: bool


def _found(matrix: "Matrix", targets: Targets, window: Window, among: Among, edge: "Place | None") -> _Found:
    from domain.matching.ranking.scores import cut, means  # numpy would slow every start

    wanted = _wanted(targets)
    scored = means(matrix, wanted)
    chosen = _chosen(matrix, scored, wanted, among)
    part: Slice = cut(matrix, scored, chosen, window.size, edge=edge, backward=window.backward)
    best = [(int(matrix.attempts[row]), _exact(matrix, row, wanted)) for row in part.rows]
    return _Found(best, part.before + 1, part.after > 0, part.before > 0)


def _wanted(targets: Targets) -> "list[Wanted]":
    from domain.matching.ranking.scores import Wanted

    instrument = bank.current(bank.PROFILE)
    assert instrument is not None
    return [Wanted.of(scale.position, targets[scale.key]) for scale in instrument.scales if scale.key in targets]


def _chosen(matrix: "Matrix", scored: Any, wanted: "Sequence[Wanted]", among: Among) -> Any:
    """Which rows pass; a filter that is not given costs nothing."""
    import numpy as np

    from domain.matching.ranking.scores import without_red

    # shown scores are rounded half up, so 70 is what begins at 69.5
    chosen = scored >= (0 if among.minimum is None else among.minimum - np.float32(0.5))
    chosen &= scored >= 0
    if among.completed_from is not None:
        chosen &= matrix.completed >= _microseconds(among.completed_from)
    if among.completed_until is not None:
        chosen &= matrix.completed < _microseconds(among.completed_until)
    if among.attempts is not None:
        chosen &= np.isin(matrix.attempts, np.fromiter(among.attempts, np.int64))
    if among.no_red_zone:
        chosen &= without_red(matrix, wanted)
    return chosen


def _microseconds(moment: datetime) -> int:
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _exact(matrix: "Matrix", row: int, wanted: "Sequence[Wanted]") -> Exact:
    from domain.matching.ranking.matrix import MISSING

    values = [(target, int(matrix.values[target.scale, row])) for target in wanted]
    return _mean_of([target.scores[value] for target, value in values if value != MISSING])


def _mean_of(scores: Sequence[int]) -> Exact:
    return Exact(sum(scores), len(scores))


async def _count(database: Database, account_id: int, wanted: Sequence[Targets], among: Among, keys: Sequence[Any]) -> dict[Any, int]:
    """How many there are in whole rankings, by their places among those asked for."""
    async with matrices(database).fresh(account_id) as matrix:
        return {key: await asyncio.to_thread(_number, matrix, wanted[key], among) for key in keys}


def _number(matrix: "Matrix", targets: Targets, among: Among) -> int:
    from domain.matching.ranking.scores import means

    wanted = _wanted(targets)
    return int(_chosen(matrix, means(matrix, wanted), wanted, among).sum())


def _cursor(ranked: Any) -> str:
    return encode_cursor(ORDER, [ranked.exact.numerator, ranked.exact.denominator, ranked.attempt_id])


def _edge(window: Window) -> "Place | None":
    if not window.cursor:
        return None
    from domain.matching.ranking.scores import Place

    argument = "before" if window.backward else "after"
    numerator, denominator, attempt = decode_cursor(window.cursor, ORDER, (int, int, int), argument=argument)
    return Place(Fraction(numerator, max(denominator, 1)), attempt)


@dataclass(frozen=True, slots=True)
class Fitting:
    """A job profile at its place among those of an account, for one result."""

    graph_type: ClassVar[str] = "RankedProfile"
    attempt_id: int
    job_profile: Any
    """The row of the profile."""
    rank: int
    exact: Exact


Tables = tuple[tuple[str, bytes], ...]
"""What a job profile wants, as the shown score of every C-value in tenths, by scale."""


@lru_cache(maxsize=2_048)
def tables(stored: bytes) -> Tables:
    """The tables of targets, given as JSON: some milliseconds for a profile with all scales, and worked out once."""
    return tuple((scale, bytes(curve(target).scores)) for scale, target in targets_of(orjson.loads(stored)).items())


def best_profiles(measured: tuple[int, Mapping[str, int]] | None, profiles: Sequence[tuple[Any, Tables]], window: Window) -> Page:
    """A page of job profiles by how well a result fits, the best first, then by key; none without a scale that it has.

    `measured` is the number of its attempt and its C-values in tenths by scale; None for somebody without a result.
    Raises BadInput for a foreign cursor.
    """
    attempt, values = measured or (0, {})
    scored = sorted(_scored(values, profiles), key=itemgetter(0, 1))
    first, last = _span(window, scored)
    part = [Fitting(attempt, row, rank, _mean_of(scores)) for rank, (_mean, _key, row, scores) in enumerate(scored[first:last], first + 1)]

    async def count(keys: Sequence[Any]) -> dict[Any, int]:
        return dict.fromkeys(keys, len(scored))

    listed = Listed(_profile_cursor, object(), count)
    return Page(cast(list[Row], part), last < len(scored), first > 0, attempt, listed)


def _scored(values: Mapping[str, int], profiles: Sequence[tuple[Any, Tables]]) -> Iterator[tuple[float, str, Any, list[int]]]:
    """Negative means, which floats order exactly, with keys, rows and shown scores."""
    for row, wanted in profiles:
        scores = [table[values[scale]] for scale, table in wanted if scale in values]
        if scores:
            yield -sum(scores) / len(scores), row.key, row, scores


def _span(window: Window, scored: Sequence[tuple[float, str, Any, list[int]]]) -> tuple[int, int]:
    """Where a page begins and ends in the whole."""
    first, last = 0, len(scored)
    if window.cursor:
        argument = "before" if window.backward else "after"
        numerator, denominator, key = decode_cursor(window.cursor, PROFILE_ORDER, (int, int, str), argument=argument)
        edge = (-numerator / max(denominator, 1), key)
        if window.backward:
            last = bisect_left(scored, edge, key=itemgetter(0, 1))
        else:
            first = bisect_right(scored, edge, key=itemgetter(0, 1))
    return (max(first, last - window.size), last) if window.backward else (first, min(last, first + window.size))


def _profile_cursor(fitting: Any) -> str:
    return encode_cursor(PROFILE_ORDER, [fitting.exact.numerator, fitting.exact.denominator, fitting.job_profile.key])
