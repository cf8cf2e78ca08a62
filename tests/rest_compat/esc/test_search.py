"""GET /search: completed assessments by parts of name or email address, and by date."""

from urllib.parse import quote

from tests.rest_compat.esc import hand, stories
from tests.rest_compat.esc.conftest import ON_ONE_DATABASE, Esc
from tests.support.world import World, some_answers

BASE = "http://127.0.0.1:8000/api/v1"
PEOPLE = {"anna@example.com": "Anna Berg", "bert@beispiel.de": "Bert Groß-Müller", "carla@example.com": "Carla Annable"}


async def three_days(world: World) -> dict[str, int]:
    """Three people on three days, the attempt of each by email address."""
    found = {}
    for email, name in PEOPLE.items():
        _, found[email] = await world.complete(email, name)
        world.advance(days=1)
    return found


async def emails(esc: Esc, query: str) -> list[str]:
    data = await esc.data("GET", f"/search?{query}")
    assert data["pagination"]["total"] == len(data["candidates"])
    return [found["email"] for found in data["candidates"]]


class TestAnswer:
    async def test_is_what_the_contract_says(self, esc: Esc, world: World) -> None:
        """R-ESC-44: no scores unless asked for; a gender and a birth date that nobody gave are left out."""
        invite, attempt = await world.complete()
        found = {
            "session_id": attempt,
            "invite_id": invite,
            "name": "Anna Berg",
            "first_name": "Anna",
            "last_name": "Berg",
            "email": "anna@example.com",
            "started_at": "2026-03-02T09:00:00.000Z",
            "completed_at": "2026-03-02T09:00:00.000Z",
            "links": {"results": f"{BASE}/invites/{invite}/results", "report": f"{BASE}/invites/{invite}/report"},
        }
        assert await esc.answer("GET", "/search?q=anna") == {
            "success": True,
            "data": {
                "query": {"q": "anna"},
                "candidates": [found],
                "pagination": {"total": 1, "limit": 20, "offset": 0, "has_more": False},
            },
        }
        scored = await esc.data("GET", "/search?q=anna&include_results=true")
        assert scored["candidates"] == [{**found, "scores": hand.basic(some_answers(1))}]
        assert list(scored["candidates"][0]["scores"]) == hand.BASIC

    @ON_ONE_DATABASE
    async def test_tells_back_what_was_asked(self, esc: Esc) -> None:
        query = "q=A&name=b&email=C%40&date_from=2026-01-01&date_to=2026-12-31&limit=7&offset=3"
        assert await esc.data("GET", f"/search?{query}") == {
            "query": {"q": "A", "name": "b", "email": "C@", "date_from": "2026-01-01", "date_to": "2026-12-31"},
            "candidates": [],
            "pagination": {"total": 0, "limit": 7, "offset": 3, "has_more": False},
        }

    async def test_spells_diverse_as_other(self, esc: Esc, world: World) -> None:
        """I-ESC-2."""
        await world.complete()
        for stored, spelled in {"male": "male", "female": "female", "diverse": "other"}.items():
            await stories.describe(world, "anna@example.com", gender=stored, birth_year=1990)
            [found] = (await esc.data("GET", "/search?q=anna"))["candidates"]
            assert (found["gender"], found["birth_date"]) == (spelled, "1990-01-01")

    async def test_finds_those_who_came_by_the_open_link(self, esc: Esc, world: World) -> None:
        """R-ESC-69: they have no invite on the wire, and so no addresses."""
        _, attempt = await stories.enter(world)
        [found] = (await esc.data("GET", "/search?q=olga"))["candidates"]
        assert (found["session_id"], found["invite_id"], found["links"]) == (attempt, None, {})


class TestConditions:
    async def test_hold_for_parts_in_either_case(self, esc: Esc, world: World) -> None:
        """R-ESC-43: `q` looks in name and address, `name` and `email` each in their own; newest first."""
        await three_days(world)
        anna, bert, carla = PEOPLE
        wanted = {
            "q=ANNA": [carla, anna],
            "q=berg": [anna],
            "q=example": [carla, anna],
            "q=%20anna%20": [carla, anna],
            "q=o%C3%9F-m": [bert],
            "q=GROSS": [bert],
            "q=%25": [],
            "q=_": [],
            "q=an": [carla, anna],
            "q=nobody": [],
            "name=anna": [carla, anna],
            "name=example": [],
            "email=example": [carla, anna],
            "email=carla%40": [carla],
            "email=berg": [],
            "q=anna&email=carla": [carla],
            "name=berg&email=carla": [],
            "name=bert&email=": [bert],
        }
        assert {query: await emails(esc, query) for query in wanted} == wanted

    async def test_hold_for_days_both_included(self, esc: Esc, world: World) -> None:
        """R-ESC-43: days in UTC."""
        await three_days(world)
        anna, bert, carla = PEOPLE
        wanted = {
            "date_from=2026-03-03": [carla, bert],
            "date_to=2026-03-03": [bert, anna],
            "date_from=2026-03-03&date_to=2026-03-03": [bert],
            "date_from=2026-03-05": [],
            "date_to=2026-03-01": [],
            "date_from=2026-03-04&date_to=2026-03-02": [],
            "date_from=0001-01-01&date_to=9999-12-31": [carla, bert, anna],
            "date_from=2026-03-03&q=anna": [carla],
        }
        assert {query: await emails(esc, query) for query in wanted} == wanted

    async def test_find_completed_assessments_only(self, esc: Esc, world: World) -> None:
        """R-ESC-44."""
        await world.invite("pending@example.com")
        await stories.take(world, await world.invite("begun@example.com"), complete=False)
        assert await emails(esc, "q=example") == []

    @ON_ONE_DATABASE
    async def test_must_be_given(self, esc: Esc) -> None:
        """R-ESC-42."""
        for query in ("", "?q=", "?q=%20%20&name=&email=", "?include_results=true&limit=5", "?text=anna&completedFrom=2026-01-01"):
            status, code, message = await esc.told("GET", f"/search{query}")
            assert (status, code) == (400, "BAD_REQUEST"), query
            assert message == "Give at least one of q, name, email, date_from, date_to."

    @ON_ONE_DATABASE
    async def test_are_refused_when_they_mean_nothing(self, esc: Esc) -> None:
        """Q-17."""
        days = ("2026-02-30", "2026-1-1", "20260101", "1767225600", "0", "2026-01-01T00:00:00Z", "0000-01-01", "10000-01-01", "today", "")
        wrong = {f"date_from={day}" for day in days} | {f"q={'x' * 201}", "q=anna&include_results=2", "q=%00"}
        for query in wrong:
            assert await esc.refusal("GET", f"/search?{query}") == (400, "BAD_REQUEST"), query

    async def test_are_text_and_nothing_else(self, esc: Esc, world: World) -> None:
        await three_days(world)
        for text in ("'", '"', "\\", "' OR 1=1 --", "a'b\"c", "%' OR '1'='1", "anna*", "NEAR(anna)", "名前", "🙂" * 50, "\u202e", "anna\n"):
            found = await esc.data("GET", f"/search?q={quote(text)}")
            assert found["query"]["q"] == text
            assert len(found["candidates"]) == (2 if text.strip() == "anna" else 0)
