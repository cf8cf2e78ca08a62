"""How well teams cover job profiles, held against the plain definitions over all people one by one."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.instruments import bank
from domain.matching import coverage, coverage_queries
from domain.matching.coverage import Wanted
from domain.matching.formula import Target
from domain.matching.model import JobProfile
from domain.results.model import Result
from domain.results.scoring import half_up
from tests.domain.teams.acting import add, create
from tests.support.crowd import anonymize, candidate_key, gather
from tests.support.world import START, World

SCALES = bank.instrument("escprofile", "1.0").scales
NAMES = [scale.key for scale in SCALES[:6]]
TARGETS = st.dictionaries(st.sampled_from(NAMES), st.builds(lambda ideal: {"ideal": ideal / 2}, st.integers(0, 20)), min_size=1, max_size=4)


def person(key: str, values: Sequence[int | None]) -> Any:
    measured = [*values, *[None] * (23 - len(values))]
    return SimpleNamespace(candidate_key=key, instrument="escprofile", instrument_version="1.0", c_tenths=measured)


CROWD = st.lists(
    st.lists(st.none() | st.sampled_from([0, 30, 50, 70, 100]) | st.integers(0, 100), min_size=len(NAMES), max_size=len(NAMES)), max_size=9
).map(lambda rows: [person(f"cand_{number}", row) for number, row in enumerate(rows)])


def score(one: Any, name: str, targets: Mapping[str, Any]) -> int | None:
    value = one.c_tenths[NAMES.index(name)]
    return None if value is None else half_up(Target.of(targets[name]).score(Fraction(value, 10)))


def covered(people: Sequence[Any], targets: Mapping[str, Any]) -> Fraction:
    """The definition: on each scale the best of them, and the mean of those."""
    best = [max((found for one in people if (found := score(one, name, targets)) is not None), default=0) for name in targets]
    return Fraction(sum(best), len(best))


def without(people: Sequence[Any], key: str) -> list[Any]:
    return [one for one in people if one.candidate_key != key]


class TestCoverage:
    @given(CROWD, TARGETS)
    def test_is_the_mean_of_the_best(self, people: list[Any], targets: dict[str, Any]) -> None:
        found = coverage.of(people, Wanted.of("jp_1", 1, targets))
        assert found.exact == covered(people, targets)
        assert found.score == half_up(found.exact)
        assert [scale.scale.key for scale in found.scales] == sorted(targets, key=NAMES.index)
        for scale in found.scales:
            name = scale.scale.key
            known = {one.candidate_key: one.c_tenths[NAMES.index(name)] for one in people}
            zones = [None if value is None else Target.of(targets[name]).zone(Fraction(value, 10)) for value in known.values()]
            told = (scale.green, scale.yellow, scale.red, scale.missing)
            assert told == tuple(zones.count(zone) for zone in ("green", "yellow", "red", None))
            scores = {one.candidate_key: found for one in people if (found := score(one, name, targets)) is not None}
            assert scale.best == max(scores.values(), default=0)
            assert scale.candidate_key == min((key for key in scores if scores[key] == scale.best), default=None)

    @given(CROWD, TARGETS)
    def test_who_leaves_is_the_one_without_whom_least_is_left(self, people: list[Any], targets: dict[str, Any]) -> None:
        found = coverage.of(people, Wanted.of("jp_1", 1, targets))
        whole = covered(people, targets)
        left = {one.candidate_key: covered(without(people, one.candidate_key), targets) for one in people}
        costing = {key: value for key, value in left.items() if value < whole}
        chosen = min(costing, key=lambda key: (costing[key], key), default=None)
        if chosen is None:
            assert found.leaving is None
        else:
            assert found.leaving is not None
            assert (found.leaving.candidate_key, found.leaving.coverage) == (chosen, costing[chosen])
            assert found.leaving.change == costing[chosen] - whole

    @given(CROWD, TARGETS, st.integers(0, 9))
    def test_who_joins_is_the_one_with_whom_most_is_covered(self, people: list[Any], targets: dict[str, Any], cut: int) -> None:
        team, others = people[:cut], people[cut:]
        found = coverage.of(team, Wanted.of("jp_1", 1, targets))
        joined = found.joining(coverage.lookup(found)(people))
        whole = covered(team, targets)
        more = {one.candidate_key: covered([*team, one], targets) for one in others}
        closing = {key: value for key, value in more.items() if value > whole}
        chosen = min(closing, key=lambda key: (-closing[key], key), default=None)
        if chosen is None:
            assert joined is None
        else:
            assert joined is not None
            assert (joined.candidate_key, joined.coverage, joined.change) == (chosen, closing[chosen], closing[chosen] - whole)


async def want(world: World, key: str, targets: dict[str, Any], *, deleted: bool = False) -> str:
    """A job profile as it is stored."""
    async with world.work() as uow:
        uow.session.add(
            JobProfile(
                account_id=uow.account_id,
                key=key,
                name=key,
                targets=targets,
                target_count=len(targets),
                created_at=START,
                updated_at=START,
                deleted_at=START if deleted else None,
            )
        )
    return key


async def everybody(world: World) -> dict[int, Any]:
    from sqlalchemy import select

    async with world.work() as uow:
        rows = (await uow.session.execute(select(Result).where(Result.account_id == world.account_id))).scalars()
        return {row.attempt_id: row for row in rows}


WANTED = {"goal_orientation": {"ideal": 8}, "problem_solving": {"ideal": 5, "ok_min": 4, "ok_max": 6}, "proactive": {"ideal": 2}}


async def asked(world: World, team: int, profile: str, named: Sequence[str] | None = None) -> Any:
    found = (await coverage_queries.coverages(world.database.read(), world.account_id, [team], profile)).get(team)
    if found is None:
        return None, None
    [joining] = await coverage_queries.joining(world.database.read(), world.account_id, [found], named)
    return found, joining


class TestReading:
    async def test_the_account_is_looked_through_batch_by_batch(self, world: World, monkeypatch: Any) -> None:
        """The best of all who are not in the team; each person by their latest result, anonymised ones left out."""
        monkeypatch.setattr(coverage_queries, "AT_ONCE", 40)
        team, profile = await create(world), await want(world, "jp_1001", WANTED)
        attempts = await gather(world, 120, gaps=0.1)
        await add(world, team, *attempts[:2])
        people = await everybody(world)
        members = [people[attempt] for attempt in attempts[:2]]
        for _ in range(3):
            left = {row.candidate_key: covered([*members, row], WANTED) for row in people.values() if row not in members}
            best = min(left, key=lambda key: (-left[key], key))
            found, joining = await asked(world, team, profile)
            assert found.exact == covered(members, WANTED)
            assert (joining.candidate_key, joining.coverage) == (best, left[best])
            [gone] = [attempt for attempt, row in people.items() if row.candidate_key == best]
            del people[gone]
            await anonymize(world, gone)

    async def test_only_those_who_are_named_are_looked_at(self, world: World) -> None:
        team, profile = await create(world), await want(world, "jp_1001", WANTED)
        attempts = await gather(world, 6)
        await add(world, team, attempts[0])
        people = await everybody(world)
        for named in (attempts[1:3], attempts[:1], []):
            _, joining = await asked(world, team, profile, [candidate_key(attempt) for attempt in named])
            left = {candidate_key(one): covered([people[attempts[0]], people[one]], WANTED) for one in named if one != attempts[0]}
            closing = {key: value for key, value in left.items() if value > covered([people[attempts[0]]], WANTED)}
            assert (joining and joining.candidate_key) == min(closing, key=lambda key: (-closing[key], key), default=None)

    async def test_a_team_of_nobody_is_covered_by_nothing(self, world: World) -> None:
        found, joining = await asked(world, await create(world), await want(world, "jp_1001", WANTED))
        assert (found.exact, found.score, found.leaving, joining) == (0, 0, None, None)
        assert [(scale.best, scale.candidate_key, scale.missing) for scale in found.scales] == [(0, None, 0)] * 3

    async def test_profiles_that_are_deleted_or_of_others_are_not_there(self, world: World) -> None:
        """Q-2."""
        team = await create(world)
        stranger, _ = await world.other_account()
        await want(world, "jp_1001", WANTED, deleted=True)
        for profile in ("jp_1001", "jp_9999"):
            assert await asked(world, team, profile) == (None, None)
        await want(world, "jp_1002", WANTED)
        assert await coverage_queries.coverages(world.database.read(), stranger.account_id, [team], "jp_1002") == {}
