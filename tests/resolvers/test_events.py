"""The audit log and the catalogue of events, through the graph (Q-23, Q-27)."""

from typing import Any

import jsonschema_rs
import pytest

from domain.access import commands as access
from domain.catalogue import EVENT_TYPES
from domain.kernel.events import last
from domain.kernel.permissions import Permission
from domain.teams import commands as teams
from resolvers import ids
from tests.resolvers.test_statements import fill, statements
from tests.support.http import Http

PAGE = """query($first: Int, $after: String, $last: Int, $before: String, $filter: EventFilter) {
  events(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    nodes { sequence name type at actor requestId subjectKey facts } totalCount pageInfo { hasNextPage startCursor endCursor } } }"""
SUBJECTS = "{ events(first: 100) { nodes { id name subjectKey subject { __typename id } } } }"
AGAIN = "query($i: [ID!]!) { nodes(ids: $i) { id ... on Event { name } } }"


async def page(http: Http, filter: Any = None, **window: Any) -> Any:
    return (await http.graph(PAGE, **{"first": 100, "filter": filter, **window}))["events"]


async def names(http: Http, filter: Any) -> list[str]:
    return [node["name"] for node in (await page(http, filter))["nodes"]]


class TestPages:
    async def test_have_everything_in_the_order_of_numbers(self, http: Http) -> None:
        invite, attempt = await http.world.complete()
        found = await page(http)
        numbers = [node["sequence"] for node in found["nodes"]]
        assert numbers == list(range(1, await last(http.world.database.read(), http.world.account_id) + 1))
        assert found["totalCount"] == len(numbers)
        told = {node["name"]: node for node in found["nodes"]}
        completed = told["invite.completed"]
        assert (completed["type"], completed["subjectKey"], completed["facts"]) == (
            "INVITE_COMPLETED",
            invite,
            {"attempt": attempt, "origin": "direct"},
        )
        assert told["invite.sent"]["actor"] == f"key:{http.world.key.key}"

    async def test_forward_and_backward_give_the_same(self, http: Http) -> None:
        await http.world.complete()
        everything = (await page(http))["nodes"]
        forward: list[Any] = []
        cursor = None
        while True:
            found = await page(http, first=3, after=cursor)
            forward += found["nodes"]
            cursor = found["pageInfo"]["endCursor"]
            if not found["pageInfo"]["hasNextPage"]:
                break
        assert forward == everything
        newest = await page(http, first=None, last=3)
        assert newest["nodes"] == everything[-3:]
        assert (await page(http, first=None, last=3, before=newest["pageInfo"]["startCursor"]))["nodes"] == everything[-6:-3]

    async def test_after_a_number(self, http: Http) -> None:
        await http.world.complete()
        everything = (await page(http))["nodes"]
        assert (await page(http, {"afterSequence": everything[3]["sequence"]}))["nodes"] == everything[4:]
        assert (await page(http, {"afterSequence": 10**15}))["nodes"] == []

    async def test_of_other_accounts_are_not_there(self, http: Http) -> None:
        """Q-1."""
        await http.world.invite("mine@example.com")
        _other, key = await http.world.other_account()
        found = (await http.graph(PAGE, key=key.secret, first=100))["events"]["nodes"]
        assert "invite.sent" not in {node["name"] for node in found}
        assert {node["subjectKey"] for node in found}.isdisjoint(node["subjectKey"] for node in (await page(http))["nodes"])


class TestFilters:
    async def test_by_type_actor_and_time(self, http: Http) -> None:
        await http.world.complete("a@example.com")
        http.world.advance(hours=1)
        await http.world.invite("b@example.com")
        assert await names(http, {"type": ["INVITE_SENT", "INVITE_COMPLETED"]}) == ["invite.sent", "invite.completed", "invite.sent"]
        assert await names(http, {"type": ["INVITE_SENT"], "atFrom": "2026-03-02T10:00:00Z"}) == ["invite.sent"]
        assert await names(http, {"type": ["INVITE_SENT"], "atUntil": "2026-03-02T10:00:00Z"}) == ["invite.sent"]
        assert await names(http, {"type": ["INVITE_SENT"], "actor": "key:key_other"}) == []

    async def test_by_what_it_happened_to(self, http: Http) -> None:
        """By key or id; a team and an attempt with the same number are told apart by the id."""
        invite, attempt = await http.world.complete()
        async with http.world.work() as uow:
            team = await teams.create(uow, title="Crew")
        assert team == attempt
        assert await names(http, {"subject": invite}) == ["invite.sent", "invite.started", "invite.completed"]
        both = await names(http, {"subject": str(team)})
        found = await http.graph("query($k: ID!) { team(key: $k) { id } attempt(key: $k) { id } }", k=str(team))
        assert await names(http, {"subject": found["team"]["id"]}) == ["team.created"]
        of_attempt = await names(http, {"subject": found["attempt"]["id"]})
        assert of_attempt == ["attempt.answered"]
        assert set(both) == {"team.created", "attempt.answered", "result.recorded"}
        assert await names(http, {"subject": "inv_nobody"}) == []


class TestSubjects:
    async def test_are_what_it_happened_to(self, http: Http) -> None:
        await http.world.complete()
        async with http.world.work() as uow:
            await teams.create(uow, title="Crew")
        nodes = (await http.graph(SUBJECTS))["events"]["nodes"]
        assert {node["subject"]["__typename"] for node in nodes} >= {
            "Account",
            "ApiKey",
            "CreditEntry",
            "Candidate",
            "Invite",
            "Attempt",
            "Result",
            "Team",
        }
        for node in nodes:
            assert ids.decode(node["subject"]["id"]) == (node["subject"]["__typename"], node["subjectKey"])
        again = (await http.graph(AGAIN, i=[node["id"] for node in nodes]))["nodes"]
        assert again == [{"id": node["id"], "name": node["name"]} for node in nodes]

    async def test_are_null_for_what_is_gone_or_may_not_be_read(self, http: Http) -> None:
        """`events:read` alone shows that something happened, never to whom."""
        await http.world.invite("anna@example.com")
        async with http.world.work() as uow:
            team = await teams.create(uow, title="Crew")
        async with http.world.work() as uow:
            await teams.remove(uow, team)
            auditor = await access.create_key(uow, name="Audit", permissions=[Permission.EVENTS_READ])
        text = "{ events(first: 100) { nodes { name subject { id } } } }"
        own = {node["name"]: node["subject"] for node in (await http.graph(text))["events"]["nodes"]}
        assert own["team.created"] is None
        assert own["candidate.added"] is not None
        audited = (await http.graph(text, key=auditor.secret))["events"]["nodes"]
        assert audited
        assert {node["name"]: node["subject"] for node in audited} == dict.fromkeys(own)
        [error] = await http.graph_errors("{ events(first: 1) { nodes { subject { ... on Candidate { name } } } } }", key=auditor.secret)
        assert error["extensions"]["code"] == "FORBIDDEN"

    async def test_need_the_permission(self, http: Http) -> None:
        async with http.world.work() as uow:
            key = await access.create_key(uow, name="Other", permissions=[Permission.INVITES_READ])
        [error] = await http.graph_errors("{ events(first: 1) { nodes { name } } }", key=key.secret)
        assert error["extensions"]["code"] == "FORBIDDEN"


class TestCatalogue:
    async def test_lists_every_type_for_everybody(self, http: Http) -> None:
        text = "{ eventTypes { name type description subjectType facts example } }"
        found = (await http.graph(text, key=None))["eventTypes"]
        assert [node["name"] for node in found] == [type.name for type in EVENT_TYPES]
        for node in found:
            assert node["type"] == node["name"].replace(".", "_").upper()
            jsonschema_rs.validator_for(node["facts"]).validate(node["example"])

    async def test_what_is_recorded_fits_its_schema(self, http: Http) -> None:
        await http.world.complete()
        schemas = {node["name"]: node["facts"] for node in (await http.graph("{ eventTypes { name facts } }"))["eventTypes"]}
        nodes = (await page(http))["nodes"]
        assert nodes
        for node in nodes:
            jsonschema_rs.validator_for(schemas[node["name"]]).validate(node["facts"])


@pytest.mark.parametrize("count", [3, 30])
async def test_takes_as_many_statements_for_few_as_for_many(http: Http, count: int) -> None:
    """Q-26: one for the page and one for each kind of thing in it."""
    await fill(http.world, 30)
    text = "query($n: Int!) { events(last: $n, filter: {type: [INVITE_COMPLETED, RESULT_RECORDED]}) { nodes { subject { id } } } }"
    taken, _data = await statements(http.world, text, {"n": count})
    assert taken == 3
