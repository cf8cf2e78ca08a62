"""/gdpr: a row for each attempt at the profile questionnaire, and erasing the person behind one of them."""

from typing import Any

import pytest

from domain.candidates import commands as candidates
from domain.kernel.permissions import EVERYTHING, Permission
from tests.domain.privacy.people import candidate_of
from tests.rest_compat.esc import stories
from tests.rest_compat.esc.conftest import ON_ONE_DATABASE, Esc
from tests.support.world import World

NOW = "2026-03-02T09:00:00.000Z"


def row(attempt: int, invite: str | None, **others: Any) -> dict[str, Any]:
    return {
        "session_id": attempt,
        "invite_id": invite,
        "status": "active",
        "protected": False,
        "personal_data": {"first_name": "Anna", "last_name": "Berg", "email": "anna@example.com", "gender": ""},
        "assessment": {"type": "escprofile", "started_at": NOW, "completed_at": NOW},
        **others,
    }


async def sessions(esc: Esc, query: str = "") -> list[int]:
    return [found["session_id"] for found in (await esc.data("GET", f"/gdpr/candidates{query}"))["candidates"]]


class TestCandidates:
    async def test_are_what_the_contract_says(self, esc: Esc, world: World) -> None:
        """R-ESC-49, R-ESC-68: a row for each session, whichever door it came through."""
        invite, attempt = await world.complete()
        _, entered = await stories.enter(world)
        begun = await stories.take(world, await world.invite("bert@example.com", "Bert Tal"), complete=False)
        await stories.describe(world, "anna@example.com", gender="female", birth_year=1988)
        data = await esc.data("GET", "/gdpr/candidates")
        anna, olga, bert = (next(one for one in data["candidates"] if one["session_id"] == key) for key in (attempt, entered, begun))
        assert anna == row(attempt, invite) | {
            "personal_data": {
                "first_name": "Anna",
                "last_name": "Berg",
                "email": "anna@example.com",
                "birth_date": "1988-01-01",
                "gender": "female",
            }
        }
        assert (olga["invite_id"], olga["personal_data"]["email"]) == (None, "olga@example.com")
        assert bert["assessment"] == {"type": "escprofile", "started_at": NOW}
        assert data["pagination"] == {"total": 3, "limit": 50, "offset": 0, "has_more": False}

    async def test_are_active_unless_others_are_asked_for(self, esc: Esc, world: World) -> None:
        """R-ESC-49, R-ESC-53, I-ESC-17."""
        invite, gone = await world.complete()
        _, stays = await world.complete("bert@example.com", "Bert Tal", seed=2)
        await esc.data("DELETE", f"/gdpr/candidates/{gone}")
        assert await sessions(esc) == await sessions(esc, "?status=active") == [stays]
        assert sorted(await sessions(esc, "?status=all")) == [gone, stays]
        [deleted] = (await esc.data("GET", "/gdpr/candidates?status=deleted"))["candidates"]
        assert deleted == row(gone, invite, status="anonymized", personal_data=None)

    async def test_are_listed_while_protected(self, esc: Esc, world: World) -> None:
        """I-ESC-17."""
        _, attempt = await world.complete()
        await protect(world)
        [listed] = (await esc.data("GET", "/gdpr/candidates"))["candidates"]
        assert (listed["session_id"], listed["protected"]) == (attempt, True)

    async def test_come_in_pages(self, esc: Esc, world: World) -> None:
        """R-ESC-4."""
        made = [(await world.complete(f"p{number}@example.com", "P", seed=number))[1] for number in range(3)]
        assert await sessions(esc, "?limit=2") == made[:0:-1]
        assert await sessions(esc, "?limit=2&offset=2") == made[:1]
        pagination = (await esc.data("GET", "/gdpr/candidates?limit=500"))["pagination"]
        assert pagination == {"total": 3, "limit": 100, "offset": 0, "has_more": False}

    @ON_ONE_DATABASE
    async def test_refuse_other_words(self, esc: Esc) -> None:
        for query in ("status=anonymized", "status=", "limit=0", "offset=-1"):
            status, _, message = await esc.told("GET", f"/gdpr/candidates?{query}")
            assert status == 400
            assert f"'{query.partition('=')[0]}'" in message


class TestStatus:
    async def test_says_whether_they_can_be_deleted(self, esc: Esc, world: World) -> None:
        """R-ESC-50."""
        invite, attempt = await world.complete()
        path = f"/gdpr/candidates/{attempt}"
        assert await esc.data("GET", path) == row(attempt, invite, can_delete=True)
        await protect(world)
        assert await esc.data("GET", path) == row(attempt, invite, protected=True, can_delete=False)
        await protect(world, protected=False)
        await esc.data("DELETE", path)
        assert await esc.data("GET", path) == row(attempt, invite, status="anonymized", personal_data=None, can_delete=False)

    async def test_of_an_unknown_or_foreign_session_is_404(self, esc: Esc, world: World) -> None:
        """Q-2."""
        _, foreign = await stories.foreign_invite(world, completed=True)
        for session in (foreign, 1, 2**40):
            assert await esc.refusal("GET", f"/gdpr/candidates/{session}") == (404, "NOT_FOUND")


class TestDelete:
    async def test_anonymises_the_person_and_all_their_sessions(self, esc: Esc, world: World) -> None:
        """R-ESC-51, R-ESC-68, I-ESC-18: the answer names them, and nothing afterwards does."""
        _, first = await world.complete()
        _, second = await world.complete(seed=2)
        world.advance(hours=1)
        assert await esc.answer("DELETE", f"/gdpr/candidates/{first}") == {
            "success": True,
            "data": {
                "status": "success",
                "message": "Candidate data anonymized successfully",
                "session_id": first,
                "anonymized": {"original_name": "Anna Berg", "original_email": "anna@example.com"},
                "deleted_at": "2026-03-02T10:00:00.000Z",
                "affected_tables": ["candidate", "invite"],
            },
        }
        for session in (first, second):
            assert (await esc.data("GET", f"/gdpr/candidates/{session}"))["status"] == "anonymized"
            assert await esc.refusal("DELETE", f"/gdpr/candidates/{session}") == (400, "ALREADY_ANONYMIZED")

    async def test_leaves_them_out_of_profiles_and_search(self, esc: Esc, world: World) -> None:
        """R-ESC-52, R-ESC-55: scores stay, under their invite."""
        invite, attempt = await world.complete()
        before = await esc.data("GET", f"/invites/{invite}/results")
        await esc.data("DELETE", f"/gdpr/candidates/{attempt}")
        assert (await esc.data("GET", "/profiles"))["profiles"] == []
        assert await esc.refusal("GET", f"/profiles/{attempt}") == (404, "NOT_FOUND")
        for asked in ("q=anna", "q=berg", "email=anna", "q=anonym"):
            assert (await esc.data("GET", f"/search?{asked}"))["candidates"] == []
        after = await esc.data("GET", f"/invites/{invite}/results")
        assert after["dimensions"] == before["dimensions"]
        assert "anna" not in str(after).lower()

    async def test_of_a_protected_person_is_403(self, esc: Esc, world: World) -> None:
        """R-ESC-50."""
        _, attempt = await world.complete()
        await protect(world)
        before = await world.rows()
        assert await esc.refusal("DELETE", f"/gdpr/candidates/{attempt}") == (403, "PROTECTED")
        assert await world.rows() == before

    async def test_of_an_unknown_or_foreign_session_is_404(self, esc: Esc, world: World) -> None:
        """Q-2."""
        _, foreign = await stories.foreign_invite(world, completed=True)
        before = await world.rows()
        for session in (foreign, 1, 2**40):
            assert await esc.refusal("DELETE", f"/gdpr/candidates/{session}") == (404, "NOT_FOUND")
        assert await world.rows() == before


class TestDeletions:
    async def test_are_the_sessions_of_deleted_people(self, esc: Esc, world: World) -> None:
        """R-ESC-54."""
        assert (await esc.data("GET", "/gdpr/deletions"))["deletions"] == []
        invite, attempt = await world.complete()
        _, entered = await stories.enter(world)
        world.advance(hours=2)
        await world.complete("bert@example.com", "Bert Tal", seed=2)
        for session in (attempt, entered):
            await esc.data("DELETE", f"/gdpr/candidates/{session}")
        data = await esc.data("GET", "/gdpr/deletions")
        assert sorted(data["deletions"], key=lambda deletion: deletion["session_id"]) == [
            {"session_id": session, "invite_id": key, "assessment_type": "escprofile", "original_date": NOW, "status": "anonymized"}
            for session, key in ((attempt, invite), (entered, None))
        ]
        assert data["pagination"] == {"total": 2, "limit": 50, "offset": 0, "has_more": False}
        assert len((await esc.data("GET", "/gdpr/deletions?limit=1&offset=1"))["deletions"]) == 1


class TestPermissions:
    @pytest.mark.parametrize(
        ("method", "path", "needed"),
        [
            ("GET", "/gdpr/candidates", Permission.PRIVACY_READ),
            ("GET", "/gdpr/candidates/1", Permission.PRIVACY_READ),
            ("DELETE", "/gdpr/candidates/1", Permission.PRIVACY_WRITE),
            ("GET", "/gdpr/deletions", Permission.PRIVACY_READ),
        ],
    )
    @ON_ONE_DATABASE
    async def test_are_those_of_privacy(self, esc: Esc, world: World, method: str, path: str, needed: Permission) -> None:
        key = await stories.key_of(world, EVERYTHING - {needed})
        assert await esc.refusal(method, path, key=key) == (403, "FORBIDDEN")


async def protect(world: World, *, protected: bool = True) -> None:
    key = await candidate_of(world, "anna@example.com")
    async with world.work() as uow:
        await candidates.protect(uow, key, protected=protected)
