"""/profiles: every attempt at the profile questionnaire, whichever door it came through."""

from typing import Any

from tests.rest_compat.esc import hand, stories
from tests.rest_compat.esc.conftest import ON_ONE_DATABASE, Esc
from tests.support.world import World, some_answers

BASE = "http://127.0.0.1:8000/api/v1"
NOW = "2026-03-02T09:00:00.000Z"


def listed(attempt: int, invite: str | None, *, first: str = "Anna", last: str = "Berg", email: str = "anna@example.com") -> Any:
    at = f"{BASE}/invites/{invite}"
    return {
        "session_id": attempt,
        "invite_id": invite,
        "candidate": {"first_name": first, "last_name": last, "name": f"{first} {last}", "email": email, "birth_date": None},
        "assessment": {"type": "escprofile", "status": "completed", "started_at": NOW, "completed_at": NOW},
        "source": "api" if invite else "manual",
        "links": {
            "details": f"{BASE}/profiles/{attempt}",
            "results": f"{at}/results" if invite else None,
            "report": f"{at}/report" if invite else None,
        },
    }


async def sessions(esc: Esc, query: str = "") -> list[int]:
    return [profile["session_id"] for profile in (await esc.data("GET", f"/profiles{query}"))["profiles"]]


class TestList:
    async def test_is_what_the_contract_says(self, esc: Esc, world: World) -> None:
        """R-ESC-65, R-ESC-69: made through the API or by hand; `manual` has no invite on the wire."""
        invite, attempt = await world.complete()
        _, entered = await stories.enter(world)
        profiles = [listed(entered, None, first="Olga", last="Offen", email="olga@example.com"), listed(attempt, invite)]
        assert await esc.answer("GET", "/profiles") == {
            "success": True,
            "data": {
                "profiles": profiles,
                "pagination": {"total": 2, "limit": 50, "offset": 0, "has_more": False},
                "filters": {"status": "completed", "sort": "newest"},
            },
        }

    async def test_carries_basic_scores_when_asked(self, esc: Esc, world: World) -> None:
        """R-ESC-66, I-ESC-6."""
        invite, attempt = await world.complete()
        [profile] = (await esc.data("GET", "/profiles?include_results=true"))["profiles"]
        assert profile == {**listed(attempt, invite), "results": hand.basic(some_answers(1))}

    async def test_is_empty_at_first(self, esc: Esc) -> None:
        data = await esc.data("GET", "/profiles?status=all&sort=name")
        assert data["profiles"] == []
        assert data["filters"] == {"status": "all", "sort": "name"}

    async def test_shows_those_in_progress_when_asked_for_all(self, esc: Esc, world: World) -> None:
        """R-ESC-65, R-ESC-66: without results, and without addresses of any."""
        await world.invite("pending@example.com")
        invite = await world.invite()
        attempt = await stories.take(world, invite, complete=False)
        assert await sessions(esc) == []
        [profile] = (await esc.data("GET", "/profiles?status=all&include_results=true"))["profiles"]
        wanted = listed(attempt, invite)
        wanted["assessment"] |= {"status": "in_progress", "completed_at": None}
        wanted["links"] |= {"results": None, "report": None}
        assert profile == wanted

    async def test_sorts(self, esc: Esc, world: World) -> None:
        """R-ESC-65."""
        found = {}
        for name in ("Carl Amsel", "anna Berg", "Äbte Zeh", "Bert Amsel"):
            _, found[name] = await world.complete(f"{len(found)}@example.com", name)
            world.advance(hours=1)
        in_time = list(found.values())
        assert await sessions(esc, "?sort=oldest") == in_time
        assert await sessions(esc, "?sort=newest") == in_time[::-1]
        by_name = [found[name] for name in ("Äbte Zeh", "anna Berg", "Bert Amsel", "Carl Amsel")]
        assert await sessions(esc, "?sort=name") == by_name

    @ON_ONE_DATABASE
    async def test_refuses_other_words(self, esc: Esc) -> None:
        for query in ("status=in_progress", "status=COMPLETED", "status=", "sort=date", "sort=", "include_results=x"):
            status, _, message = await esc.told("GET", f"/profiles?{query}")
            assert status == 400, query
            assert f"'{query.partition('=')[0]}'" in message

    async def test_shows_what_a_person_told(self, esc: Esc, world: World) -> None:
        """I-ESC-2: diverse is diverse here."""
        await world.complete()
        await stories.describe(world, "anna@example.com", gender="diverse", birth_year=1988, given_name="Anna M.", family_name="Tal")
        [profile] = (await esc.data("GET", "/profiles"))["profiles"]
        assert profile["candidate"] == {
            "first_name": "Anna M.",
            "last_name": "Tal",
            "name": "Anna M. Tal",
            "email": "anna@example.com",
            "gender": "diverse",
            "birth_date": "1988-01-01",
        }

    async def test_has_a_row_for_each_attempt_of_a_person(self, esc: Esc, world: World) -> None:
        """R-ESC-68: a session is one attempt."""
        (first, one), (second, two) = await world.complete(seed=1), await world.complete(seed=2)
        profiles = (await esc.data("GET", "/profiles?sort=oldest&include_results=true"))["profiles"]
        assert [(profile["session_id"], profile["invite_id"]) for profile in profiles] == [(one, first), (two, second)]
        assert [profile["results"] for profile in profiles] == [hand.basic(some_answers(1)), hand.basic(some_answers(2))]


class TestDetails:
    async def test_are_what_the_contract_says(self, esc: Esc, world: World) -> None:
        """R-ESC-67, I-ESC-7: the norm group is a text here; no teams yet."""
        invite, attempt = await world.complete()
        at = f"{BASE}/invites/{invite}"
        assert await esc.answer("GET", f"/profiles/{attempt}") == {
            "success": True,
            "data": {
                "session_id": attempt,
                "invite_id": invite,
                "candidate": {
                    "first_name": "Anna",
                    "last_name": "Berg",
                    "name": "Anna Berg",
                    "email": "anna@example.com",
                    "gender": "",
                    "birth_date": None,
                },
                "assessment": {
                    "type": "escprofile",
                    "status": "completed",
                    "started_at": NOW,
                    "completed_at": NOW,
                    "calculation_type": "escprofile-1.0",
                },
                "source": "api",
                "results": {
                    "dimensions": hand.scores(some_answers(1), hand.DIMENSIONS),
                    "graves_values": hand.scores(some_answers(1), hand.GRAVES),
                    "norm_group": "Designed reference 2026",
                },
                "teams": [],
                "links": {"results_json": f"{at}/results", "report_pdf": f"{at}/report"},
            },
        }

    async def test_of_an_attempt_in_progress_have_no_results(self, esc: Esc, world: World) -> None:
        """R-ESC-66."""
        attempt = await stories.take(world, await world.invite(), complete=False)
        data = await esc.data("GET", f"/profiles/{attempt}")
        assert "results" not in data
        assert data["assessment"]["status"] == "in_progress"
        assert data["assessment"]["completed_at"] is None
        assert data["links"] == {"results_json": None, "report_pdf": None}

    async def test_of_somebody_who_came_by_the_open_link(self, esc: Esc, world: World) -> None:
        """R-ESC-69."""
        _, attempt = await stories.enter(world)
        data = await esc.data("GET", f"/profiles/{attempt}")
        assert (data["invite_id"], data["source"]) == (None, "manual")
        assert data["links"] == {"results_json": None, "report_pdf": None}
        assert len(data["results"]["dimensions"]) == 17

    async def test_of_nobody_are_not_found(self, esc: Esc, world: World) -> None:
        invite, _ = await world.complete()
        for number in ("0", "-1", "999999", "9223372036854775807"):
            assert await esc.refusal("GET", f"/profiles/{number}") == (404, "NOT_FOUND"), number
        for word in (invite, "abc", "1.0", "1e3", "+1", "1_001", "%201001", "9223372036854775808", "9" * 5000):
            assert await esc.refusal("GET", f"/profiles/{word}") == (400, "BAD_REQUEST"), word
