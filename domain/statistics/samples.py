"""The results that statistics are about, as arrays: newest first, so that the first of a person is their latest."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from domain.instruments import bank
from domain.instruments.bank import POINTS, Instrument
from domain.kernel.statements import Read, Row
from domain.statistics import queries
from domain.statistics.errors import TooManyResults
from domain.statistics.relations import NONE

MOST_RESULTS = 200_000
"""Results that one question may be about: some 10 MB as arrays, and about two seconds to read."""
GATHERING_AT_ONCE = 2
"""Samples that one process gathers at the same time; others wait, as far as their deadline lets them."""
_places: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Results that pass a filter, a row each."""

    instrument: Instrument
    """The version whose scales are told; those of other versions are found by their keys."""
    attempts: Any
    """The number of each attempt."""
    people: Any
    """A number for each person."""
    values: Any
    """C-values in tenths, a column a scale, `NONE` where there is none."""
    months: Any
    """Years × 12 + months from 0, in UTC."""
    versions: Any
    """The instrument's version of each result, as its place among `version_names`."""
    version_names: list[str]
    norms: Any
    """The norm group of each result, as its place among `norm_groups`."""
    norm_groups: list[tuple[int, int]]
    """Numbers and versions."""
    numbers: Mapping[str, int]
    """The number of each person by the key of the candidate."""

    def __len__(self) -> int:
        return len(self.attempts)


@dataclass(slots=True)
class _Gathered:
    """What batches came to so far: arrays only, since lists of many objects would keep the garbage collector busy."""

    instrument: Instrument
    parts: list[tuple[Any, ...]] = field(default_factory=list)
    known: dict[str, int] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    norms: dict[tuple[int, int], int] = field(default_factory=dict)

    def add(self, rows: Sequence[Row]) -> None:
        """Take in a batch."""
        import numpy as np  # only when statistics are asked for

        known, versions, norms = self.known, self.versions, self.norms
        columns = (
            [row.attempt_id for row in rows],
            [known.setdefault(row.candidate_key, len(known)) for row in rows],
            [_month(row.completed_at) for row in rows],
            [versions.setdefault(row.instrument_version, len(versions)) for row in rows],
            [norms.setdefault((row.norm_group, row.norm_version), len(norms)) for row in rows],
        )
        self.parts.append((*(np.array(column, np.int64) for column in columns), _tenths(self.instrument, rows)))

    def sample(self) -> Sample:
        import numpy as np  # only when statistics are asked for

        none = (*(np.empty(0, np.int64) for _ in range(5)), np.empty((0, len(self.instrument.scales)), np.int16))
        attempts, people, months, versions, norms, values = map(np.concatenate, zip(none, *self.parts, strict=True))
        return Sample(self.instrument, attempts, people, values, months, versions, list(self.versions), norms, list(self.norms), self.known)


def _place() -> asyncio.Semaphore:
    """The places of those who gather; a semaphore belongs to its event loop."""
    return _places.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(GATHERING_AT_ONCE))


async def gather(read: Read, account_id: int, instrument: Instrument, given: Mapping[str, Any]) -> Sample:
    """Read the results that pass a filter, batch by batch, when it is one's turn.

    Raises TooManyResults.
    """
    async with _place():
        return await _gather(read, account_id, instrument, given)


async def _gather(read: Read, account_id: int, instrument: Instrument, given: Mapping[str, Any]) -> Sample:
    found = await queries.count(read, account_id, given)
    if found > MOST_RESULTS:
        raise TooManyResults(found=found, limit=MOST_RESULTS)
    gathered, after = _Gathered(instrument), list[Any]()
    while rows := await queries.batch(read, account_id, given, after):
        await asyncio.to_thread(gathered.add, rows)
        if len(rows) < queries.AT_ONCE:
            break
        after = queries.place(rows[-1])
    return await asyncio.to_thread(gathered.sample)


async def members(read: Read, account_id: int) -> dict[int, set[str]]:
    """The people of each team by their keys.

    Raises TooManyResults.
    """
    found, seen, after = dict[int, set[str]](), 0, list[Any]()
    while rows := await queries.memberships(read, account_id, after):
        seen += len(rows)
        if seen > MOST_RESULTS:
            raise TooManyResults(found=seen, limit=MOST_RESULTS)
        for row in rows:
            found.setdefault(row.team_id, set()).add(row.candidate_key)
        if len(rows) < queries.AT_ONCE:
            break
        after = queries.membership_place(rows[-1])
    return found


async def answers(read: Read, account_id: int, sample: Sample, chosen: Any) -> Any:
    """The answers of chosen attempts as item scores, reverse-keyed items turned round: a row each, 0 where there is none.

    `chosen` are places in the sample; columns are the items of its instrument, found in other versions by their keys.
    """
    import numpy as np  # only when statistics are asked for

    scored = np.zeros((len(chosen), len(sample.instrument.items)), np.int8)
    for first in range(0, len(chosen), queries.ANSWERS_AT_ONCE):
        part = chosen[first : first + queries.ANSWERS_AT_ONCE]
        numbers = sample.attempts[part].tolist()
        rows = await queries.answers(read, account_id, numbers)
        places = {number: first + place for place, number in enumerate(numbers)}
        await asyncio.to_thread(partial(_score, sample.instrument, rows, places, scored))
    return scored


def _month(at: datetime) -> int:
    return at.year * 12 + at.month - 1


def _tenths(instrument: Instrument, rows: Sequence[Row]) -> Any:
    """The C-values of results of any versions in the order of one version's scales."""
    import numpy as np  # only when statistics are asked for

    found = np.full((len(rows), len(instrument.scales)), NONE, np.int16)
    for version, places in _by_version(rows).items():
        theirs = bank.instrument(instrument.key, version).scales
        raw = np.array([rows[place].c_tenths for place in places], np.float64)  # None becomes NaN
        columns = _columns([scale.key for scale in instrument.scales], [scale.key for scale in theirs])
        for own, other in columns:
            found[places, own] = np.where(np.isnan(raw[:, other]), NONE, raw[:, other]).astype(np.int16)
    return found


def _score(instrument: Instrument, rows: Sequence[Row], places: Mapping[int, int], scored: Any) -> None:
    import numpy as np  # only when statistics are asked for

    for version, chosen in _by_version(rows).items():
        theirs = bank.instrument(instrument.key, version).items
        given = np.array([rows[number].answers for number in chosen], np.float64)
        given[:, [item.reverse for item in theirs]] = POINTS + 1 - given[:, [item.reverse for item in theirs]]
        plain = np.nan_to_num(given).astype(np.int8)
        at = [places[rows[number].attempt_id] for number in chosen]
        for own, other in _columns([item.key for item in instrument.items], [item.key for item in theirs]):
            scored[at, own] = plain[:, other]


def _by_version(rows: Sequence[Row]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        found.setdefault(row.instrument_version, []).append(place)
    return found


def _columns(own: Sequence[str], others: Sequence[str]) -> list[tuple[int, int]]:
    """Which column of another version is which of ours, where both have it."""
    places = {key: place for place, key in enumerate(others)}
    return [(column, places[key]) for column, key in enumerate(own) if key in places]
