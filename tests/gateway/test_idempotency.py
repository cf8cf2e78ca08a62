"""Requests with an Idempotency-Key over HTTP: done once, answered again (Q-10)."""

import asyncio
from typing import Any

import asyncpg
import pytest
from sqlalchemy import update

from domain.access import commands as access
from domain.access.events import API_KEY_REVOKED
from domain.access.model import Account, ApiKey
from domain.candidates.model import Candidate
from domain.idempotency.model import IdempotentRequest
from domain.invites.model import Invite
from domain.kernel.permissions import EVERYTHING, Permission
from tests.support.http import Http, Reply
from tests.support.world import World

KEY = "invite-anna-1"
LONG = "0b8f1c52-6f1d-4a39-9a52-3c1f0d5f7b11"
BODY = {"email": "anna@example.com"}
REGISTER = {"email": "new@example.com", "company": "New Ltd"}
REPLAYED = "Idempotent-Replayed"


async def post(http: Http, path: str, body: Any = BODY, idempotency: str | None = KEY, **options: Any) -> Reply:
    headers = {**options.pop("headers", {}), **({} if idempotency is None else {"Idempotency-Key": idempotency})}
    return await http.esc("POST", path, json=body, headers=headers, **options)


async def refused(http: Http, path: str, body: Any = BODY, idempotency: str = KEY, **options: Any) -> tuple[int, str]:
    reply = await post(http, path, body, idempotency, **options)
    assert REPLAYED not in reply.headers
    return reply.status, reply.json()["error"]["code"]


def same(first: Reply, again: Reply) -> None:
    """The second is the first, given again."""
    assert (again.status, again.body) == (first.status, first.body)
    assert again.headers["Content-Type"] == first.headers["Content-Type"]
    assert REPLAYED not in first.headers
    assert again.headers[REPLAYED] == "true"


async def secret_of(world: World, *permissions: Permission) -> str:
    """The secret of another key of the account."""
    async with world.work() as uow:
        return (await access.create_key(uow, name="other", permissions=permissions)).secret


class TestAgain:
    async def test_is_answered_again_to_the_byte_and_done_once(self, http: Http) -> None:
        first = await post(http, "/invites")
        assert first.status == 201
        for _ in range(3):
            http.world.advance(hours=7)
            same(first, await post(http, "/invites"))
        assert await http.world.count(Invite) == 1

    async def test_is_the_answer_of_then_not_of_now(self, http: Http) -> None:
        first = await post(http, "/invites")
        await http.esc("DELETE", f"/invites/{first.json()['data']['invite_id']}")
        same(first, await post(http, "/invites"))

    async def test_without_a_key_is_done_again(self, http: Http) -> None:
        await post(http, "/invites")
        assert REPLAYED not in (await post(http, "/invites", idempotency=None)).headers
        assert await http.world.count(Invite) == 2
        assert await http.world.count(IdempotentRequest) == 1

    async def test_counts_for_the_rate_limit_and_tells_it_anew(self, http: Http) -> None:
        left = [int((await post(http, "/invites")).headers["RateLimit-Remaining"]) for _ in range(3)]
        assert left == [left[0], left[0] - 1, left[0] - 2]

    async def test_has_a_request_id_of_its_own(self, http: Http) -> None:
        replies = [await post(http, "/invites") for _ in range(2)]
        assert len({reply.headers["X-Request-Id"] for reply in replies}) == 2

    async def test_after_a_day_is_a_new_request(self, http: Http) -> None:
        await post(http, "/invites")
        http.world.advance(hours=24)
        reply = await post(http, "/invites", {"email": "ben@example.com"})
        assert reply.status == 201
        assert REPLAYED not in reply.headers
        same(reply, await post(http, "/invites", {"email": "ben@example.com"}))
        assert await http.world.count(Invite) == 2

    async def test_in_pieces_is_the_same_body(self, http: Http) -> None:
        """Bodies are hashed while they are read."""

        async def pieces() -> Any:
            for piece in (b'{"email"', b': "anna@', b'example.com"}'):
                yield piece
                await asyncio.sleep(0)

        headers = {"Idempotency-Key": KEY, "Content-Type": "application/json"}
        first = await http.esc("POST", "/invites", data=pieces(), headers=headers)
        same(first, await http.esc("POST", "/invites", data=b'{"email": "anna@example.com"}', headers=headers))

    async def test_without_a_body_is_the_same_too(self, http: Http) -> None:
        invite = await http.world.invite()
        replies = [await http.esc("POST", f"/invites/{invite}/remind", headers={"Idempotency-Key": KEY}) for _ in range(2)]
        same(*replies)
        assert [name for name, *_ in http.world.jobs.due] == ["invites.send_reminder"]


class TestAnother:
    async def test_body_is_refused_and_nothing_done(self, http: Http) -> None:
        first = await post(http, "/invites")
        before = await http.world.rows()
        assert await refused(http, "/invites", {"email": "ben@example.com"}) == (409, "IDEMPOTENCY_KEY_REUSED")
        assert await http.world.rows() == before
        same(first, await post(http, "/invites"))

    async def test_path_is_another_request(self, http: Http) -> None:
        await post(http, "/invites")
        made = await post(http, "/teams", {"title": "Sales"})
        assert (made.status, made.headers.get(REPLAYED)) == (201, None)

    async def test_account_is_another_request(self, http: Http) -> None:
        first = await post(http, "/invites")
        _actor, other = await http.world.other_account()
        theirs = await post(http, "/invites", key=other.secret)
        assert (theirs.status, theirs.headers.get(REPLAYED)) == (201, None)
        assert theirs.json()["data"]["invite_id"] != first.json()["data"]["invite_id"]

    @pytest.mark.parametrize("method", ["PUT", "DELETE"])
    async def test_method_does_not_know_the_header(self, http: Http, method: str) -> None:
        """They may be repeated anyway."""
        team = (await post(http, "/teams", {"title": "Sales"})).json()["data"]["id"]
        options = {"headers": {"Idempotency-Key": "not valid"}, "json": {"title": "New"} if method == "PUT" else None}
        reply = await http.esc(method, f"/teams/{team}", **options)
        assert reply.status == 200


class TestRefusals:
    async def test_are_not_kept(self, http: Http) -> None:
        """Nothing was done, so a request that was put right may have the same key."""
        assert await refused(http, "/invites", {"email": "no address"}) == (400, "BAD_REQUEST")
        assert await http.world.count(IdempotentRequest) == 0
        assert (await post(http, "/invites")).status == 201

    async def test_of_limits_are_asked_again(self, http: Http) -> None:
        for number in range(10):
            await http.world.invite(f"p{number}@example.com")
        assert await refused(http, "/invites") == (429, "TOO_MANY_PENDING_INVITES")
        http.world.advance(days=31)
        assert (await post(http, "/invites")).status == 201

    @pytest.mark.parametrize("key", ["", " ", "a b", "ä", "x" * 256, "tab\tbed"])
    async def test_of_keys_that_are_none(self, http: Http, key: str) -> None:
        before = await http.world.rows()
        assert await refused(http, "/invites", idempotency=key) == (400, "IDEMPOTENCY_KEY_NOT_VALID")
        assert await http.world.rows() == before

    async def test_of_two_keys_at_once(self, http: Http) -> None:
        from multidict import CIMultiDict

        headers = CIMultiDict([("Idempotency-Key", "a"), ("Idempotency-Key", "b"), ("Authorization", f"Bearer {http.world.key.secret}")])
        async with http._session.post(f"{http.base}/api/v1/invites", json=BODY, headers=headers) as reply:
            assert reply.status == 400
        assert await http.world.count(Invite) == 0

    @pytest.mark.parametrize("key", ["!", "~" * 255, '"quoted"'])
    async def test_of_no_key_that_is_one(self, http: Http, key: str) -> None:
        same(await post(http, "/invites", idempotency=key), await post(http, "/invites", idempotency=key))


class TestPermission:
    async def test_is_asked_again(self, http: Http) -> None:
        """A key that may no more is refused, and so is one that may less than the first."""
        await post(http, "/invites")
        assert await refused(http, "/invites", key=await secret_of(http.world, Permission.INVITES_READ)) == (403, "FORBIDDEN")
        most = await secret_of(http.world, *EVERYTHING - {Permission.PRIVACY_WRITE})
        assert await refused(http, "/invites", key=most) == (403, "FORBIDDEN")
        async with http.world.work() as uow:
            await access.revoke_key(uow, http.world.key.key)
        assert await refused(http, "/invites") == (401, "UNAUTHORIZED")
        assert await http.world.count(Invite) == 1

    async def test_of_a_key_that_may_as_much_is_enough(self, http: Http) -> None:
        """A client may have got a new key in between."""
        first = await post(http, "/invites")
        same(first, await post(http, "/invites", key=await secret_of(http.world, *EVERYTHING)))

    async def test_of_a_narrowed_key_is_not(self, http: Http) -> None:
        await post(http, "/invites")
        async with http.world.work() as uow:
            mine = (ApiKey.account_id == http.world.account_id, ApiKey.key == http.world.key.key)
            await uow.change(update(ApiKey).where(*mine).values(permissions=["invites:read", "invites:write", "candidates:read"]))
            uow.record(API_KEY_REVOKED, http.world.key.key)  # so that nobody trusts what was known of it
        assert await refused(http, "/invites") == (403, "FORBIDDEN")


class TestWithoutAnAccount:
    async def test_a_registration_gives_the_same_key_again(self, http: Http) -> None:
        """The secret is shown once: to whoever has the Idempotency-Key, for a day."""
        first = await post(http, "/register", REGISTER, LONG, key=None)
        assert first.status == 201
        again = await post(http, "/register", REGISTER, LONG, key=None)
        same(first, again)
        secret = again.json()["data"]["api_key"]["key"] if isinstance(again.json()["data"].get("api_key"), dict) else None
        assert secret is None or (await http.esc("GET", "/balance", key=secret)).status == 200

    async def test_a_key_that_can_be_guessed_is_refused(self, http: Http) -> None:
        assert await refused(http, "/register", REGISTER, "x" * 21, key=None) == (400, "IDEMPOTENCY_KEY_NOT_VALID")

    async def test_others_get_nothing(self, http: Http) -> None:
        first = await post(http, "/register", REGISTER, LONG, key=None)
        assert await refused(http, "/register", {**REGISTER, "company": "Other"}, LONG, key=None) == (409, "IDEMPOTENCY_KEY_REUSED")
        status, code = await refused(http, "/register", REGISTER, LONG[::-1], key=None)
        assert (status, code) == (409, "CONFLICT")
        same(first, await post(http, "/register", REGISTER, LONG, key=None))


class TestRunning:
    async def test_is_told_to_whoever_comes_meanwhile(self, http: Http) -> None:
        """One process: whoever comes while the first is at work, on either database."""
        async with held(http.world):
            first = asyncio.create_task(post(http, "/invites"))
            while not http.server.front.idempotency._running:  # noqa: ASYNC110  the server in this process gets there
                await asyncio.sleep(0)
            reply = await post(http, "/invites")
            assert (reply.status, reply.json()["error"]["code"]) == (409, "IDEMPOTENCY_KEY_IN_USE")
            assert reply.headers["Retry-After"] == "1"
            assert not first.done()
        same(await first, await post(http, "/invites"))
        assert await http.world.count(Invite) == 1

    async def test_is_done_once_by_two_servers(self, http: Http) -> None:
        """Replicas that know nothing of each other: one does it, the others come again, or have its answer."""
        there = await Http.open(http.world)
        try:
            replies = await asyncio.gather(*(post(one, "/invites") for _ in range(8) for one in (http, there)))
        finally:
            await there.close()
        done = [reply for reply in replies if reply.status == 201]
        assert len({reply.body for reply in done}) == 1
        assert sum(REPLAYED not in reply.headers for reply in done) == 1
        assert {reply.status for reply in replies} <= {201, 409}
        assert all(reply.headers["Retry-After"] for reply in replies if reply.status == 409)
        assert await http.world.count(Invite) == 1
        assert await http.world.count(Candidate) == 1

    @pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
    async def test_is_told_by_the_other_server(self, http: Http) -> None:
        there = await Http.open(http.world)
        try:
            async with held(http.world):
                first = asyncio.create_task(post(there, "/invites"))
                await until_locked(http.world)
                for body in (BODY, {"email": "other@example.com"}):
                    reply = await post(http, "/invites", body)
                    assert (reply.status, reply.json()["error"]["code"]) == (409, "IDEMPOTENCY_KEY_IN_USE")
                    assert reply.headers["Retry-After"] == "1"
            same(await first, await post(http, "/invites"))
        finally:
            await there.close()


async def until_locked(world: World) -> None:
    """Come back when somebody is at work under an Idempotency-Key."""
    watcher = await asyncpg.connect(world.settings.database.render_as_string(hide_password=False))
    async with asyncio.timeout(20):
        while not await watcher.fetchval("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"):
            pass
    await watcher.close()


class held:  # noqa: N801  reads as a state
    """Nobody of the account goes on with a write meanwhile."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._open: Any = None

    async def __aenter__(self) -> None:
        self._open = self._world.work()
        uow = await self._open.__aenter__()
        await uow.lock(Account, self._world.account_id)

    async def __aexit__(self, *_: Any) -> None:
        await self._open.__aexit__(None, None, None)


def ours(said: list[str]) -> list[str]:
    """Statements but for those that only open a transaction, and the note that a key was used."""
    return [text for text in said if not text.startswith(("BEGIN", "SELECT set_config", "UPDATE api_key"))]


class TestCost:
    async def statements(self, http: Http, number: int, idempotency: str | None) -> list[str]:
        with http.world.watched() as said:
            assert (await post(http, "/invites", {"email": f"p{number}@example.com"}, idempotency)).status == 201
        return ours(said)

    async def test_is_nothing_without_the_header(self, http: Http) -> None:
        await self.statements(http, 0, None)
        assert [text for text in await self.statements(http, 1, None) if "idempotent" in text] == []

    async def test_is_two_statements_beside_the_record(self, http: Http) -> None:
        """One looks, one records, one adds the answer."""
        await self.statements(http, 0, None)
        plain, claimed = len(await self.statements(http, 1, None)), await self.statements(http, 2, KEY)
        own = [text.split(" ", 1)[0] for text in claimed if "idempotent_request" in text]
        assert own == ["SELECT", "INSERT", "UPDATE"]
        assert len(claimed) == plain + 3

    async def test_again_is_one(self, http: Http) -> None:
        await self.statements(http, 0, KEY)
        with http.world.watched() as said:
            await post(http, "/invites", {"email": "p0@example.com"})
        assert len(ours(said)) == 1


async def test_an_answer_that_could_not_be_stored_is_written_anew(http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a kill between the two: the effect is there, so it is not done again."""
    from domain.idempotency.claims import Claim
    from domain.kernel.errors import Unavailable

    async def busy(*_: Any) -> None:
        raise Unavailable

    with monkeypatch.context() as patched:
        patched.setattr(Claim, "store", busy)
        first = await post(http, "/invites")
    assert first.status == 201
    again = await post(http, "/invites")
    same(first, again)
    http.world.advance(hours=1)
    same(first, await post(http, "/invites"))
    assert await http.world.count(Invite) == 1
