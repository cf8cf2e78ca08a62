"""Mutations with an Idempotency-Key at /graphql: done once, answered again (Q-10)."""

from typing import Any

import orjson
import pytest
from sqlalchemy import select, update

from domain.access.model import Account, ApiKey
from domain.idempotency.model import IdempotentRequest, PublicIdempotentRequest
from domain.invites.model import Invite
from tests.gateway.test_idempotency import KEY, LONG, REPLAYED, same
from tests.support.http import Http, Reply

SEND = """mutation($email: String!) { sendInvite(input: {email: $email}) {
  __typename ... on Invite { key status } ... on Problem { code } } }"""

MAKE = 'mutation { createApiKey(input: {name: "CI", mode: TEST}) { ... on NewApiKey { secret apiKey { key mode } } } }'
TOKEN = "mutation { createAccessToken(input: {}) { ... on AccessToken { token permissions expiresAt } } }"
ERASE = """mutation($key: ID!) { eraseCandidate(input: {key: $key}) {
  ... on CandidateErased { originalName originalEmail erasure { key } } ... on Problem { code } } }"""
ASK = """mutation($slug: String!) { requestEntry(input: {slug: $slug, email: "kim@example.com", name: "Kim", language: EN}) {
  __typename ... on Problem { code } } }"""


async def ask(http: Http, query: str, *, idempotency: str = KEY, headers: Any = None, key: str | None = "", **variables: Any) -> Reply:
    sent = {"Idempotency-Key": idempotency, **(headers or {})}
    return await http.request("POST", "/graphql", json={"query": query, "variables": variables}, headers=sent, key=key)


def code(reply: Reply) -> tuple[int, str]:
    """Status and code of a refusal."""
    [error] = reply.json()["errors"]
    assert REPLAYED not in reply.headers
    return reply.status, error["extensions"]["code"]


class TestAgain:
    async def test_is_answered_again_and_done_once(self, http: Http) -> None:
        first = await ask(http, SEND, email="anna@example.com")
        assert first.json()["data"]["sendInvite"]["status"] == "PENDING"
        await http.world.run_jobs()
        same(first, await ask(http, SEND, email="anna@example.com"))
        assert await http.world.count(Invite) == 1

    async def test_with_other_variables_is_refused(self, http: Http) -> None:
        await ask(http, SEND, email="anna@example.com")
        assert code(await ask(http, SEND, email="ben@example.com")) == (409, "IDEMPOTENCY_KEY_REUSED")
        assert await http.world.count(Invite) == 1

    @pytest.mark.parametrize("media", ["application/json", "application/graphql-response+json", "text/event-stream"])
    async def test_in_every_media_type(self, http: Http, media: str) -> None:
        replies = [await ask(http, SEND, headers={"Accept": media}, email="anna@example.com") for _ in range(2)]
        same(*replies)

    async def test_secrets_are_told_again_for_a_day(self, http: Http) -> None:
        """Also those of the sandbox, where the record is not."""
        first = await ask(http, MAKE)
        made = first.json()["data"]["createApiKey"]
        assert made["apiKey"]["mode"] == "TEST"
        same(first, await ask(http, MAKE))
        assert (await http.esc("GET", "/balance", key=made["secret"])).status == 200
        assert await http.world.count(ApiKey) == 1
        http.world.advance(hours=24)
        assert (await ask(http, MAKE)).json() != first.json()

    async def test_tokens_are_told_again(self, http: Http) -> None:
        same(await ask(http, TOKEN), await ask(http, TOKEN))

    async def test_a_token_is_told_no_secret_of_its_key(self, http: Http) -> None:
        """Whoever repeats a request may do what the first might."""
        from domain.kernel.permissions import EVERYTHING

        text = "mutation($may: [Permission!]) { createAccessToken(input: {permissions: $may}) { ... on AccessToken { token } } }"
        made = await ask(http, text, idempotency="token", may=[permission.name for permission in EVERYTHING])
        token = made.json()["data"]["createAccessToken"]["token"]
        await ask(http, MAKE)
        assert code(await ask(http, MAKE, key=token)) == (403, "FORBIDDEN")

    async def test_a_problem_is_not_kept(self, http: Http) -> None:
        problem = (await ask(http, SEND, email="none")).json()["data"]["sendInvite"]
        assert problem == {"__typename": "Problem", "code": "BAD_REQUEST"}
        assert await http.world.count(IdempotentRequest) == 0
        assert (await ask(http, SEND, email="anna@example.com")).json()["data"]["sendInvite"]["__typename"] == "Invite"

    async def test_an_error_below_what_was_made_is_not_kept(self, http: Http) -> None:
        """What was done is done; the answer is written anew."""
        from domain.kernel.permissions import Permission
        from tests.gateway.test_idempotency import secret_of

        narrow = await secret_of(http.world, Permission.INVITES_WRITE, Permission.INVITES_READ)
        text = SEND.replace("status", "candidate { name }")
        assert code(await ask(http, text, key=narrow, email="anna@example.com"))[1] == "FORBIDDEN"
        assert await http.world.count(Invite) == 0

    async def test_of_those_without_an_account(self, http: Http) -> None:
        slug = (await http.graph("{ account { openLinkUrl } }"))["account"]["openLinkUrl"].rsplit("/", 1)[-1]
        first = await ask(http, ASK, idempotency=LONG, key=None, slug=slug)
        http.world.jobs.due.clear()
        same(first, await ask(http, ASK, idempotency=LONG, key=None, slug=slug))
        assert http.world.jobs.due == []
        assert code(await ask(http, ASK, key=None, slug=slug)) == (400, "IDEMPOTENCY_KEY_NOT_VALID")

    async def test_of_those_whose_account_is_not_found_any_more(self, http: Http) -> None:
        """The record is looked at before anything is asked that may have changed since."""
        url = (await http.graph("{ account { openLinkUrl } }"))["account"]["openLinkUrl"]
        slug = url.rsplit("/", 1)[-1]
        first = await ask(http, ASK, idempotency=LONG, key=None, slug=slug)
        assert first.json()["data"]["requestEntry"]["__typename"] != "Problem"
        async with http.world.work() as uow:
            await uow.change(update(Account).where(Account.account_id == http.world.account_id).values(slug="moved"))
        same(first, await ask(http, ASK, idempotency=LONG, key=None, slug=slug))


class TestFields:
    TWO = 'mutation { a: createTeam(input: {title: "A"}) { __typename } b: createTeam(input: {title: "B"}) { __typename } }'
    HIDDEN = 'mutation { a: createTeam(input: {title: "A"}) { __typename } ...More } fragment More on Mutation { b: createTeam(input: {title: "B"}) { __typename } }'  # fmt: skip  # noqa: E501

    @pytest.mark.parametrize("text", [TWO, HIDDEN, HIDDEN.replace("...More", "... @skip(if: true) { ...More }")])
    async def test_several_are_refused_and_nothing_is_done(self, http: Http, text: str) -> None:
        before = await http.world.rows()
        assert code(await ask(http, text)) == (400, "IDEMPOTENCY_ONE_FIELD")
        assert await http.world.rows() == before

    @pytest.mark.parametrize(
        "text",
        [
            'mutation { __typename createTeam(input: {title: "A"}) { __typename } }',
            'mutation { createTeam(input: {title: "A"}) { __typename } createTeam(input: {title: "A"}) { ... on Team { key } } }',
            'mutation { ...T } fragment T on Mutation { createTeam(input: {title: "A"}) { __typename } }',
        ],
    )
    async def test_one_may_be_written_in_many_ways(self, http: Http, text: str) -> None:
        same(await ask(http, text), await ask(http, text))

    async def test_one_that_is_skipped_does_nothing(self, http: Http) -> None:
        text = 'mutation { createTeam(input: {title: "A"}) @skip(if: true) { __typename } }'
        replies = [await ask(http, text) for _ in range(2)]
        assert [reply.json() for reply in replies] == [{"data": {}}] * 2
        assert await http.world.count(IdempotentRequest) == 0


class TestQueries:
    @pytest.mark.parametrize("key", [KEY, "not valid"])
    async def test_do_not_know_the_header(self, http: Http, key: str) -> None:
        for _ in range(2):
            reply = await ask(http, "{ balance { available } }", idempotency=key)
            assert (reply.status, REPLAYED in reply.headers) == (200, False)
        assert await http.world.count(IdempotentRequest) == 0

    async def test_batches_are_refused_as_ever(self, http: Http) -> None:
        sent = {"Idempotency-Key": KEY, "Content-Type": "application/json"}
        reply = await http.request("POST", "/graphql", data=orjson.dumps([{"query": MAKE}]), headers=sent)
        assert reply.status == 400


class TestErasure:
    async def test_takes_all_answers_of_the_account(self, http: Http) -> None:
        """Q-11: whose names are in them nobody can tell; what was done is not done again."""
        world = http.world
        await ask(http, SEND, email="anna@example.com")
        made = await ask(http, MAKE, idempotency="second")
        key = (await http.graph("{ candidates(first: 1) { nodes { key } } }"))["candidates"]["nodes"][0]["key"]
        erased = await _erase(http, key)
        assert erased.json()["data"]["eraseCandidate"]["originalEmail"] == "anna@example.com"
        before = await world.rows()
        assert code(await ask(http, SEND, email="anna@example.com")) == (409, "IDEMPOTENT_ANSWER_DROPPED")
        assert code(await ask(http, MAKE, idempotency="second")) == (409, "IDEMPOTENT_ANSWER_DROPPED")
        assert code(await _erase(http, key)) == (409, "IDEMPOTENT_ANSWER_DROPPED")
        assert code(await ask(http, SEND, email="ben@example.com")) == (409, "IDEMPOTENCY_KEY_REUSED")
        assert await world.rows() == before
        assert made.status == 200

    async def test_leaves_those_of_others_and_of_later(self, http: Http) -> None:
        world = http.world
        _actor, other = await world.other_account()
        theirs = await ask(http, MAKE, key=other.secret)
        await ask(http, SEND, email="anna@example.com")
        key = (await http.graph("{ candidates(first: 1) { nodes { key } } }"))["candidates"]["nodes"][0]["key"]
        await _erase(http, key)
        world.advance(minutes=1)
        later = await ask(http, SEND, idempotency="later", email="ben@example.com")
        await world.run_jobs()
        same(later, await ask(http, SEND, idempotency="later", email="ben@example.com"))
        same(theirs, await ask(http, MAKE, key=other.secret))

    async def test_takes_those_of_entries_too(self, http: Http) -> None:
        slug = (await http.graph("{ account { openLinkUrl } }"))["account"]["openLinkUrl"].rsplit("/", 1)[-1]
        await ask(http, ASK, idempotency=LONG, key=None, slug=slug)
        await http.world.invite()
        key = (await http.graph("{ candidates(first: 1) { nodes { key } } }"))["candidates"]["nodes"][0]["key"]
        await _erase(http, key)
        assert code(await ask(http, ASK, idempotency=LONG, key=None, slug=slug)) == (409, "IDEMPOTENT_ANSWER_DROPPED")
        async with http.world.work() as uow:
            [row] = (await uow.session.execute(select(PublicIdempotentRequest.made, PublicIdempotentRequest.answer))).all()
        assert row == (None, None)


async def _erase(http: Http, candidate: str) -> Reply:
    body = {"query": ERASE, "variables": {"key": candidate}}
    return await http.request("POST", "/graphql", json=body, headers={"Idempotency-Key": "erase"})
