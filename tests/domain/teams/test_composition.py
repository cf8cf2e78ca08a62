"""What a team is made up of, held against the plain definitions."""

import statistics
from decimal import ROUND_HALF_UP, Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.instruments import bank
from domain.teams import composition, queries
from domain.teams import people as reading
from domain.teams.composition import Composition
from domain.teams.errors import TooManyMembers
from domain.teams.people import measured
from tests.domain.teams.acting import add, create
from tests.support.crowd import anonymize, gather
from tests.support.world import World

SCALES = bank.instrument("escprofile", "1.0").scales
GRAVES = [place for place, scale in enumerate(SCALES) if scale.kind == "graves"]


def values(most: int) -> st.SearchStrategy[list[int | None]]:
    return st.lists(st.none() | st.sampled_from([0, most]) | st.integers(0, most), min_size=23, max_size=23)


def person(raw: list[int | None], c: list[int | None]) -> Any:
    return SimpleNamespace(instrument="escprofile", instrument_version="1.0", raw_tenths=raw, c_tenths=c)


PEOPLE = st.lists(st.builds(person, values(1000), values(100)), max_size=12)


def rounded(value: Decimal, places: str) -> float:
    return float(value.quantize(Decimal(places), ROUND_HALF_UP))


def mean(tenths: list[int]) -> Decimal:
    return Decimal(sum(tenths)) / Decimal(len(tenths)) / 10


class TestScales:
    @given(PEOPLE)
    def test_are_the_textbook_statistics(self, people: list[Any]) -> None:
        found = composition.of(people)
        assert found.people == len(people)
        assert [scale.scale for scale in found.scales] == list(SCALES)
        for place, scale in enumerate(found.scales):
            known = [one.c_tenths[place] for one in people if one.c_tenths[place] is not None]
            assert scale.n == len(known)
            assert (scale.lowest, scale.highest) == ((min(known) / 10, max(known) / 10) if known else (None, None))
            assert scale.mean == (rounded(mean(known), "0.01") if known else None)
            spread = statistics.stdev([value / 10 for value in known]) if len(known) > 1 else None
            assert scale.spread == (None if spread is None else pytest.approx(spread, abs=0.005001))
            halves = [int(Decimal(value).scaleb(-1).quantize(Decimal(1), ROUND_HALF_UP)) for value in known]
            assert list(scale.classes) == [halves.count(number) for number in range(11)]

    def test_of_nobody_have_nothing_to_tell(self) -> None:
        found = composition.of([])
        assert (found.people, found.graves, len(found.scales)) == (0, None, 23)
        assert {(scale.n, scale.mean, scale.spread, scale.lowest) for scale in found.scales} == {(0, None, None, None)}

    def test_of_one_person_have_no_spread(self) -> None:
        found = composition.of([person([500] * 23, [53] * 23)]).scales[0]
        assert (found.mean, found.spread, found.lowest, found.highest, found.classes[5]) == (5.3, None, 5.3, 5.3, 1)


class TestGraves:
    @given(PEOPLE)
    def test_are_those_of_people_who_have_all_six(self, people: list[Any]) -> None:
        whole = [[one.raw_tenths[place] for place in GRAVES] for one in people]
        whole = [values for values in whole if None not in values]
        found = composition.of(people).graves
        if not whole:
            assert found is None
            return
        assert found is not None
        assert found.n == len(whole)
        columns = [list(column) for column in zip(*whole, strict=True)]
        every = sum(map(sum, columns))
        for value, place, column in zip(found.values, GRAVES, columns, strict=True):
            assert value.scale is SCALES[place]
            assert value.mean == rounded(mean(column), "0.01")
            share = Decimal(sum(column)) * 100 / every if every else Decimal(100) / 6
            assert value.share_percent == rounded(share, "0.1")
        wir = Decimal(sum(map(sum, columns[::2]))) * 100 / every if every else Decimal(50)
        assert found.wir_ich.wir_tenths / 10 == rounded(wir, "0.1")
        assert found.wir_ich.tendency == ("Wir" if wir > 55 else "Ich" if wir < 45 else "balanced")

    def test_of_nothing_at_all_are_even(self) -> None:
        found = composition.of([person([0] * 23, [0] * 23)]).graves
        assert found is not None
        assert [value.share_percent for value in found.values] == [16.7] * 6
        assert (found.wir_ich.wir_tenths, found.wir_ich.tendency) == (500, "balanced")


class TestVersions:
    def test_are_told_apart_by_the_names_of_scales(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A version that measured fewer scales, in another order, counts where it measured."""
        now = bank.instrument("escprofile", "1.0")
        older = SimpleNamespace(scales=[SimpleNamespace(key=scale.key, position=place) for place, scale in enumerate(SCALES[2::-1])])
        monkeypatch.setattr(composition.bank, "instrument", lambda _key, version: now if version == "1.0" else older)
        early = SimpleNamespace(instrument="escprofile", instrument_version="0.9", raw_tenths=[1, 2, 3], c_tenths=[10, 20, 30])
        late = person([500] * 23, [50] * 23)
        found = composition.of([early, late])
        assert [scale.mean for scale in found.scales[:4]] == [4.0, 3.5, 3.0, 5.0]
        assert [scale.n for scale in found.scales[:4]] == [2, 2, 2, 1]
        assert [scale.n for scale in composition.of([early]).scales[:4]] == [1, 1, 1, 0]


async def composed(world: World, team: int) -> Composition:
    inside = await measured(world.database.read(), world.account_id, [team], raw=True)
    return composition.of(inside.get(team, []))


class TestPeople:
    async def test_count_once_by_their_latest(self, world: World) -> None:
        """ARCHITECTURE section 2; the latest of those in the team, whatever was taken since."""
        team = await create(world)
        attempts = []
        for seed in (1, 2, 3):
            attempts.append((await world.complete(seed=seed))[1])
            world.advance(hours=1)
        await add(world, team, *attempts[:2])
        people = (await measured(world.database.read(), world.account_id, [team]))[team]
        assert [row.attempt_id for row in people] == [attempts[1]]
        assert (await composed(world, team)).people == 1

    async def test_who_were_anonymised_do_not_count(self, world: World) -> None:
        """R-ESC-55."""
        team, people = await create(world), await gather(world, 4, gaps=0.1)
        await add(world, team, *people)
        await anonymize(world, people[2])
        found = (await measured(world.database.read(), world.account_id, [team]))[team]
        assert [row.attempt_id for row in found] == [people[0], people[1], people[3]]

    @pytest.mark.parametrize("at_once", [3, 4, 100])
    async def test_are_the_same_however_they_are_read(self, world: World, monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
        """Small teams by one statement, large ones some at a time; retakes far apart count once, by the latest."""
        monkeypatch.setattr(queries, "MEASURED_AT_ONCE", at_once)
        attempts = await gather(world, 9, gaps=0.1)
        world.advance(hours=1)
        again = (await world.complete(seed=1))[1]
        world.advance(hours=1)
        latest = (await world.complete(seed=1))[1]
        inside = {await create(world, str(len(chosen))): chosen for chosen in (attempts[:2], [*attempts, again, latest], attempts[2:4], [])}
        for team, chosen in inside.items():
            if chosen:
                await add(world, team, *chosen)
        for raw in (False, True):
            found = await measured(world.database.read(), world.account_id, list(inside), raw=raw)
            assert {team: sorted(row.attempt_id for row in rows) for team, rows in found.items()} == {
                team: sorted(set(chosen) - {again}) for team, chosen in inside.items() if chosen
            }
            assert all(hasattr(row, "raw_tenths") == raw for rows in found.values() for row in rows)
            assert all([row.candidate_key for row in rows] == sorted(row.candidate_key for row in rows) for rows in found.values())

    async def test_are_bounded_over_all_teams(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reading, "MOST_MEMBERS", 5)
        people = await gather(world, 3)
        teams = [await create(world, name) for name in ("One", "Two")]
        for team in teams:
            await add(world, team, *people)
        assert len((await measured(world.database.read(), world.account_id, teams[:1]))[teams[0]]) == 3
        with pytest.raises(TooManyMembers, match="These teams have 6 members, at most 5"):
            await measured(world.database.read(), world.account_id, teams)
