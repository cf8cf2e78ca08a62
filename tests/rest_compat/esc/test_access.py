"""Who may call, and whose things they see: keys, permissions, other accounts, the sandbox."""

from collections.abc import Iterator
from typing import Any

from domain.access import commands as access
from domain.kernel.permissions import ANALYST, Permission
from tests.domain.teams.acting import create
from tests.rest_compat.esc import stories
from tests.rest_compat.esc.conftest import DOCUMENT, ON_ONE_DATABASE, Esc
from tests.support.world import World

KEYED = [
    (method.upper(), path)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
    if "security" in operation
]
NONE = "pk_live_00000000000000000000000000000000"


def on(path: str, *, invite: str = "inv_unknown", session: object = 999, team: object = 999, profile: str = "jp_999") -> str:
    """An address on these things, with the parameters that it needs."""
    needed = {"/invites/{inviteId}/match": f"?profile_id={profile}"}
    return path.format(
        inviteId=invite, sessionId=session, teamId=team, profileId=profile, orderId="ord_999", invoiceId="inv_999"
    ) + needed.get(path, "")


def places(invite: str, session: object, *, team: object = 999, profile: str = "jp_999") -> Iterator[tuple[str, str]]:
    """Every operation on one thing, by its address."""
    yield from ((method, on(path, invite=invite, session=session, team=team, profile=profile)) for method, path in KEYED if "{" in path)


def body(method: str) -> dict[str, Any]:
    """The least that operations with a body are sent."""
    return {"json": {}} if method in ("POST", "PUT") else {}


class TestKeys:
    @ON_ONE_DATABASE
    async def test_are_needed_by_all_but_the_public_operations(self, esc: Esc) -> None:
        """R-ESC-1."""
        assert {"POST /invites", "GET /profiles", "DELETE /job-profiles/{profileId}"} <= {" ".join(operation) for operation in KEYED}
        for method, path in KEYED:
            reply = await esc.call(method, on(path), key=None)
            assert reply.status == 401, (method, path)
            assert reply.json() == {
                "success": False,
                "error": {"message": "A valid API key is needed: send it as 'Authorization: Bearer <key>'.", "code": "UNAUTHORIZED"},
            }
            assert reply.headers["WWW-Authenticate"] == "Bearer"

    @ON_ONE_DATABASE
    async def test_of_a_closed_account_are_none(self, esc: Esc, world: World) -> None:
        async with world.work() as uow:
            (await access.own_account(uow)).status = "inactive"
        assert await esc.told("GET", "/balance") == (401, "UNAUTHORIZED", "The account of this credential is closed.")

    @ON_ONE_DATABASE
    async def test_must_be_right_and_stand_after_bearer(self, esc: Esc, world: World) -> None:
        """R-ESC-1: also a right key is none without the word, and none in another place."""
        secret = world.key.secret
        wrong = [f"Bearer {key}" for key in (NONE, secret[:-1], f"{secret}0", secret.upper(), "ct_x.y", "x" * 2000)]
        wrong += [secret, f"Basic {secret}", "Bearer", f"Bearer{secret}", f"Bearer Bearer {secret}"]
        headers = [{"Authorization": value} for value in wrong] + [{"X-Api-Key": secret}]
        for header in headers:
            assert (await esc.call("GET", "/balance", key=None, headers=header)).status == 401, header
        assert (await esc.call("GET", f"/balance?api_key={secret}", key=None)).status == 401
        for header in (f"bearer {secret}", f"BEARER   {secret} "):
            assert (await esc.call("GET", "/balance", key=None, headers={"Authorization": header})).status == 200, header

    async def test_that_were_revoked_end_at_once(self, esc: Esc, world: World) -> None:
        """Q-4."""
        secret = await stories.key_of(world)
        await esc.data("GET", "/balance", key=secret)
        [row] = (await esc.http.graph("{ apiKeys(first: 1) { nodes { key } } }"))["apiKeys"]["nodes"]
        async with world.work() as uow:
            await access.revoke_key(uow, row["key"])
        assert await esc.refusal("GET", "/balance", key=secret) == (401, "UNAUTHORIZED")

    async def test_are_asked_before_anything_else_is_looked_at(self, esc: Esc, world: World) -> None:
        """No parameter and no body is read for somebody without a key."""
        before = await world.rows()
        bodies: list[dict[str, Any]] = [{"data": b"{broken"}, {"data": b"[" * 2_000_000}, {"json": {}}]
        bodies += [{"data": b"x", "headers": {"Content-Type": "text/plain"}}]
        for options in bodies:
            assert await esc.refusal("POST", "/invites", key=None, **options) == (401, "UNAUTHORIZED")
        for path in ("/search", "/search?date_from=x", "/profiles?limit=x", "/profiles/abc", "/invites?status=x", "/invites/%00"):
            assert await esc.refusal("GET", path, key=NONE) == (401, "UNAUTHORIZED"), path
        assert await world.rows() == before

    async def test_need_the_permission_of_what_they_ask_for(self, esc: Esc, world: World) -> None:
        """A key without it is refused, also before anything is read, and nothing happens."""
        invite, session = await world.complete()
        key = await stories.key_of(world, [Permission.KEYS_READ])
        before = await world.rows()
        for method, path in KEYED:
            refused = await esc.refusal(method, on(path, invite=invite, session=session), key=key)
            assert refused == (403, "FORBIDDEN"), (method, path)
        assert await world.rows() == before

    async def test_for_reading_do_not_write(self, esc: Esc, world: World) -> None:
        invite = await world.invite()
        key = await stories.key_of(world, ANALYST)
        before = await world.rows()
        for method, path in KEYED:
            reply = await esc.call(method, on(path, invite=invite) + ("?q=a" if path == "/search" else ""), key=key)
            assert (reply.status == 403) == (method != "GET"), (method, path)
        assert await world.rows() == before


class TestOthers:
    async def test_have_things_that_answer_like_none_at_all(self, esc: Esc, world: World) -> None:
        """Q-2, R-ESC-5: byte for byte, in every path."""
        invite, session = await stories.foreign_invite(world, completed=True)
        own, _ = await world.complete("own@example.com")
        profile, team = await stories.foreign_profile(world), await stories.foreign_team(world)
        before = await world.rows()
        told, nothing = [await esc.call("GET", f"/invites/{own}/match?profile_id={key}") for key in (profile, "jp_999")]
        assert (told.status, told.body) == (nothing.status, nothing.body) == (404, told.body)
        theirs, nobodys = places(invite, session, team=team, profile=profile), places("inv_unknown", 999)
        for (method, foreign), (_, unknown) in zip(theirs, nobodys, strict=True):
            told, nothing = await esc.call(method, foreign, **body(method)), await esc.call(method, unknown, **body(method))
            assert (told.status, told.body) == (nothing.status, nothing.body), (method, foreign)
            assert told.json() == {"success": False, "error": {"message": "Resource not found", "code": "NOT_FOUND"}}
        assert await world.rows() == before

    async def test_are_in_no_list_and_in_no_search(self, esc: Esc, world: World) -> None:
        """Q-2: a search for what only another account has answers like one for what nobody has."""
        empty = {path: (await esc.call("GET", path)).body for path in ("/invites", "/profiles?status=all", "/search?q=fremd", "/balance")}
        await stories.foreign_invite(world, completed=True)
        assert {path: (await esc.call("GET", path)).body for path in empty} == empty

    async def test_may_have_the_same_candidate(self, esc: Esc, world: World) -> None:
        own, _ = await world.complete()
        await stories.foreign_invite(world, completed=True)
        [found] = (await esc.data("GET", "/search?q=anna"))["candidates"]
        assert (found["invite_id"], found["name"]) == (own, "Anna Berg")


class TestSandbox:
    async def test_is_all_that_its_key_sees(self, esc: Esc, world: World) -> None:
        """R-ESC-5, I-ESC-19: the twin's things to the twin's key, the live ones to the live key."""
        invite, session = await world.complete()
        key = await stories.key_of(world, account_id=world.sandbox_id)
        assert key.startswith("pk_test_")
        for method, path in places(invite, session, team=await create(world), profile=await stories.profile(world)):
            assert await esc.refusal(method, path, key=key, **body(method)) == (404, "NOT_FOUND"), (method, path)
        assert (await esc.data("GET", "/invites", key=key))["total"] == 0
        assert (await esc.data("GET", "/profiles?status=all", key=key))["profiles"] == []
        sent = await esc.data("POST", "/invites", key=key, status=201, json={"email": "test@example.com"})
        assert await esc.refusal("GET", f"/invites/{sent['invite_id']}") == (404, "NOT_FOUND")
        assert (await esc.data("GET", "/account", key=key))["account"]["id"] == f"cus_{world.sandbox_id}"

    async def test_mails_nobody(self, esc: Esc, world: World) -> None:
        key = await stories.key_of(world, account_id=world.sandbox_id)
        sent = await esc.data("POST", "/invites", key=key, status=201, json={"email": "test@example.com", "send_email": True})
        await esc.data("POST", f"/invites/{sent['invite_id']}/remind", key=key)
        await world.run_jobs()
        assert world.outbox.mails == []

    async def test_has_ten_pending_invites_of_its_own(self, esc: Esc, world: World) -> None:
        """R-ESC-22."""
        for number in range(10):
            await world.invite(f"p{number}@example.com")
        key = await stories.key_of(world, account_id=world.sandbox_id)
        await esc.data("POST", "/invites", key=key, status=201, json={"email": "test@example.com"})
