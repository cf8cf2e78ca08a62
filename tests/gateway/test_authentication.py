"""From a credential to who it stands for: trusted for a second, ended at once, never more than it was given (Q-4, Q-5)."""

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import update

from domain.access import commands, credentials, queries
from domain.access.errors import AccountInactive
from domain.access.events import ACCOUNT_CHANGED
from domain.access.model import Account
from domain.invites import links
from domain.kernel.actor import Actor, ActorKind
from domain.kernel.clock import MovableClock
from domain.kernel.environment import Environment, Signer
from domain.kernel.permissions import EVERYTHING, Permission
from gateway import authentication
from gateway.app import open_for
from gateway.authentication import Authenticator
from tests.support.http import Http
from tests.support.world import CommittedJobs, World

TOKEN = """mutation($p: [Permission!], $s: Int!) { createAccessToken(input: {permissions: $p, lifetimeSeconds: $s}) {
  ... on AccessToken { token permissions } ... on Problem { code message } } }"""


class Seconds:
    """The seconds that the authenticator counts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(authentication, "time", SimpleNamespace(monotonic=lambda: self.now))


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> Seconds:
    return Seconds(monkeypatch)


@pytest.fixture
async def authenticator(world: World, seconds: Seconds) -> AsyncIterator[Authenticator]:
    made = Authenticator(world.database)
    yield made
    await made.close()


@pytest.fixture
async def elsewhere(world: World, seconds: Seconds) -> AsyncIterator[Authenticator]:
    """The same installation in another process."""
    database = await open_for(world.settings, CommittedJobs(), MovableClock(world.clock.now()))
    made = Authenticator(database)
    yield made
    await made.close()
    await database.close()


def count_reads(world: World, monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One entry for each time that the database is asked."""
    asked: list[None] = []
    read = world.database.read

    def counted(*arguments: Any, **options: Any) -> Any:
        asked.append(None)
        return read(*arguments, **options)

    monkeypatch.setattr(world.database, "read", counted)
    return asked


class TestKeys:
    async def test_stand_for_their_account_and_permissions(self, world: World, authenticator: Authenticator) -> None:
        async with world.work() as uow:
            made = await commands.create_key(uow, name="Narrow", permissions=[Permission.INVITES_READ], rate_limit=7)
        expected = Actor(ActorKind.KEY, world.account_id, frozenset({Permission.INVITES_READ}), made.key)
        found = await authenticator.actor_of(made.secret)
        assert found == expected
        assert found is not None
        assert found.rate_limit == 7

    async def test_nothing_else_does(self, world: World, authenticator: Authenticator) -> None:
        key = world.key.secret
        near = [key[:-1], key + "0", key.upper(), " " + key, key.replace("live", "test"), world.key.key]
        for credential in (*near, "", "ä" * 40, "x" * 5000, "ct_", "ct_a.b", "ct_..", "%", "\0"):
            assert await authenticator.actor_of(credential) is None, credential

    async def test_of_a_closed_account_stand_for_nobody(
        self, world: World, authenticator: Authenticator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with world.work() as uow:
            closed = update(Account).where(Account.account_id == world.account_id).values(status="inactive")
            await uow.change(closed)
            uow.record(ACCOUNT_CHANGED, f"cus_{world.account_id}", fields=["status"])
        asked = count_reads(world, monkeypatch)
        for _ in range(2):
            with pytest.raises(AccountInactive):
                await authenticator.actor_of(world.key.secret)
        assert len(asked) == 1


class TestTrust:
    async def test_lasts_a_second(
        self, world: World, authenticator: Authenticator, seconds: Seconds, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = count_reads(world, monkeypatch)
        for later, reads in ((0, 1), (0.5, 1), (0.49, 1), (0.02, 2), (0.5, 2), (3600, 3)):
            seconds.now += later
            assert await authenticator.actor_of(world.key.secret)
            assert len(asked) == reads, later

    async def test_ends_at_once_where_a_key_is_revoked(self, world: World, authenticator: Authenticator) -> None:
        assert await authenticator.actor_of(world.key.secret)
        async with world.work() as uow:
            await commands.revoke_key(uow, world.key.key)
        assert await authenticator.actor_of(world.key.secret) is None

    async def test_is_not_given_by_what_was_read_before_a_revocation(
        self, world: World, authenticator: Authenticator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        look_up = credentials.actor_of

        async def revoked_meanwhile(*given: Any) -> Any:
            found = await look_up(*given)
            async with world.work() as uow:
                await commands.revoke_key(uow, world.key.key)
            return found

        with monkeypatch.context() as patched:
            patched.setattr(credentials, "actor_of", revoked_meanwhile)
            await authenticator.actor_of(world.key.secret)
        assert await authenticator.actor_of(world.key.secret) is None

    async def test_ends_within_a_second_elsewhere(self, world: World, elsewhere: Authenticator, seconds: Seconds) -> None:
        assert await elsewhere.actor_of(world.key.secret)
        async with world.work() as uow:
            await commands.revoke_key(uow, world.key.key)
        seconds.now += 1
        assert await elsewhere.actor_of(world.key.secret) is None

    async def test_a_revocation_that_is_rolled_back_changes_nothing(self, world: World, authenticator: Authenticator) -> None:
        assert await authenticator.actor_of(world.key.secret)
        with contextlib.suppress(ZeroDivisionError):
            async with world.work() as uow:
                await commands.revoke_key(uow, world.key.key)
                raise ZeroDivisionError
        assert await authenticator.actor_of(world.key.secret)

    async def test_of_a_reissued_key_ends_after_the_overlap(self, world: World, authenticator: Authenticator, seconds: Seconds) -> None:
        async with world.work() as uow:
            new = await commands.reissue_key(uow, world.key.key, overlap=timedelta(hours=1))
        for later, known in ((3599, True), (2, False)):
            world.advance(seconds=later)
            seconds.now += later
            assert bool(await authenticator.actor_of(world.key.secret)) is known
            assert await authenticator.actor_of(new.secret)

    async def test_keeps_so_many_and_no_more(self, authenticator: Authenticator, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(authentication, "KEPT", 3)
        for number in range(10):
            await authenticator.actor_of(f"pk_live_{number}")
        assert len(authenticator._known) == 3


class TestUse:
    async def used_at(self, world: World) -> Any:
        [row] = (await queries.keys_by_key(world.database.read(), world.account_id, [world.key.key])).values()
        return row.last_used_at

    async def test_is_noted_once_a_minute(self, world: World, authenticator: Authenticator, seconds: Seconds) -> None:
        first = world.clock.now()
        assert await self.used_at(world) is None
        for later, noted in ((0, 0), (30, 0), (29, 0), (2, 61), (59, 61)):
            world.advance(seconds=later)
            seconds.now += later
            await authenticator.actor_of(world.key.secret)
            await authenticator.close()
            assert await self.used_at(world) == first + timedelta(seconds=noted), later

    async def test_is_noted_once_a_minute_by_all_processes(
        self, world: World, authenticator: Authenticator, elsewhere: Authenticator
    ) -> None:
        await authenticator.actor_of(world.key.secret)
        await authenticator.close()
        first = await self.used_at(world)
        elsewhere._database.clock.advance(timedelta(seconds=59))  # type: ignore[attr-defined]
        await elsewhere.actor_of(world.key.secret)
        await elsewhere.close()
        assert await self.used_at(world) == first

    async def test_of_nobody_is_not_noted(self, world: World, authenticator: Authenticator) -> None:
        before = await world.rows()
        await authenticator.actor_of("pk_live_" + "0" * 32)
        await authenticator.close()
        assert await world.rows() == before
        assert await self.used_at(world) is None


class TestTokens:
    """What browsers get: for an hour at most, with less than the key may, and gone with it."""

    async def token(self, http: Http, permissions: list[str] | None = None, seconds: int = 600) -> str:
        made = (await http.graph(TOKEN, p=permissions, s=seconds))["createAccessToken"]
        return str(made["token"])

    async def test_may_what_they_were_made_for(self, http: Http) -> None:
        token = await self.token(http, ["INVITES_READ"])
        assert (await http.graph("{ invites(first: 1) { totalCount } }", key=token)) == {"invites": {"totalCount": 0}}
        refused = await http.graph_errors("{ candidates(first: 1) { totalCount } }", key=token)
        assert refused[0]["extensions"]["code"] == "FORBIDDEN"
        assert (await http.esc("GET", "/invites", key=token)).status == 200

    async def test_make_no_credentials(self, http: Http) -> None:
        token = await self.token(http, ["KEYS_WRITE", "KEYS_READ"])
        before = await http.world.rows()
        key = 'mutation($p: [Permission!]) { createApiKey(input: {name: "More", permissions: $p}) { __typename } }'
        for text in (TOKEN, key):
            errors = await http.graph_errors(text, key=token, p=["KEYS_READ"], s=60)
            assert [error["extensions"]["code"] for error in errors] == ["TOKEN_MAKES_NO_CREDENTIAL"]
        assert await http.world.rows() == before

    async def test_end_after_their_time(self, world: World, authenticator: Authenticator, seconds: Seconds) -> None:
        actor = world.actor
        token = credentials.new_token(world.database.environment, actor, EVERYTHING, world.clock.now() + timedelta(minutes=1))
        assert (found := await authenticator.actor_of(token))
        assert (found.kind, found.account, found.credential) == (ActorKind.TOKEN, world.account_id, world.key.key)
        world.advance(seconds=60)
        seconds.now += 1
        assert await authenticator.actor_of(token) is None

    async def test_end_with_their_key(self, world: World, authenticator: Authenticator) -> None:
        token = credentials.new_token(world.database.environment, world.actor, EVERYTHING, world.clock.now() + timedelta(hours=1))
        assert await authenticator.actor_of(token)
        async with world.work() as uow:
            await commands.revoke_key(uow, world.key.key)
        assert await authenticator.actor_of(token) is None

    async def test_never_may_more_than_their_key(self, world: World, authenticator: Authenticator) -> None:
        async with world.work() as uow:
            narrow = await commands.create_key(uow, name="Narrow", permissions=[Permission.INVITES_READ])
        actor = Actor(ActorKind.KEY, world.account_id, EVERYTHING, narrow.key)
        token = credentials.new_token(world.database.environment, actor, EVERYTHING, world.clock.now() + timedelta(hours=1))
        found = await authenticator.actor_of(token)
        assert found is not None
        assert found.permissions == {Permission.INVITES_READ}

    async def test_that_were_forged_stand_for_nobody(self, world: World, authenticator: Authenticator) -> None:
        until = world.clock.now() + timedelta(hours=1)
        environment = world.database.environment
        genuine = credentials.new_token(environment, world.actor, EVERYTHING, until)
        elsewhere = Environment(environment.base_url, Signer("another secret, also long enough to be one"))
        forged = [
            credentials.new_token(elsewhere, world.actor, EVERYTHING, until),
            "ct_" + environment.signer.seal("invite-link", f"{world.account_id}:inv_1"),
            genuine.removeprefix("ct_"),
            genuine[:-1],
            genuine + "A",
            genuine.replace(".", "=."),
            *(genuine[:at] + ("A" if genuine[at] != "A" else "B") + genuine[at + 1 :] for at in range(3, len(genuine), 7)),
        ]
        assert [token for token in forged if await authenticator.actor_of(token)] == []
        assert await authenticator.actor_of(genuine)


class TestLinks:
    def environment(self, secret: str = "a secret of links, long enough to be one") -> Environment:
        return Environment("https://x.example", Signer(secret))

    def token(self, link: str) -> str:
        return link.rpartition("/")[2]

    def test_lead_to_what_they_were_made_for(self) -> None:
        token = self.token(links.invite_link(self.environment(), 7, "inv_1"))
        assert links.invite_of(self.environment(), token) == (7, "inv_1")

    def test_that_were_forged_or_made_for_something_else_lead_nowhere(self) -> None:
        token = self.token(links.invite_link(self.environment(), 7, "inv_1"))
        wrong = [
            self.token(links.entry_link(self.environment(), 7, "inv_1")),
            self.token(links.invite_link(self.environment("another secret of links, long enough"), 7, "inv_1")),
            token[:-1],
            token + "A",
            token + "=",
            token.replace(".", ""),
            token.replace(".", ".."),
            "",
            ".",
            "ä.ö",
            "x" * 10_000,
            *(token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :] for at in range(len(token))),
        ]
        assert [one for one in wrong if links.invite_of(self.environment(), one)] == []
        assert links.entry_of(self.environment(), token) is None

    async def test_are_no_api_credentials(self, world: World, authenticator: Authenticator) -> None:
        link = links.invite_link(world.database.environment, world.account_id, await world.invite())
        assert await authenticator.actor_of(self.token(link)) is None
        assert await authenticator.actor_of("ct_" + self.token(link)) is None
