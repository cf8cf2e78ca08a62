"""Recording results and making norm groups of an account."""

import asyncio
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from typer.testing import CliRunner

from domain.access import commands as access
from domain.billing import credits
from domain.billing import queries as billing
from domain.invites import attempts, commands
from domain.invites import queries as invites
from domain.invites.status import Origin
from domain.kernel import events
from domain.kernel.actor import Actor
from domain.kernel.errors import BadInput
from domain.kernel.paging import Window
from domain.results import norms, queries
from domain.results.commands import add_norm_group, norm_group_of
from domain.results.errors import TooFewAttempts, UnknownNormGroup
from gateway.cli import accounts, frame
from tests.domain.at_once import all_at_once, failures
from tests.domain.results.scales import PROFILE
from tests.domain.results.test_norms import assert_same, crowd
from tests.support.databases import SECRET
from tests.support.world import World

PEOPLE = crowd(seed=3, count=200)
GAPS = [[None, *person[1:]] for person in PEOPLE]


async def make_group(world: World, people: Any = PEOPLE, name: str = "Engineers", actor: Actor | None = None) -> int:
    async with world.work(actor) as uow:
        return await add_norm_group(uow, name=name, instrument=PROFILE, answers=people)


async def use(world: World, group: int | None) -> None:
    async with world.work() as uow:
        await access.change_account(uow, {"norm_group": group})


async def fill(world: World, people: list[list[int]]) -> None:
    """Completed attempts by the real commands, in bulk as demo data is made: one transaction, its clock moved on."""
    async with world.work() as uow:
        await credits.grant(uow, len(people), reference=f"for {len(people)}")
        for number, person in enumerate(people):
            uow.now += timedelta(minutes=10)
            key = await commands.issue(uow, Origin.OPEN_LINK, email=f"p{number}@example.com", name="")
            attempt = await attempts.start(uow, key)
            await attempts.save(uow, attempt, {item.key: person[item.position] for item in PROFILE.items})
            await attempts.complete(uow, attempt)


class TestAddNormGroup:
    async def test_is_refused_below_200_complete_attempts_and_says_so(self, world: World) -> None:
        """Attempts with a gap do not count, however many there are."""
        before, number = await world.rows(), await events.last(world.database.read(), world.account_id)
        with pytest.raises(TooFewAttempts, match=r"needs 200 completed attempts .* there are 199") as refused:
            await make_group(world, GAPS + PEOPLE[1:])
        assert refused.value.details == {"required": 200, "available": 199}
        with pytest.raises(BadInput):
            await make_group(world, name=" ")
        assert (await world.rows(), await events.last(world.database.read(), world.account_id)) == (before, number)

    async def test_keeps_what_is_needed_to_read_results_by_it(self, world: World) -> None:
        key = await make_group(world, PEOPLE + GAPS)
        [group, designed] = await queries.norm_groups(world.database.read(), world.account_id)
        assert designed is norms.designed()
        assert (group.key, group.version, group.name.de, group.empirical, group.n) == (key, 1, "Engineers", True, 200)
        assert (group.instrument, group.instrument_version, group.created_at) == ("escprofile", "1.0", world.clock.now())
        computed = norms.compute(PROFILE, PEOPLE)
        assert {scale: norm.mean for scale, norm in group.norms.items()} == {s: Fraction(v["mean"]) for s, v in computed.items()}
        noted = (await events.after(world.database.read(), world.account_id, 0))[-1]
        assert (noted.type, noted.subject, noted.facts) == ("norm_group.computed", str(key), {"n": 200})
        world.advance(days=1)
        another = await make_group(world)
        groups = await queries.norm_groups(world.database.read(), world.account_id)
        assert [group.key for group in groups] == [another, key, norms.DESIGNED]

    async def test_is_refused_when_an_account_has_a_hundred(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Also of two that come at once; so the list of them is always whole."""
        assert norms.MOST_GROUPS == 100
        monkeypatch.setattr(norms, "MOST_GROUPS", 2)
        await make_group(world)
        outcomes = await all_at_once(make_group(world) for _ in range(3))
        assert failures(outcomes) == ["TooManyNormGroups"] * 2
        assert len(await queries.norm_groups(world.database.read(), world.account_id)) == 2 + 1
        other, _key = await world.other_account()
        await make_group(world, actor=other)


class TestRecord:
    async def test_result_keeps_the_norm_group_it_was_made_with(self, world: World) -> None:
        """The same answers before, with and after an empirical group; results are never computed again."""
        _, designed = await world.complete("a@example.com", seed=5)
        group = await make_group(world)
        await use(world, group)
        _, empirical = await world.complete("b@example.com", seed=5)
        await use(world, None)
        _, again = await world.complete("c@example.com", seed=5)
        read = world.database.read()
        rows = await queries.by_attempt(read, world.account_id, [designed, empirical, again])
        assert [rows[attempt].norm_group for attempt in (designed, empirical, again)] == [1, group, 1]
        assert {row.norm_version for row in rows.values()} == {1}
        assert len({tuple(row.raw_tenths) for row in rows.values()}) == 1
        assert rows[designed].c_tenths == rows[again].c_tenths != rows[empirical].c_tenths
        own = norms.compute(PROFILE, PEOPLE)["detail"]
        place = next(scale.position for scale in PROFILE.scales if scale.key == "detail")
        raw = Fraction(rows[empirical].raw_tenths[place], 10)
        assert float(abs(rows[empirical].c_tenths[place] - 50 - 20 * (raw - Fraction(own["mean"])) / Fraction(own["sd"]))) <= 0.5
        page = await queries.page(read, world.account_id, Window(first=10), order="newest", given={"norm_group": group})
        assert [row.attempt_id for row in page.rows] == [empirical]


class TestForeignNormGroup:
    async def test_is_like_an_unknown_one(self, world: World) -> None:
        """Q-2."""
        other, _key = await world.other_account()
        foreign = await make_group(world, actor=other)
        read = world.database.read()
        found = await queries.norm_groups_by_key(read, world.account_id, [norms.DESIGNED, foreign, foreign + 1])
        assert list(found) == [norms.DESIGNED]
        assert await queries.norm_groups(read, world.account_id) == [norms.designed()]
        told = [await self.refusal(world, key) for key in (foreign, foreign + 1)]
        assert told[0] == told[1]
        async with world.work(other) as uow:
            assert (await norm_group_of(uow, foreign)).key == foreign
            assert await norm_group_of(uow, None) is await norm_group_of(uow, norms.DESIGNED) is norms.designed()

    async def refusal(self, world: World, key: int) -> Any:
        with pytest.raises(UnknownNormGroup) as refused:
            async with world.work() as uow:
                await norm_group_of(uow, key)
        return refused.value.code, refused.value.message, refused.value.details


class TestNormsCompute:
    """`centil norms compute`."""

    async def run(self, world: World, *arguments: str) -> str:
        """What the command says; run beside the open world, as an operator would beside a server."""
        environment = {
            "CENTIL_DATABASE_URL": world.settings.database.render_as_string(hide_password=False),
            "CENTIL_VAR": str(world.settings.var),
            "CENTIL_SECRET": SECRET,
        }
        called = ["Everybody", "--account", "owner@example.com", *arguments]
        done = await asyncio.to_thread(CliRunner().invoke, accounts.norms, called, env=environment)
        if isinstance(done.exception, frame.Stop):
            return str(done.exception)
        assert done.exit_code == 0, done.output
        return str(done.stdout)

    async def test_needs_200_completed_attempts_and_then_makes_a_group_of_them(self, world: World) -> None:
        await fill(world, PEOPLE[:199])
        started = await world.begin(await world.invite("started@example.com"))
        before = await world.rows()
        assert "needs 200 completed attempts with every item answered; there are 199." in await self.run(world)
        assert await world.rows() == before

        invite = (await self.of_attempt(world, started)).invite_key
        await world.answer(invite, started, {item.key: PEOPLE[199][item.position] for item in PROFILE.items})
        async with world.work() as uow:
            await attempts.complete(uow, started)
        assert "'Everybody' is made and used from now on." in await self.run(world, "--use")

        [group, _designed] = await queries.norm_groups(world.database.read(), world.account_id)
        kept = {scale: {name: str(float(getattr(norm, name))) for name in ("mean", "sd", "alpha")} for scale, norm in group.norms.items()}
        assert group.n == 200
        assert_same(kept, PEOPLE)
        _, attempt = await world.complete("new@example.com")
        row = (await queries.by_attempt(world.database.read(), world.account_id, [attempt]))[attempt]
        assert (row.norm_group, row.norm_version) == (group.key, 1)
        assert (await billing.balance(world.database.read(), world.account_id)).used == 201

    @pytest.mark.long
    async def test_reads_more_attempts_than_it_takes_at_once(self, world: World) -> None:
        people = crowd(seed=4, count=1001)
        await fill(world, people)
        await self.run(world)
        [group, _designed] = await queries.norm_groups(world.database.read(), world.account_id)
        computed = norms.compute(PROFILE, people)
        assert group.n == 1001
        assert {scale: norm.mean for scale, norm in group.norms.items()} == {s: Fraction(v["mean"]) for s, v in computed.items()}

    async def of_attempt(self, world: World, attempt: int) -> Any:
        return (await invites.attempts_by_id(world.database.read(), world.account_id, [attempt]))[attempt]
