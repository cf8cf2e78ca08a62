"""Invites in the graph: what may still be done with them, and through which door they came."""

from datetime import timedelta

import pytest

from domain.invites import commands
from domain.invites.status import Origin
from tests.support.http import Http
from tests.support.world import World

SEND = """mutation($i: SendInviteInput!) { sendInvite(input: $i) {
  ... on Invite { key instrument { version } } ... on Problem { code fields { path } } } }"""
REMIND = """mutation($k: ID!, $o: [InviteOrigin!]) { remindInvite(input: {key: $k, origin: $o}) {
  ... on Invite { reminders } ... on Problem { code message } } }"""
CANCEL = """mutation($k: ID!, $o: [InviteOrigin!]) { cancelInvite(input: {key: $k, origin: $o}) {
  ... on Invite { status } ... on Problem { code message } } }"""
REMINDERS = "query($k: ID!) { invite(key: $k) { reminders remindersLeft nextReminderAt } }"


async def by_open_link(world: World) -> str:
    async with world.work() as uow:
        return await commands.issue(uow, Origin.OPEN_LINK, email="open@example.com", name="Ola Penn")


class TestReminders:
    async def left(self, http: Http, invite: str) -> tuple[int, str | None]:
        shown = (await http.graph(REMINDERS, k=invite))["invite"]
        return shown["remindersLeft"], shown["nextReminderAt"]

    async def test_left_are_told_for_as_long_as_they_can_be_sent(self, http: Http) -> None:
        """R-ESC-27."""
        world = http.world
        invite = await world.invite()
        assert await self.left(http, invite) == (3, None)
        async with world.work() as uow:
            await commands.remind(uow, invite)
        assert await self.left(http, invite) == (2, "2026-03-03T09:00:00.000Z")
        world.advance(hours=24)
        assert await self.left(http, invite) == (2, None), "one may be sent at once"
        world.advance(days=30)
        assert await self.left(http, invite) == (0, None), "it has expired"

    async def test_are_none_once_it_is_completed(self, http: Http) -> None:
        invite, _attempt = await http.world.complete()
        assert await self.left(http, invite) == (0, None)


class TestDoors:
    async def test_an_invite_by_the_open_link_can_be_reminded_and_canceled(self, http: Http) -> None:
        invite = await by_open_link(http.world)
        assert (await http.graph(REMIND, k=invite))["remindInvite"] == {"reminders": 1}
        assert (await http.graph(CANCEL, k=invite))["cancelInvite"] == {"status": "CANCELED"}

    @pytest.mark.parametrize("operation", [REMIND, CANCEL])
    async def test_an_invite_through_another_door_than_named_is_not_found(self, http: Http, operation: str) -> None:
        """The documented API knows its own invites only."""
        invite = await by_open_link(http.world)
        before = await http.world.rows()
        [answer] = (await http.graph(operation, k=invite, o=["DIRECT"])).values()
        assert answer == {"code": "NOT_FOUND", "message": "There is no such invite."}
        assert await http.world.rows() == before


class TestInstruments:
    async def test_are_named_in_their_current_version_or_refused(self, http: Http) -> None:
        sent = {
            wanted: (await http.graph(SEND, i={"email": f"p{number}@example.com", "instrument": wanted}))["sendInvite"]
            for number, wanted in enumerate(("escprofile", "escprofile@1.0", "escprofile@0.1", "unknown"))
        }
        assert sent["escprofile"]["instrument"] == sent["escprofile@1.0"]["instrument"] == {"version": "1.0"}
        for wanted in ("escprofile@0.1", "unknown"):
            assert sent[wanted] == {"code": "UNKNOWN_INSTRUMENT", "fields": [{"path": ["instrument"]}]}

    async def test_filter_by_key_or_by_version(self, http: Http) -> None:
        await http.world.invite()
        counted = {
            wanted: (await http.graph("query($w: ID!) { invites(first: 1, filter: {instrument: $w}) { totalCount } }", w=wanted))["invites"]
            for wanted in ("escprofile", "escprofile@1.0", "escprofile@0.1")
        }
        assert [found["totalCount"] for found in counted.values()] == [1, 1, 0]


class TestFilters:
    async def test_find_an_address_as_it_was_typed(self, http: Http) -> None:
        await http.graph(SEND, i={"email": "Anna@Example.com", "language": "DE"})
        query = """query($e: String!) { invites(first: 1, filter: {email: $e}) { totalCount }
          candidates(first: 1, filter: {email: $e}) { totalCount nodes { language languageSource } } }"""
        found = await http.graph(query, e=" Anna@Example.COM")
        assert (found["invites"]["totalCount"], found["candidates"]["totalCount"]) == (1, 1)
        assert found["candidates"]["nodes"] == [{"language": "DE", "languageSource": "ACCOUNT"}]

    @pytest.mark.parametrize("field", ["invites(first: 1, filter: {status: []})", "invites(first: 1, filter: {candidate: []})"])
    async def test_of_no_value_let_nothing_through(self, http: Http, field: str) -> None:
        await http.world.invite()
        assert (await http.graph(f"{{ {field} {{ totalCount }} }}")) == {"invites": {"totalCount": 0}}

    async def test_of_nested_lists_are_those_of_the_whole_account(self, http: Http) -> None:
        world = http.world
        await world.complete()
        query = """query($from: DateTime!) { candidates(first: 1) { nodes {
          attempts(first: 5, filter: {completedFrom: $from}) { totalCount }
          results(first: 5, filter: {completedFrom: $from}) { totalCount } } } }"""
        for moment, count in ((world.clock.now(), 1), (world.clock.now() + timedelta(seconds=1), 0)):
            [found] = (await http.graph(query, **{"from": moment.isoformat()}))["candidates"]["nodes"]
            assert (found["attempts"]["totalCount"], found["results"]["totalCount"]) == (count, count)
