"""/invites: send, list, look up, cancel."""

import asyncio
from typing import Any

from tests.rest_compat.esc import stories
from tests.rest_compat.esc.conftest import ON_ONE_DATABASE, Esc
from tests.support.http import Reply
from tests.support.world import World

NOW = "2026-03-02T09:00:00.000Z"


def shown(key: str, status: str, link: str, *, email: str = "anna@example.com", name: str = "Anna Berg") -> Any:
    return {
        "invite_id": key,
        "status": status,
        "candidate": {"email": email, "name": name},
        "analysis_link": link,
        "created_at": NOW,
    }


async def statuses(esc: Esc, query: str = "") -> list[str]:
    data = await esc.data("GET", f"/invites{query}")
    assert data["total"] == len(data["invites"])
    return [invite["data"]["status"] for invite in data["invites"]]


async def one_of_each(world: World) -> dict[str, str]:
    """An invite in each state, by the state, and one that was canceled."""
    found = {"expired": await world.invite("expired@example.com"), "started then expired": await world.invite("started@example.com")}
    await world.begin(found["started then expired"])
    world.advance(days=30)
    found["pending"] = await world.invite("pending@example.com")
    found["started"] = await world.invite("started.now@example.com")
    await world.begin(found["started"])
    found["completed"], _ = await world.complete("completed@example.com")
    found["canceled"] = await world.invite("canceled@example.com")
    return found


class TestSend:
    async def test_answers_the_invite(self, esc: Esc) -> None:
        answer = await esc.answer("POST", "/invites", status=201, json={"email": "Anna@Example.com", "name": "Anna Berg"})
        key, link = answer["data"]["invite_id"], answer["data"]["analysis_link"]
        assert answer == {"success": True, "data": shown(key, "pending", link, email="anna@example.com")}
        assert key.startswith("inv_")
        assert link.startswith("http://127.0.0.1:8000/a/")

    async def test_needs_only_an_address(self, esc: Esc, world: World) -> None:
        """R-ESC-24, I-ESC-24: the invitation is mailed, the name is an empty text, the product is the profile questionnaire."""
        data = await esc.data("POST", "/invites", status=201, json={"email": "anna@example.com"})
        assert data["candidate"] == {"email": "anna@example.com", "name": ""}
        await world.run_jobs()
        assert [(mail.template, mail.to) for mail in world.outbox.mails] == [("invitation", "anna@example.com")]
        await stories.take(world, data["invite_id"])
        results = await esc.data("GET", f"/invites/{data['invite_id']}/results")
        assert results["assessment"]["product_type"] == "escprofile"

    async def test_mails_nothing_when_asked_not_to(self, esc: Esc, world: World) -> None:
        await esc.data("POST", "/invites", status=201, json={"email": "anna@example.com", "send_email": False})
        await world.run_jobs()
        assert world.outbox.mails == []

    async def test_gives_the_product_type_back_as_it_was(self, esc: Esc, world: World) -> None:
        """I-ESC-23."""
        for product_type, told in {"Führungskräfte 2026": "Führungskräfte 2026", "pa-pack-10": "pa-pack-10", None: "escprofile"}.items():
            body = {"email": "anna@example.com", "product_type": product_type, "name": None}
            key = (await esc.data("POST", "/invites", status=201, json=body))["invite_id"]
            await stories.take(world, key)
            assert (await esc.data("GET", f"/invites/{key}/results"))["assessment"]["product_type"] == told

    async def test_keeps_the_name_each_invite_was_sent_with(self, esc: Esc) -> None:
        for name in ("Anna Berg", "Anna Tal"):
            await esc.data("POST", "/invites", status=201, json={"email": "anna@example.com", "name": name})
        invites = (await esc.data("GET", "/invites"))["invites"]
        assert sorted(invite["data"]["candidate"]["name"] for invite in invites) == ["Anna Berg", "Anna Tal"]

    async def test_refuses_what_is_wrong_and_writes_nothing(self, esc: Esc, world: World) -> None:
        """I-ESC-10: 400, although the contract does not declare it."""
        wrong: list[tuple[Any, str]] = [
            ({}, "'email' is required."),
            ({"email": "nobody"}, "email address"),
            ({"email": ["a@example.com"]}, "'email'"),
            ({"email": "a@example.com", "name": 5}, "'name'"),
            ({"email": "a@example.com", "name": "x" * 201}, "'name'"),
            ({"email": "a@example.com", "name": "Anna\u0007"}, "'name'"),
            ({"email": "a@example.com", "product_type": "x" * 101}, "'product_type'"),
            ({"email": "a@example.com", "product_type": "a\u0007b"}, "'product_type'"),
            ({"email": "a@example.com", "send_email": "yes"}, "'send_email'"),
            ({"email": "a@example.com", "send_email": 1}, "'send_email'"),
            ([], "JSON object"),
            ("a@example.com", "JSON object"),
        ]
        before = await world.rows()
        for body, word in wrong:
            status, code, message = await esc.told("POST", "/invites", json=body)
            assert (status, code) == (400, "BAD_REQUEST"), body
            assert word in message, body
        assert await world.rows() == before
        assert await world.run_jobs() == 0

    async def test_needs_a_credit(self, esc: Esc, world: World) -> None:
        """R-ESC-21."""
        await stories.spend(world)
        before = await world.rows()
        assert await esc.refusal("POST", "/invites", json={"email": "anna@example.com"}) == (402, "INSUFFICIENT_CREDITS")
        assert await world.rows() == before

    async def test_admits_exactly_ten_of_thirty_at_once(self, esc: Esc) -> None:
        """R-ESC-22, I-ESC-11."""

        async def send(number: int) -> Reply:
            while (reply := await esc.call("POST", "/invites", json={"email": f"p{number}@example.com"})).status == 503:
                pass  # a slow machine is too busy for thirty at once, and says so; nothing was done then
            return reply

        sent = await asyncio.gather(*map(send, range(30)))
        assert sorted(reply.status for reply in sent) == [201] * 10 + [429] * 20
        codes = {reply.json()["error"]["code"] for reply in sent if reply.status == 429}
        assert codes == {"TOO_MANY_PENDING_INVITES"}
        assert len(await statuses(esc, "?limit=100")) == 10

    async def test_has_room_again_when_one_is_begun_canceled_or_expired(self, esc: Esc, world: World) -> None:
        """R-ESC-22, I-ESC-14."""
        body = {"email": "one.more@example.com", "send_email": False}
        [begun, canceled, *_] = [await world.invite(f"p{number}@example.com") for number in range(10)]
        assert await esc.refusal("POST", "/invites", json=body) == (429, "TOO_MANY_PENDING_INVITES")
        await world.begin(begun)
        await esc.data("POST", "/invites", status=201, json=body)
        await esc.answer("DELETE", f"/invites/{canceled}")
        await esc.data("POST", "/invites", status=201, json=body)
        assert await esc.refusal("POST", "/invites", json=body) == (429, "TOO_MANY_PENDING_INVITES")
        world.advance(days=30)
        await esc.data("POST", "/invites", status=201, json=body)


class TestList:
    async def test_holds_whole_answers(self, esc: Esc, world: World) -> None:
        """I-ESC-3, I-ESC-20: `total` and no pagination."""
        key = await world.invite()
        one = await esc.answer("GET", f"/invites/{key}")
        assert await esc.answer("GET", "/invites") == {"success": True, "data": {"invites": [one], "total": 1}}

    async def test_is_empty_at_first(self, esc: Esc) -> None:
        assert await esc.data("GET", "/invites") == {"invites": [], "total": 0}

    async def test_filters_by_what_an_invite_shows_now(self, esc: Esc, world: World) -> None:
        """R-ESC-25, I-ESC-14, I-ESC-26."""
        invites = await one_of_each(world)
        await esc.answer("DELETE", f"/invites/{invites['canceled']}")
        assert sorted(await statuses(esc)) == ["completed", "expired", "expired", "pending", "started"]
        for status, number in {"pending": 1, "started": 1, "completed": 1, "expired": 2}.items():
            assert await statuses(esc, f"?status={status}") == [status] * number

    @ON_ONE_DATABASE
    async def test_refuses_other_statuses(self, esc: Esc) -> None:
        for status in ("canceled", "cancelled", "PENDING", "", "pending,started"):
            code, _, message = await esc.told("GET", f"/invites?status={status}")
            assert code == 400
            assert "'status'" in message

    async def test_leaves_out_those_who_came_by_the_open_link(self, esc: Esc, world: World) -> None:
        """R-ESC-69."""
        entered, _ = await stories.enter(world)
        assert await statuses(esc) == []
        for path in ("", "/results"):
            assert await esc.refusal("GET", f"/invites/{entered}{path}") == (404, "NOT_FOUND")
        assert await esc.refusal("DELETE", f"/invites/{entered}") == (404, "NOT_FOUND")
        assert await esc.refusal("POST", f"/invites/{entered}/remind") == (404, "NOT_FOUND")
        assert await esc.refusal("GET", f"/results/{entered}") == (404, "NOT_FOUND")


class TestOne:
    async def test_is_shown_in_every_state(self, esc: Esc, world: World) -> None:
        invites = await one_of_each(world)
        del invites["canceled"]
        found = {state: (await esc.data("GET", f"/invites/{key}"))["status"] for state, key in invites.items()}
        assert found == {state: state.rpartition(" ")[2] for state in invites}


class TestCancel:
    async def test_says_what_was_canceled(self, esc: Esc, world: World) -> None:
        """R-ESC-3: `message` stands beside `data`."""
        key = await world.invite()
        assert await esc.answer("DELETE", f"/invites/{key}") == {
            "success": True,
            "message": "Invite cancelled successfully",
            "data": {"invite_id": key, "candidate_email": "anna@example.com", "was_expired": False, "cancelled_at": NOW},
        }

    async def test_takes_one_back_that_expired_while_pending(self, esc: Esc, world: World) -> None:
        """I-ESC-14."""
        key = await world.invite()
        world.advance(days=31)
        assert (await esc.data("DELETE", f"/invites/{key}"))["was_expired"] is True

    async def test_refuses_what_is_not_pending(self, esc: Esc, world: World) -> None:
        """R-ESC-26."""
        invites = await one_of_each(world)
        before = await world.rows()
        for state in ("started", "started then expired", "completed"):
            assert await esc.refusal("DELETE", f"/invites/{invites[state]}") == (400, "NOT_PENDING"), state
        assert await world.rows() == before
        assert sorted(await statuses(esc)) == ["completed", "expired", "expired", "pending", "pending", "started"]

    async def test_leaves_nothing_to_be_found(self, esc: Esc, world: World) -> None:
        """I-ESC-26: 404 on every path, in the words of an id that never was; the graph shows it as canceled."""
        key = await world.invite()
        await esc.answer("DELETE", f"/invites/{key}")
        before = await world.rows()
        for method, path in (
            ("GET", "/invites/{}"),
            ("DELETE", "/invites/{}"),
            ("POST", "/invites/{}/remind"),
            ("GET", "/invites/{}/results"),
            ("GET", "/results/{}"),
        ):
            gone, unknown = await esc.call(method, path.format(key)), await esc.call(method, path.format("inv_unknown"))
            assert (gone.status, gone.body) == (unknown.status, unknown.body), (method, path)
            assert gone.status == 404
        assert await world.rows() == before
        assert await statuses(esc) == []
        found = await esc.http.graph("query($k: ID!) { invite(key: $k) { status } }", k=key)
        assert found["invite"]["status"] == "CANCELED"
