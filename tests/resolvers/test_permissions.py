"""Who may do what: asked before anything runs, of every field and every type."""

from typing import Any

import pytest

from domain.access import commands
from domain.kernel.actor import Actor
from domain.kernel.errors import Unauthenticated
from domain.kernel.permissions import EVERYTHING, Access, Permission
from gateway import graph
from resolvers.context import Context
from resolvers.declared import declaration
from resolvers.schema import Query, definition
from tests.domain.teams.acting import create
from tests.resolvers.test_team_reports import CREATE, READ, team_of
from tests.resolvers.test_team_reports import create as create_report
from tests.support.http import Http
from tests.support.world import World


async def narrow_key(world: World, *permissions: Permission) -> str:
    async with world.work() as uow:
        return (await commands.create_key(uow, name="narrow", permissions=permissions)).secret


TEAM_PARTS = [Permission.TEAMS_READ, Permission.RESULTS_READ]


async def forbidden(http: Http, lacking: Permission, text: str, **variables: Any) -> bool:
    """Whether a key with all permissions but one is refused for that one, and the account's own key is not; nothing changes then."""
    key = await narrow_key(http.world, *EVERYTHING - {lacking})
    before = await http.world.rows()
    [error] = await http.graph_errors(text, key=key, **variables)
    assert await http.world.rows() == before
    assert await http.graph(text, **variables)
    return (error["extensions"]["code"], lacking.value in error["message"]) == ("FORBIDDEN", True)


class TestInside:
    """Whoever may have a file made, or a condition applied, needs what is read for it, too."""

    @pytest.mark.parametrize(
        ("lacking", "focus"),
        [(one, focus) for one in TEAM_PARTS for focus in ("LEADERSHIP", "EMPLOYEE")]
        + [(Permission.CANDIDATES_READ, focus) for focus in ("LEADERSHIP", "SALES")],
    )
    async def test_reports_of_teams(self, http: Http, lacking: Permission, focus: str) -> None:
        team = await team_of(http.world, 5)
        text = "mutation($t: ID!, $f: TeamReportFocus!) { createTeamReport(input: {team: $t, focus: $f}) { ... on TeamReport { key } } }"
        assert await forbidden(http, lacking, text, t=team, f=focus)
        key = (await create_report(http, team, f=focus))["key"]
        assert await forbidden(http, lacking, READ, k=key)
        await http.world.run_jobs()
        assert await forbidden(http, lacking, READ, k=key)
        narrow = await narrow_key(http.world, Permission.REPORTS_READ)
        told = await http.graph("query($k: ID!) { teamReport(key: $k) { focus status } }", key=narrow, k=key)
        assert told["teamReport"] == {"focus": focus, "status": "READY"}

    async def test_reports_of_teams_that_name_nobody(self, http: Http) -> None:
        team = await team_of(http.world, 5)
        key = await narrow_key(http.world, *EVERYTHING - {Permission.CANDIDATES_READ})
        made = (await http.graph(CREATE, key=key, t=team, f="EMPLOYEE"))["createTeamReport"]
        await http.world.run_jobs()
        found = (await http.graph(READ, key=key, k=made["key"]))["teamReport"]
        assert found["download"]["mediaType"] == "application/pdf"

    @pytest.mark.parametrize(
        ("lacking", "text"),
        [
            (Permission.CANDIDATES_READ, "{ results(first: 1) { nodes { report { download { url } } } } }"),
            (Permission.RESULTS_READ, "{ candidates(first: 1) { nodes { dossier { document { url } } } } }"),
            (Permission.ATTEMPTS_READ, "{ candidates(first: 1) { nodes { dossier { document { url } } } } }"),
            (Permission.TEAMS_READ, '{ statistics(filter: {team: "1"}) { total { people } } }'),
            (Permission.TEAMS_READ, "{ statistics(groupBy: TEAM) { groups { key } } }"),
        ],
    )
    async def test_files_about_people_and_statistics_of_teams(self, http: Http, lacking: Permission, text: str) -> None:
        await http.world.complete()
        assert await forbidden(http, lacking, text)

    async def test_rankings_and_exports_of_teams(self, http: Http) -> None:
        made = await http.graph('mutation { createJobProfile(input: {name: "Any", targets: []}) { ... on JobProfile { key } } }')
        ranking = 'query($k: ID!) { jobProfile(key: $k) { ranking(first: 1, filter: {team: "1"}) { totalCount } } }'
        assert await forbidden(http, Permission.TEAMS_READ, ranking, k=made["createJobProfile"]["key"])
        export = 'mutation { exportResults(input: {format: CSV, filter: {team: "1"}}) { ... on Export { key } } }'
        assert await forbidden(http, Permission.TEAMS_READ, export)


class TestPermissions:
    async def test_a_root_field_needs_its_permission(self, http: Http) -> None:
        key = await narrow_key(http.world, Permission.INVITES_READ)
        [error] = await http.graph_errors("{ balance { available } }", key=key)
        assert error["extensions"]["code"] == "FORBIDDEN"
        assert "billing:read" in error["message"]

    async def test_a_type_needs_its_permission_wherever_it_is_selected(self, http: Http) -> None:
        key = await narrow_key(http.world, Permission.INVITES_READ)
        await http.world.complete()
        assert (await http.graph("{ invites(first: 1) { nodes { status } } }", key=key))["invites"]["nodes"]
        for selection in ("candidate { key }", "attempt { key }"):
            [error] = await http.graph_errors(f"{{ invites(first: 1) {{ nodes {{ {selection} }} }} }}", key=key)
            assert error["extensions"]["code"] == "FORBIDDEN"

    async def test_a_node_needs_the_permission_of_its_type(self, http: Http) -> None:
        """Even when nothing of the type is selected."""
        _, attempt = await http.world.complete()
        found = await http.graph("{ results(first: 1) { nodes { id } } }")
        node = found["results"]["nodes"][0]["id"]
        key = await narrow_key(http.world, Permission.INVITES_READ)
        [error] = await http.graph_errors("query($id: ID!) { node(id: $id) { id } }", key=key, id=node)
        assert error["extensions"]["code"] == "FORBIDDEN"
        assert (await http.graph("query($id: ID!) { node(id: $id) { ... on Result { key } } }", id=node))["node"] == {"key": attempt}

    async def test_a_mutation_does_nothing_without_its_permission(self, http: Http) -> None:
        key = await narrow_key(http.world, Permission.INVITES_READ)
        before = await http.world.rows()
        [error] = await http.graph_errors('mutation { sendInvite(input: {email: "a@b.example"}) { __typename } }', key=key)
        assert error["extensions"]["code"] == "FORBIDDEN"
        assert await http.world.rows() == before

    async def test_anybody_sees_what_is_public_and_nothing_else(self, http: Http) -> None:
        assert len((await http.graph("{ products { key } }", key=None))["products"]) == 3
        reply = await http.request("POST", "/graphql", key=None, json={"query": "{ viewer { permissions } }"})
        assert reply.status == 401
        assert reply.json()["errors"][0]["extensions"]["code"] == "UNAUTHORIZED"

    async def test_a_wrong_key_is_refused_for_what_is_public_too(self, http: Http) -> None:
        reply = await http.request("POST", "/graphql", key="pk_live_" + "0" * 32, json={"query": "{ products { key } }"})
        assert reply.status == 401

    @pytest.mark.parametrize(
        "query",
        [
            "{ account { key } }",
            "{ invites(first: 1) { nodes { key } } }",
            '{ candidate(key: "x") { key } }',
            "{ apiKeys(first: 1) { nodes { key } } }",
        ],
    )
    async def test_candidates_use_their_fields_alone(self, world: World, query: str) -> None:
        """Q-5: whatever permissions their link carries."""
        from domain.kernel.actor import Actor
        from resolvers.schema import build

        invite = await world.invite()
        executor = graph.executor(build())
        context = Context(Actor.candidate(world.account_id, invite), world.database)
        prepared = executor.prepare(query, None, context)
        answer = await executor.run(prepared, {}, context)
        assert not answer.executed
        assert answer.failure.code == "FORBIDDEN"


class TestTheSecondWall:
    """The operation is asked as a whole before it runs; each root field asks again, whichever executor runs it."""

    FIELDS = [field for field in definition(Query).fields if declaration(field).requirement is not Access.PUBLIC]

    @pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.python_name)
    async def test_every_root_field_asks_for_its_permission_itself(self, world: World, field: Any) -> None:
        guarded = declaration(field)
        context = Context(Actor.anonymous(), world.database)
        with pytest.raises(Unauthenticated):
            await guarded.answered.level([None], context)

    def test_no_root_field_is_left_to_a_resolver_alone(self) -> None:
        assert all(declaration(field).answered.level for field in definition(Query).fields)


class TestTenancy:
    QUERIES = {
        "Invite": "query($k: ID!) { invite(key: $k) { key } }",
        "Candidate": "query($k: ID!) { candidate(key: $k) { key } }",
        "Attempt": "query($k: ID!) { attempt(key: $k) { key } }",
        "Result": "query($k: ID!) { result(attempt: $k) { key } }",
        "Team": "query($k: ID!) { team(key: $k) { key } }",
    }

    async def keys(self, http: Http) -> dict[str, str]:
        found = await http.graph("{ attempts(first: 1) { nodes { key invite { key } candidate { key } } } }")
        [attempt] = found["attempts"]["nodes"]
        number, team = str(attempt["key"]), str(await create(http.world))
        keys = {"Invite": attempt["invite"]["key"], "Candidate": attempt["candidate"]["key"], "Attempt": number, "Result": number}
        return {**keys, "Team": team}

    async def test_foreign_things_are_like_unknown_ones(self, http: Http) -> None:
        """Q-2: by key, by id and by node."""
        from resolvers import ids

        await http.world.complete()
        _, other = await http.world.other_account()
        for kind, key in (await self.keys(http)).items():
            for name in (key, ids.encode(kind, key)):
                [found] = (await http.graph(self.QUERIES[kind], key=other.secret, k=name)).values()
                assert found is None
                assert next(iter((await http.graph(self.QUERIES[kind], k=name)).values())) is not None
            node = "query($k: ID!) { node(id: $k) { id } }"
            assert (await http.graph(node, key=other.secret, k=ids.encode(kind, key)))["node"] is None

    async def test_foreign_things_cannot_be_changed(self, http: Http) -> None:
        """Q-2."""
        invite = await http.world.invite()
        keys = {**await self.some_keys(http), "Invite": invite}
        _, other = await http.world.other_account()
        mutations = {
            "cancelInvite": keys["Invite"],
            "remindInvite": keys["Invite"],
            "protectCandidate": keys["Candidate"],
            "revokeApiKey": http.world.key.key,
        }
        before = await http.world.rows()
        for name, key in mutations.items():
            text = f"mutation($k: ID!) {{ {name}(input: {{key: $k}}) {{ ... on Problem {{ kind code message }} }} }}"
            foreign = (await http.graph(text, key=other.secret, k=key))[name]
            unknown = (await http.graph(text, key=other.secret, k="nothing_of_that_name"))[name]
            assert foreign == unknown
            assert foreign["kind"] == "NOT_FOUND"
        assert await http.world.rows() == before

    async def some_keys(self, http: Http) -> dict[str, str]:
        found = await http.graph("{ candidates(first: 1) { nodes { key } } }")
        return {"Candidate": found["candidates"]["nodes"][0]["key"]}

    async def test_ids_of_one_type_find_nothing_of_another(self, http: Http) -> None:
        from resolvers import ids

        await http.world.complete()
        keys = await self.keys(http)
        wrong = ids.encode("Candidate", keys["Invite"])
        assert (await http.graph(self.QUERIES["Invite"], k=wrong))["invite"] is None
        assert (await http.graph("query($k: ID!) { node(id: $k) { id } }", k=wrong))["node"] is None


class TestNul:
    ID = "Q2FuZGlkYXRlOgBh"
    """`Candidate:` and a key that begins with NUL."""

    @pytest.mark.parametrize("query", [f'{{ node(id: "{ID}") {{ id }} }}', f'{{ candidate(key: "{ID}") {{ key }} }}'])
    async def test_in_an_id_is_no_such_thing(self, http: Http, query: str) -> None:
        """Q-17."""
        [found] = (await http.graph(query)).values()
        assert found is None

    async def test_in_a_literal_is_refused_before_anything_runs(self, http: Http) -> None:
        [error] = await http.graph_errors('{ openLink(slug: "\\u0000") { company } }', key=None)
        assert "NUL" in error["message"]
