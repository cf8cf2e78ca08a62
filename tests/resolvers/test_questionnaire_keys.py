"""Keys of one questionnaire: what they open and what not, how they are listed, that they end at once (R-QST-2, R-QST-15 to 19)."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from graphql import GraphQLNonNull, GraphQLSchema, is_input_object_type, is_leaf_type, is_list_type

from domain.access.model import ApiKey
from domain.access.uuids import account_uuid
from domain.kernel.actor import Actor, ActorKind
from domain.kernel.clock import MovableClock
from domain.kernel.permissions import Permission
from domain.questionnaires import keys
from gateway.app import open_for
from gateway.authentication import Authenticator
from resolvers.schema import build, field_guard
from tests.domain.questionnaires.acting import join, make, narrow, narrowed
from tests.resolvers.test_questionnaires import NOBODY, answer
from tests.support.http import Http
from tests.support.minute import Minute
from tests.support.world import CommittedJobs, World

PROBLEM = "... on Problem { kind code fields { path } }"
SHOWN = "id key name permissions maskedSecret createdAt"
CREATE = f"""mutation($i: CreateQuestionnaireKeyInput!) {{ createQuestionnaireKey(input: $i) {{
  ... on QuestionnaireKeyCreated {{ key {{ {SHOWN} }} secret }} {PROBLEM} }} }}"""
REMOVE = f"""mutation($i: DeleteQuestionnaireKeyInput!) {{ deleteQuestionnaireKey(input: $i) {{
  ... on DeletedQuestionnaireKey {{ key }} {PROBLEM} }} }}"""
LIST = f"query($q: ID!, $a: UUID) {{ questionnaireKeys(questionnaire: $q, account: $a) {{ {SHOWN} }} }}"
ADD_LITTLE = """mutation($i: AddParticipantInput!) { addParticipant(input: $i) {
  ... on Participant { interviewReference attempts { number } } ... on Problem { code } } }"""
RETAKE_LITTLE = ADD_LITTLE.replace("addParticipant", "retakeQuestionnaire").replace("AddParticipant", "RetakeQuestionnaire")
OUTCOME_LITTLE = "mutation($i: SetOutcomeInput!) { setOutcome(input: $i) { ... on Participant { key } ... on Problem { code } } }"
ADMITTED = {"addParticipant", "retakeQuestionnaire", "setOutcome", "questionnaireKeys", "createQuestionnaireKey", "deleteQuestionnaireKey"}
"""What a narrowed key opens; a change here is a decision (I-QST-7)."""


class TestLife:
    async def test_from_making_to_deleting(self, http: Http) -> None:
        """A key may give what it lacks itself; the secret is shown once, then masked (R-QST-16)."""
        world, account = http.world, str(account_uuid(http.world.account_id))
        questionnaire = await make(world)
        writer = await narrow(world, questionnaire, Permission.QUESTIONNAIRE_KEYS_WRITE, Permission.QUESTIONNAIRE_KEYS_DELETE)
        world.advance(minutes=1)
        wanted = {"questionnaire": questionnaire, "account": account, "name": "Interviews", "permissions": ["PARTICIPANTS_WRITE"]}
        made = await answer(http, CREATE, key=writer.secret, i=wanted)
        key, secret = made["key"], made["secret"]
        assert re.fullmatch(r"cs_live_[0-9a-f]{32}", secret)
        masked = f"{secret[:12]}...{secret[-4:]}"
        assert {**key, "id": "", "createdAt": ""} == {
            **{"id": "", "key": key["key"], "name": "Interviews", "permissions": ["PARTICIPANTS_WRITE"]},
            **{"maskedSecret": masked, "createdAt": ""},
        }
        listed = await answer(http, LIST, key=writer.secret, q=questionnaire)
        assert [one["key"] for one in listed] == [writer.key, key["key"]]
        assert listed[1] == key
        added = await answer(http, ADD_LITTLE, key=secret, i={"questionnaire": questionnaire, "interviewReference": "IRN-1"})
        assert added == {"interviewReference": "IRN-1", "attempts": [{"number": 1}]}
        removing = {"questionnaire": questionnaire, "account": account, "key": key["key"].upper()}
        assert await answer(http, REMOVE, key=writer.secret, i=removing) == {"key": key["key"]}
        refused = await http.request("POST", "/graphql", key=secret, json={"query": "{ __typename }"})
        assert refused.status == 401
        assert [one["key"] for one in await answer(http, LIST, q=questionnaire)] == [writer.key]
        twice = await answer(http, REMOVE, key=writer.secret, i=removing)
        assert twice == {"kind": "NOT_FOUND", "code": "KEY_OR_ACCOUNT_NOT_FOUND", "fields": []}

    async def test_what_is_refused(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        world = http.world
        questionnaire = await make(world)
        await narrow(world, questionnaire)
        wanted = {"questionnaire": questionnaire, "name": "More", "permissions": ["PARTICIPANTS_READ"]}
        before = await world.rows()
        for change, kind, code, path in (
            ({"name": " "}, "BAD_INPUT", "BAD_REQUEST", ["name"]),
            ({"permissions": []}, "BAD_INPUT", "BAD_REQUEST", ["permissions"]),
            ({"permissions": ["CANDIDATES_READ"]}, "BAD_INPUT", "BAD_REQUEST", ["permissions"]),
            ({"questionnaire": NOBODY}, "NOT_FOUND", "QUESTIONNAIRE_NOT_FOUND", None),
            ({"account": NOBODY}, "NOT_FOUND", "KEY_OR_ACCOUNT_NOT_FOUND", None),
        ):
            fields = [{"path": path}] if path else []
            assert await answer(http, CREATE, i=wanted | change) == {"kind": kind, "code": code, "fields": fields}
        assert await world.rows() == before
        monkeypatch.setattr(keys, "MOST_KEYS", 1)
        assert (await answer(http, CREATE, i=wanted))["code"] == "TOO_MANY_KEYS"
        granted = "[QUESTIONNAIRE_KEYS_READ, QUESTIONNAIRE_KEYS_WRITE]"
        token = f"mutation {{ createAccessToken(input: {{permissions: {granted}}}) {{ ... on AccessToken {{ token }} }} }}"
        browser = (await answer(http, token))["token"]
        before = await world.rows()
        [error] = await http.graph_errors(CREATE, key=browser, i=wanted)
        assert error["extensions"]["code"] == "TOKEN_MAKES_NO_CREDENTIAL"
        [error] = await http.graph_errors(LIST, q=questionnaire, a=NOBODY)
        assert error["extensions"]["code"] == "KEY_OR_ACCOUNT_NOT_FOUND"
        assert await world.rows() == before

    async def test_are_no_keys_of_the_account(self, http: Http) -> None:
        """Neither listed nor ended nor reissued there, where they would lose what they are narrowed to."""
        made = await narrow(http.world, await make(http.world))
        listed = await answer(http, "{ apiKeys(first: 9) { totalCount nodes { key } } }")
        assert [node["key"] for node in listed["nodes"]] == [http.world.key.key]
        for verb in ("revokeApiKey", "reissueApiKey"):
            text = f"mutation($k: ID!) {{ {verb}(input: {{key: $k}}) {{ ... on Problem {{ code }} }} }}"
            assert await answer(http, text, k=made.key) == {"code": "NOT_FOUND"}
        async with http.world.work() as uow:
            row = await uow.session.get(ApiKey, (http.world.account_id, made.key))
            assert row is not None
            assert row.revoked_at is None


class TestNarrowed:
    async def test_opens_nothing_of_another_questionnaire(self, http: Http) -> None:
        """R-QST-2, by every field that such keys open."""
        world = http.world
        mine, other = await make(world), await make(world, "Another one")
        secret, participant = (await narrow(world, mine)).secret, await join(world, other)
        theirs = await narrow(world, other)
        before = await world.rows()
        for text, given in (
            (ADD_LITTLE, {"i": {"questionnaire": other, "interviewReference": "2"}}),
            (RETAKE_LITTLE, {"i": {"participant": participant, "questionnaire": other, "interviewReference": "IRN-1"}}),
            (OUTCOME_LITTLE, {"i": {"participant": participant, "outcome": "HIRED"}}),
            (LIST, {"q": other}),
            (CREATE, {"i": {"questionnaire": other, "name": "A", "permissions": ["PARTICIPANTS_READ"]}}),
            (REMOVE, {"i": {"questionnaire": other, "key": theirs.key}}),
        ):
            [error] = await http.graph_errors(text, key=secret, **given)
            assert error["extensions"]["code"] == "NOT_ASSOCIATED", text
        missed = await answer(http, REMOVE, key=secret, i={"questionnaire": mine, "key": theirs.key})
        assert missed["code"] == "KEY_OR_ACCOUNT_NOT_FOUND"
        stolen = {"participant": participant, "questionnaire": mine, "interviewReference": "IRN-1"}
        [error] = await http.graph_errors(RETAKE_LITTLE, key=secret, i=stolen)
        assert error["extensions"]["code"] == "NOT_ASSOCIATED"
        assert await world.rows() == before

    def test_opens_the_fields_that_admit_it_alone(self) -> None:
        schema: GraphQLSchema = build()._schema
        roots = [root for root in (schema.query_type, schema.mutation_type, schema.subscription_type) if root]
        guards = {name: field_guard(field) for root in roots for name, field in root.fields.items()}
        assert {name for name, guard in guards.items() if guard and guard.admits_narrowed} == ADMITTED

    async def test_reaches_nothing_else(self, http: Http, minute: Minute) -> None:
        """Every other root field, asked with a key that has all that such keys can have and more, is refused before anything happens."""
        world = http.world
        questionnaire = await make(world)
        secret = (await narrow(world, questionnaire)).secret
        schema: GraphQLSchema = build()._schema
        before = await world.rows()
        for operation, root in (("query", schema.query_type), ("mutation", schema.mutation_type)):
            assert root is not None
            for name, field in root.fields.items():
                guard = field_guard(field)
                assert guard is not None
                if name in ADMITTED or guard.requirement.value == "public":
                    continue
                arguments = ", ".join(f"{one}: {_written(argument.type)}" for one, argument in field.args.items() if _needed(argument))
                minute.now += 1  # a key has a hundred requests a minute, and there are more fields
                text = f"{operation} {{ {name}{f'({arguments})' if arguments else ''} {{ __typename }} }}"
                answered = (await http.request("POST", "/graphql", key=secret, json={"query": text})).json()
                errors = answered["errors"]
                assert errors[0]["extensions"]["code"] == "FORBIDDEN", (name, errors)
        assert await world.rows() == before
        assert (await http.esc("GET", "/account", key=secret)).status == 403
        [error] = await http.graph_errors(
            ADD_LITTLE.replace("attempts { number }", "candidate { key }"),
            key=secret,
            i={"questionnaire": questionnaire, "interviewReference": "9"},
        )
        assert error["extensions"]["code"] == "FORBIDDEN"
        assert await world.rows() == before

    async def test_implies_what_answers_need(self, http: Http) -> None:
        """R-QST-17: whoever may write or delete keys may list them; one that may write participants reads what it wrote."""
        world, questionnaire = http.world, await make(http.world)
        for permission, lists in (
            (Permission.QUESTIONNAIRE_KEYS_WRITE, True),
            (Permission.QUESTIONNAIRE_KEYS_DELETE, True),
            (Permission.PARTICIPANTS_WRITE, False),
            (Permission.PARTICIPANTS_READ, False),
        ):
            secret = (await narrow(world, questionnaire, permission)).secret
            answered = (await http.request("POST", "/graphql", key=secret, json={"query": LIST, "variables": {"q": questionnaire}})).json()
            assert ("errors" not in answered) is lists, permission


class TestElsewhere:
    @pytest.fixture
    async def elsewhere(self, world: World) -> AsyncIterator[Authenticator]:
        """The same installation in another process."""
        database = await open_for(world.settings, CommittedJobs(), MovableClock(world.clock.now()))
        made = Authenticator(database)
        yield made
        await made.close()
        await database.close()

    async def test_a_deleted_key_ends_at_once(self, world: World, elsewhere: Authenticator) -> None:
        """R-QST-18: other keys are trusted for a second, these are looked up each time."""
        questionnaire = await make(world)
        made = await narrow(world, questionnaire, Permission.PARTICIPANTS_WRITE)
        granted = frozenset({Permission.PARTICIPANTS_WRITE, Permission.PARTICIPANTS_READ})
        expected = Actor(ActorKind.KEY, world.account_id, granted, made.key, questionnaire=questionnaire)
        assert await elsewhere.actor_of(made.secret) == expected
        async with world.work(narrowed(world, questionnaire)) as uow:
            await keys.remove(uow, questionnaire, None, made.key)
        assert await elsewhere.actor_of(made.secret) is None


def _needed(argument: Any) -> bool:
    return isinstance(argument.type, GraphQLNonNull)


def _written(kind: Any) -> str:
    """The least value of a type, as a literal."""
    if isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    if is_list_type(kind):
        return "[]"
    if is_input_object_type(kind):
        fields = (f"{name}: {_written(field.type)}" for name, field in kind.fields.items() if _needed(field))
        return f"{{{', '.join(fields)}}}"
    if hasattr(kind, "values"):
        return str(next(iter(kind.values)))
    assert is_leaf_type(kind)
    known = {"Int": "1", "BigInt": "1", "Float": "1.0", "Boolean": "true", "DateTime": '"2026-03-02T09:00:00Z"', "Decimal": '"1"'}
    return known.get(kind.name, f'"{NOBODY}"')
