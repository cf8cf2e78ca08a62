"""Trials in the graph: who may ask, see and decide."""

from collections.abc import Iterable
from typing import Any

import pytest

from domain.access import commands as access
from domain.access.errors import GrantsMoreThanItHas
from domain.kernel.actor import Actor, ActorKind
from domain.kernel.errors import BadInput
from domain.kernel.permissions import ANALYST, EVERYTHING, OPERATING, Permission
from tests.domain.trials.acting import ask, everything, link_in_mail, open_link
from tests.support.http import Http
from tests.support.world import World

REQUEST = """mutation($email: String!) { requestTrial(input: {company: "AI", email: $email, useCase: "ATS", language: DE}) {
  ... on TrialReceipt { reference } ... on Problem { kind code fields { path } } } }"""
LIST = """{ trialRequests(first: 5) { totalCount nodes { id key status company email useCase language requestedAt decidedAt
  linkExpiresAt openedAt accountKey } } }"""
APPROVE = """mutation($key: ID!) { approveTrial(input: {key: $key}) { ... on TrialRequest { key status accountKey decidedAt }
  ... on Problem { kind code } } }"""
DECLINE = "mutation($key: ID!) { declineTrial(input: {key: $key}) { ... on TrialRequest { status } ... on Problem { kind code } } }"
OPEN = """mutation($token: String!) { openTrial(input: {token: $token}) {
  ... on Registration { secret accountKey permissions } ... on Problem { kind code } } }"""


async def operator_key(world: World, permissions: Iterable[Permission] = OPERATING) -> str:
    async with world.work(Actor.system(world.account_id)) as uow:
        return (await access.create_key(uow, name="Operator", permissions=permissions)).secret


class TestStory:
    async def test_leads_from_anybody_by_an_operator_to_a_key(self, http: Http) -> None:
        """R-ESC-6."""
        operator = await operator_key(http.world)
        reference = (await http.graph(REQUEST, key=None, email="dev@ai-startup.com"))["requestTrial"]["reference"]
        page = (await http.graph(LIST, key=operator))["trialRequests"]
        [node] = page["nodes"]
        assert (page["totalCount"], node["key"], node["status"], node["language"], node["accountKey"]) == (
            1,
            reference,
            "REQUESTED",
            "DE",
            None,
        )
        approved = await graph_of(http, APPROVE, operator, node["id"])
        assert approved["approveTrial"]["status"] == "APPROVED"
        token = await link_in_mail(http.world)
        offered = await http.graph("query($t: String!) { trial(token: $t) { company language } }", key=None, t=token)
        assert offered == {"trial": {"company": "AI", "language": "DE"}}
        made = (await http.graph(OPEN, key=None, token=token))["openTrial"]
        assert made["accountKey"] == approved["approveTrial"]["accountKey"]
        assert (await http.graph("{ balance { available } }", key=made["secret"]))["balance"] == {"available": 3}
        assert (await http.graph(OPEN, key=None, token=token))["openTrial"] == {"kind": "NOT_FOUND", "code": "TRIAL_LINK_NOT_VALID"}
        assert await http.graph("query($t: String!) { trial(token: $t) { company } }", key=None, t=token) == {"trial": None}


async def graph_of(http: Http, text: str, secret: str, reference: str) -> Any:
    """An operation about one request."""
    reply = await http.request("POST", "/graphql", key=secret, json={"query": text, "variables": {"key": reference}})
    answer = reply.json()
    assert "errors" not in answer, answer
    return answer["data"]


class TestRefusals:
    async def test_are_told_as_problems(self, http: Http) -> None:
        """R-ESC-7."""
        before = await everything(http.world)
        refused = (await http.graph(REQUEST, key=None, email="dev@gmail.com"))["requestTrial"]
        assert refused == {"kind": "BAD_INPUT", "code": "CONSUMER_EMAIL", "fields": [{"path": ["email"]}]}
        assert await everything(http.world) == before

    async def test_of_what_is_not_there(self, http: Http) -> None:
        operator = await operator_key(http.world)
        for text, name in ((APPROVE, "approveTrial"), (DECLINE, "declineTrial")):
            assert (await graph_of(http, text, operator, "trial_0"))[name] == {"kind": "NOT_FOUND", "code": "NOT_FOUND"}

    async def test_decline_after_approval(self, http: Http) -> None:
        operator, key = await operator_key(http.world), await ask(http.world)
        await graph_of(http, APPROVE, operator, key)
        before = await everything(http.world)
        told = (await graph_of(http, DECLINE, operator, key))["declineTrial"]
        assert told == {"kind": "WRONG_STATE", "code": "TRIAL_ALREADY_DECIDED"}
        assert await everything(http.world) == before


class TestPermissions:
    async def test_no_key_of_an_account_may_see_or_decide(self, http: Http) -> None:
        """Q-1: neither one with everything, nor a reader that may not decide."""
        key = await ask(http.world)
        before = await everything(http.world)
        for text in (LIST, '{ trialRequest(key: "x") { key } }', APPROVE.replace("($key: ID!)", "")):
            [error] = await http.graph_errors(text.replace("{key: $key}", f'{{key: "{key}"}}'))
            assert error["extensions"]["code"] == "FORBIDDEN"
        reader = await operator_key(http.world, [Permission.TRIALS_READ])
        [error] = await http.graph_errors(f'mutation {{ declineTrial(input: {{key: "{key}"}}) {{ __typename }} }}', key=reader)
        assert error["extensions"]["code"] == "FORBIDDEN"
        assert len((await http.graph(LIST, key=reader))["trialRequests"]["nodes"]) == 1
        after = await everything(http.world)
        assert (after[0], after[2]) == (before[0], before[2])

    async def test_by_id_too(self, http: Http) -> None:
        from resolvers import ids

        node = "query($id: ID!) { node(id: $id) { id } }"
        found = ids.encode("TrialRequest", await ask(http.world))
        [error] = await http.graph_errors(node, id=found)
        assert error["extensions"]["code"] == "FORBIDDEN"
        assert (await http.graph(node, key=await operator_key(http.world), id=found))["node"] == {"id": found}

    def test_are_in_nobodys_everything(self) -> None:
        assert not OPERATING & EVERYTHING
        assert not OPERATING & ANALYST
        assert set(Permission) == EVERYTHING | OPERATING

    async def test_are_given_by_those_alone_who_have_them_and_by_name(self, http: Http) -> None:
        """Q-4."""
        text = 'mutation($p: [Permission!]) { createApiKey(input: {name: "x", permissions: $p}) {'
        text += " ... on NewApiKey { apiKey { permissions } } ... on Problem { code } } }"
        reply = await http.request("POST", "/graphql", json={"query": text, "variables": {"p": ["TRIALS_READ"]}})
        assert reply.json()["errors"][0]["extensions"]["code"] == "GRANTS_MORE_THAN_IT_HAS"
        operator = await operator_key(http.world, OPERATING | {Permission.KEYS_WRITE, Permission.KEYS_READ})
        made = await http.graph(text, key=operator, p=["TRIALS_READ"])
        assert made["createApiKey"]["apiKey"]["permissions"] == ["TRIALS_READ"]
        made = await http.graph(text, key=operator, p=None)
        assert made["createApiKey"]["apiKey"]["permissions"] == ["KEYS_READ", "KEYS_WRITE"]

    async def test_are_for_no_sandbox(self, world: World) -> None:
        before = await world.rows()
        with pytest.raises(BadInput, match="sandbox"):
            async with world.work(Actor.system(world.sandbox_id)) as uow:
                await access.create_key(uow, name="x", permissions=OPERATING)
        assert await world.rows() == before

    async def test_leave_a_reissued_key_as_it_was(self, world: World) -> None:
        async with world.work(Actor.system(world.account_id)) as uow:
            made = await access.create_key(uow, name="Operator", permissions=OPERATING)
        own = Actor(ActorKind.KEY, world.account_id, EVERYTHING, world.key.key)
        with pytest.raises(GrantsMoreThanItHas):
            async with world.work(own) as uow:
                await access.reissue_key(uow, made.key)
        async with world.work(Actor.system(world.account_id)) as uow:
            await access.reissue_key(uow, made.key)

    async def test_of_the_key_of_a_trial_are_those_of_an_account(self, http: Http) -> None:
        operator, key = await operator_key(http.world), await ask(http.world)
        await graph_of(http, APPROVE, operator, key)
        made = await open_link(http.world, await link_in_mail(http.world))
        told = await http.graph("{ viewer { permissions } }", key=made.key.secret)
        assert "TRIALS_READ" not in told["viewer"]["permissions"]
        assert len(told["viewer"]["permissions"]) == len(EVERYTHING)
