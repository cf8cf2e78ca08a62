"""/job-profiles: made, listed, read, changed, deleted."""

from typing import Any

import pytest

from tests.rest_compat.esc import stories
from tests.rest_compat.esc.conftest import Esc
from tests.rest_compat.esc.hand import DIMENSIONS, GRAVES
from tests.support.world import World

FULL = {"ideal": 7, "ok_min": 5.5, "ok_max": 8, "critical_low": 4, "critical_high": 9}
BODY = {
    "name": "Vertriebsleitung",
    "name_en": "Head of sales",
    "type": "leadership",
    "description": "Führt ein Team.",
    "dimensions": {"goal_orientation": FULL, "graves5_success": {"ideal": 6.5}},
}


async def made(esc: Esc, **changes: Any) -> Any:
    return await esc.data("POST", "/job-profiles", status=201, json={**BODY, **changes})


class TestCreate:
    async def test_answers_what_was_given(self, esc: Esc, world: World) -> None:
        data = await made(esc)
        assert data == {
            "id": data["id"],
            "name": "Vertriebsleitung",
            "name_en": "Head of sales",
            "type": "leadership",
            "description": "Führt ein Team.",
            "active": True,
            "created_at": "2026-03-02T09:00:00.000Z",
            "dimensions": {
                "goal_orientation": {"db_name": "goal_orientation", **FULL},
                "graves5_success": {"db_name": "graves5_success", "ideal": 6.5},
            },
            "dimensions_count": 2,
        }
        assert data["id"].startswith("jp_")
        assert data["id"].removeprefix("jp_").isdigit(), "R-ESC-48"
        assert await esc.data("GET", f"/job-profiles/{data['id']}") == data

    async def test_needs_a_name_alone(self, esc: Esc) -> None:
        """R-ESC-45."""
        for body in ({"name": "Lager"}, {"name": "Lager", "description": None, "name_en": None, "dimensions": None}):
            data = await esc.data("POST", "/job-profiles", status=201, json=body)
            assert (data["type"], data["name_en"], data["description"]) == ("standard", "", "")
            assert (data["dimensions"], data["dimensions_count"], data["active"]) == ({}, 0, True)

    async def test_takes_every_dimension_and_graves_value(self, esc: Esc) -> None:
        """R-ESC-46: 17 and 6."""
        names = [*DIMENSIONS, *GRAVES]
        data = await made(esc, dimensions={name: {"ideal": 5} for name in reversed(names)})
        assert list(data["dimensions"]) == names
        assert data["dimensions_count"] == 23

    @pytest.mark.parametrize(
        ("changes", "word"),
        [
            ({"name": None}, "'name'"),
            ({"name": ""}, "'name'"),
            ({"name": "x" * 201}, "'name'"),
            ({"name_en": "x" * 201}, "'name_en'"),
            ({"name_en": "a\u0007"}, "'name_en'"),
            ({"type": 5}, "'type'"),
            ({"dimensions": []}, "'dimensions'"),
            ({"dimensions": {"g2": {"ideal": 5}}}, "'g2' is not known"),
            ({"dimensions": {"detail": {}}}, "'dimensions.detail.ideal' is required"),
            ({"dimensions": {"detail": {"ideal": None}}}, "'dimensions.detail.ideal' is required"),
            ({"dimensions": {"detail": {"ideal": "5"}}}, "'dimensions.detail.ideal'"),
            ({"dimensions": {"detail": {"ideal": True}}}, "'dimensions.detail.ideal'"),
            ({"dimensions": {"detail": {"ideal": 10.01}}}, "'ideal' of 'detail' must be from 0 to 10."),
            ({"dimensions": {"detail": {"ideal": 5, "ok_min": 5.5}}}, "'ok_min' of 'detail' must not be above 'ideal'."),
            (
                {"dimensions": {"detail": {"ideal": 5, "ok_max": 8, "critical_high": 7}}},
                "'ok_max' of 'detail' must not be above 'critical_high'.",
            ),
            ({"dimensions": {"detail": {"ideal": 5, "critical_low": -1}}}, "'critical_low' of 'detail' must be from 0 to 10."),
        ],
    )
    async def test_says_what_is_wrong_in_its_own_words(self, esc: Esc, world: World, changes: dict[str, Any], word: str) -> None:
        before = await world.rows()
        status, code, message = await esc.told("POST", "/job-profiles", json={**BODY, **changes})
        assert (status, code) == (400, "BAD_REQUEST")
        assert word in message
        assert await world.rows() == before

    async def test_without_a_name_or_a_body_is_refused(self, esc: Esc) -> None:
        assert (await esc.told("POST", "/job-profiles", json={}))[2] == "'name' is required."
        assert await esc.refusal("POST", "/job-profiles") == (400, "BAD_REQUEST")


class TestList:
    async def test_has_all_of_them_newest_first(self, esc: Esc, world: World) -> None:
        """There is no page: also more than a page of the graph has."""
        assert await esc.data("GET", "/job-profiles") == {"profiles": [], "total": 0}
        for _ in range(101):
            await stories.profile(world)
        world.advance(hours=1)
        newest = await made(esc)
        found = await esc.data("GET", "/job-profiles")
        assert found["total"] == len(found["profiles"]) == 102
        assert found["profiles"][0] == {
            "id": newest["id"],
            "name": "Vertriebsleitung",
            "name_en": "Head of sales",
            "type": "leadership",
            "dimensions_configured": 2,
            "active": True,
        }
        assert found["profiles"][1]["name_en"] == ""


class TestUpdate:
    async def test_leaves_what_is_left_out(self, esc: Esc) -> None:
        """R-ESC-70."""
        before = await made(esc)
        path = f"/job-profiles/{before['id']}"
        assert await esc.data("PUT", path, json={}) == before
        assert await esc.data("PUT", path, json={"name": "Verkauf", "active": False}) == {**before, "name": "Verkauf", "active": False}
        assert await esc.data("PUT", path, json={"name_en": None, "type": None}) == {
            **before,
            "name": "Verkauf",
            "active": False,
            "name_en": "",
            "type": "standard",
        }

    async def test_given_dimensions_replace_all_of_them(self, esc: Esc) -> None:
        """R-ESC-70."""
        before = await made(esc)
        path = f"/job-profiles/{before['id']}"
        changed = await esc.data("PUT", path, json={"dimensions": {"detail": {"ideal": 3, "ok_max": 4}}})
        assert changed["dimensions"] == {"detail": {"db_name": "detail", "ideal": 3, "ok_max": 4}}
        assert (await esc.data("PUT", path, json={"dimensions": {}}))["dimensions_count"] == 0

    async def test_what_was_read_can_be_written_back(self, esc: Esc) -> None:
        before = await made(esc)
        assert await esc.data("PUT", f"/job-profiles/{before['id']}", json=before) == before

    @pytest.mark.parametrize(
        ("body", "word"),
        [
            ({"name": None}, "'name' must not be empty."),
            ({"active": None}, "'active' must not be null."),
            ({"dimensions": None}, "'dimensions' must not be null."),
            ({"active": "yes"}, "'active'"),
            ({"dimensions": {"detail": {"ideal": 11}}}, "'ideal' of 'detail'"),
        ],
    )
    async def test_what_is_wrong_changes_nothing(self, esc: Esc, body: dict[str, Any], word: str) -> None:
        before = await made(esc)
        path = f"/job-profiles/{before['id']}"
        status, code, message = await esc.told("PUT", path, json={"description": "New", **body})
        assert (status, code) == (400, "BAD_REQUEST")
        assert word in message
        assert await esc.data("GET", path) == before


class TestDelete:
    async def test_is_told_beside_the_data_and_final(self, esc: Esc) -> None:
        """R-ESC-3, R-ESC-47."""
        key = (await made(esc))["id"]
        path = f"/job-profiles/{key}"
        assert await esc.answer("DELETE", path) == {
            "success": True,
            "message": "Job profile deleted successfully",
            "data": {"id": key, "deleted": True},
        }
        for method, options in (("GET", {}), ("PUT", {"json": {"name": "x"}}), ("DELETE", {})):
            assert await esc.refusal(method, path, **options) == (404, "NOT_FOUND")
        assert (await esc.data("GET", "/job-profiles"))["total"] == 0


class TestLimit:
    async def test_is_told_with_a_code_of_its_own(self, esc: Esc, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("domain.matching.commands.MOST_PROFILES", 1)
        await made(esc)
        assert await esc.refusal("POST", "/job-profiles", json=BODY) == (400, "BAD_REQUEST")
