"""Making, changing and deleting job profiles, on both databases."""

import asyncio
from typing import Any

import pytest

from domain.kernel.errors import BadInput, NotFound
from domain.matching import commands, queries
from domain.matching.errors import TooManyJobProfiles
from domain.matching.model import JobProfile
from domain.matching.targets import known_scales
from tests.support.world import World

DETAIL = ("detail", {"ideal": 7, "ok_min": 5.5, "ok_max": 8.25, "critical_low": 4, "critical_high": 9})
POWER = ("graves3_power", {"ideal": 0.1})


async def create(world: World, **options: Any) -> str:
    async with world.work() as uow:
        return await commands.create(uow, **{"name": "Vertrieb", "targets": [DETAIL], **options})


async def found(world: World, key: str) -> Any:
    return (await queries.by_keys(world.database.read(), world.account_id, [key])).get(key)


class TestCreate:
    async def test_keeps_what_was_given(self, world: World) -> None:
        key = await create(
            world, name="  Leitung   Vertrieb ", name_en="Head of sales", description="Zwei\r\nZeilen", targets=[POWER, DETAIL]
        )
        row = await found(world, key)
        assert key.startswith("jp_")
        assert key.removeprefix("jp_").isdigit()
        assert (row.name, row.name_en, row.type, row.description) == ("Leitung Vertrieb", "Head of sales", "standard", "Zwei\nZeilen")
        assert row.targets == {
            "detail": {"ideal": 7.0, "okMin": 5.5, "okMax": 8.25, "criticalLow": 4.0, "criticalHigh": 9.0},
            "graves3_power": {"ideal": 0.1},
        }
        assert (row.active, row.version, row.target_count) == (True, 1, 2)
        assert row.created_at == row.updated_at == world.clock.now()

    async def test_takes_every_scale_and_none(self, world: World) -> None:
        """R-ESC-37 speaks of profiles without dimensions, so there may be some."""
        assert len(known_scales()) == 23
        all_of_them = await create(world, targets=[(scale, {"ideal": 5}) for scale in known_scales()])
        none = await create(world, targets=[])
        assert (await found(world, all_of_them)).target_count == 23
        assert (await found(world, none)).targets == {}

    @pytest.mark.parametrize(
        ("options", "path"),
        [
            ({"name": " "}, ["name"]),
            ({"name": "x" * 201}, ["name"]),
            ({"name_en": "a\x07"}, ["nameEn"]),
            ({"type": "x" * 101}, ["type"]),
            ({"description": "x" * 5_001}, ["description"]),
            ({"targets": [("details", {"ideal": 5})]}, ["targets", "details"]),
            ({"targets": [DETAIL, DETAIL]}, ["targets", "detail"]),
            ({"targets": [("detail", {})]}, ["targets", "detail", "ideal"]),
            ({"targets": [("detail", {"ideal": 10.5})]}, ["targets", "detail", "ideal"]),
            ({"targets": [("detail", {"ideal": 5, "critical_low": -0.1})]}, ["targets", "detail", "criticalLow"]),
            ({"targets": [("detail", {"ideal": 5, "ok_min": 5.1})]}, ["targets", "detail", "okMin"]),
            ({"targets": [("detail", {"ideal": 5, "ok_max": 4.9})]}, ["targets", "detail", "okMax"]),
            ({"targets": [("detail", {"ideal": 5, "critical_low": 4, "ok_min": 3})]}, ["targets", "detail", "okMin"]),
            ({"targets": [("detail", {"ideal": 5, "ok_max": 8, "critical_high": 7})]}, ["targets", "detail", "criticalHigh"]),
            ({"targets": [("detail", {"ideal": 5, "critical_high": 4})]}, ["targets", "detail", "criticalHigh"]),
        ],
    )
    async def test_names_what_is_wrong_and_writes_nothing(self, world: World, options: dict[str, Any], path: list[str]) -> None:
        before = await world.rows()
        with pytest.raises(BadInput) as refused:
            await create(world, **options)
        assert list(refused.value.fields[0].path) == path
        assert await world.rows() == before

    async def test_names_all_that_is_wrong(self, world: World) -> None:
        with pytest.raises(BadInput) as refused:
            await create(world, targets=[("nothing", {}), ("detail", {"ideal": 11, "ok_min": -1}), ("global", {"ideal": 5, "ok_min": 6})])
        assert [fault.path[1:] for fault in refused.value.fields] == [
            ("nothing",),
            ("detail", "okMin"),
            ("detail", "ideal"),
            ("global", "okMin"),
        ]

    async def test_stops_at_the_limit(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whoever asks at the same time; deleted ones make room."""
        monkeypatch.setattr(commands, "MOST_PROFILES", 3)
        made = await asyncio.gather(*(create(world) for _ in range(8)), return_exceptions=True)
        kept = [key for key in made if isinstance(key, str)]
        assert len(kept) == 3
        assert {type(refusal) for refusal in made if not isinstance(refusal, str)} == {TooManyJobProfiles}
        async with world.work() as uow:
            await commands.delete(uow, kept[0])
        await create(world)


class TestUpdate:
    async def test_leaves_what_is_left_out(self, world: World) -> None:
        """R-ESC-70."""
        key = await create(world, name_en="Sales", description="Words")
        before, later = await found(world, key), world.advance(hours=1)
        async with world.work() as uow:
            assert await commands.update(uow, key, {"name": "Verkauf", "active": False}) == key
        after = await found(world, key)
        assert (after.name, after.active, after.updated_at) == ("Verkauf", False, later)
        assert after.sort_name.startswith("verkauf")
        same = ("name_en", "type", "description", "targets", "target_count", "version", "created_at")
        assert [getattr(after, column) for column in same] == [getattr(before, column) for column in same]

    async def test_replaces_all_targets_and_counts_that(self, world: World) -> None:
        """R-ESC-70."""
        key = await create(world, targets=[DETAIL, POWER])
        async with world.work() as uow:
            await commands.update(uow, key, {"targets": [POWER, ("global", {"ideal": 3})]})
        row = await found(world, key)
        assert row.targets == {"global": {"ideal": 3.0}, "graves3_power": {"ideal": 0.1}}
        assert (row.target_count, row.version) == (2, 2)

    async def test_the_same_targets_are_no_new_version(self, world: World) -> None:
        key = await create(world, targets=[DETAIL, POWER])
        async with world.work() as uow:
            await commands.update(uow, key, {"targets": [POWER, DETAIL], "description": "New words"})
        assert (await found(world, key)).version == 1

    async def test_null_takes_away_what_may_be_missing(self, world: World) -> None:
        key = await create(world, name_en="Sales", description="Words", type="special")
        async with world.work() as uow:
            await commands.update(uow, key, {"name_en": None, "description": None, "type": None})
        row = await found(world, key)
        assert (row.name_en, row.description, row.type) == (None, None, "standard")

    @pytest.mark.parametrize("changes", [{"name": None}, {"active": None}, {"targets": None}, {"targets": [("detail", {})]}])
    async def test_a_wrong_change_changes_nothing(self, world: World, changes: dict[str, Any]) -> None:
        key = await create(world)
        before, rows = await found(world, key), await world.rows()
        with pytest.raises(BadInput):
            async with world.work() as uow:
                await commands.update(uow, key, {"description": "New words", **changes})
        assert await found(world, key) == before
        assert await world.rows() == rows


class TestDelete:
    async def test_is_soft_and_final(self, world: World) -> None:
        """R-ESC-47."""
        key = await create(world)
        async with world.work() as uow:
            assert await commands.delete(uow, key) == key
        assert await found(world, key) is None
        assert await queries.everything(world.database.read(), world.account_id) == []
        assert await world.count(JobProfile) == 1
        for again in (lambda uow: commands.delete(uow, key), lambda uow: commands.update(uow, key, {"name": "New"})):
            with pytest.raises(NotFound):
                async with world.work() as uow:
                    await again(uow)


class TestTenancy:
    async def test_another_account_sees_and_changes_nothing(self, world: World) -> None:
        key = await create(world)
        other, _secret = await world.other_account()
        before = await found(world, key)
        assert await queries.by_keys(world.database.read(), other.account_id, [key]) == {}
        assert await queries.everything(world.database.read(), other.account_id) == []
        for change in (lambda uow: commands.delete(uow, key), lambda uow: commands.update(uow, key, {"name": "New"})):
            with pytest.raises(NotFound):
                async with world.work(other) as uow:
                    await change(uow)
        assert await found(world, key) == before
