"""GraphQL over HTTP: media types, statuses, what is refused and how (Q-14). Nothing here depends on the database."""

import gzip
from itertools import product
from typing import Any

import orjson
import pytest

from domain.kernel.permissions import Permission
from domain.kernel.statements import Statement
from gateway.execution.errors import MASKED
from tests.gateway.conftest import Serve
from tests.support.http import Http, Reply

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

RESPONSE, PLAIN = "application/graphql-response+json", "application/json"
TYPENAME = {"query": "{ __typename }"}
INVITE = 'mutation { sendInvite(input: {email: "anna@example.com", name: "Anna"}) { __typename } }'


async def post(http: Http, body: Any = None, *, accept: str | None = None, **options: Any) -> Reply:
    headers = {**({"Accept": accept} if accept else {}), **options.pop("headers", {})}
    sent = {"json": body} if body is not None else {}
    return await http.request("POST", "/graphql", headers=headers, **sent, **options)


async def get(http: Http, **parameters: str) -> Reply:
    return await http.request("GET", "/graphql", params=parameters)


def error_of(reply: Reply) -> Any:
    [error] = reply.json()["errors"]
    return error


class TestMediaTypes:
    async def test_the_one_that_the_client_likes_best_is_sent(self, http: Http) -> None:
        wanted = {
            "": PLAIN,
            "*/*": PLAIN,
            "application/*": PLAIN,
            "application/json": PLAIN,
            RESPONSE: RESPONSE,
            f"{RESPONSE}, application/json;q=0.9": RESPONSE,
            f"application/json, {RESPONSE};q=0.9": PLAIN,
            f"{RESPONSE};q=0.1, */*;q=0.2": PLAIN,
            "APPLICATION/GRAPHQL-RESPONSE+JSON": RESPONSE,
            "application/graphql-response+json; charset=utf-8; q=1": RESPONSE,
            "text/html, image/png": PLAIN,
            "application/json;q=x, application/graphql-response+json;q=0.1": RESPONSE,
        }
        for accept, sent in wanted.items():
            reply = await post(http, TYPENAME, headers={"Accept": accept})
            assert (reply.status, reply.headers["Content-Type"]) == (200, f"{sent}; charset=utf-8"), accept
            assert reply.json() == {"data": {"__typename": "Query"}}

    async def test_a_body_that_is_not_declared_as_json_is_refused(self, http: Http) -> None:
        """A form of another page can send these without asking: that must do nothing."""
        before = await http.world.rows()
        form = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "")
        for kind in (*form, "application/graphql", "text/json", "application/json; charset=utf-16"):
            reply = await post(http, data=orjson.dumps({"query": INVITE}), headers={"Content-Type": kind})
            assert reply.status == 415, kind
            assert "Content-Type: application/json" in error_of(reply)["message"]
        assert await http.world.rows() == before

    async def test_utf_8_may_be_said(self, http: Http) -> None:
        for charset in ("utf-8", "UTF-8"):
            headers = {"Content-Type": f"application/json; charset={charset}"}
            assert (await post(http, data=orjson.dumps(TYPENAME), headers=headers)).status == 200


class TestStatuses:
    """`application/json` answers 200 where the text was at fault, as old clients expect; the newer type says 400."""

    async def test_of_an_operation_that_cannot_run(self, http: Http) -> None:
        cannot: list[dict[str, Any]] = [
            {"query": "{"},
            {"query": "{ nothing }"},
            {"query": "query A { __typename } query B { __typename }"},
            {"query": "query A { __typename }", "operationName": "B"},
            {"query": "query($n: Int!) { candidates(first: $n) { totalCount } }"},
            {"query": "query($n: Int!) { candidates(first: $n) { totalCount } }", "variables": {"n": "x"}},
            {"query": "{ candidates { totalCount } }"},
            {"query": "{" + "a {" * 12 + "x" + "}" * 13},
        ]
        for asked, (media, status) in product(cannot, ((PLAIN, 200), (RESPONSE, 400))):
            reply = await post(http, asked, accept=media)
            assert reply.status == status, asked
            body = reply.json()
            assert "data" not in body
            assert {error["extensions"]["kind"] for error in body["errors"]} == {"BAD_INPUT"}
            assert {error["extensions"]["requestId"] for error in body["errors"]} == {reply.headers["X-Request-Id"]}

    async def test_of_one_that_ran_is_200_also_with_errors(self, http: Http) -> None:
        for media in (PLAIN, RESPONSE):
            reply = await post(http, {"query": '{ candidate(key: "cand_0") { key } invites(first: 101) { totalCount } }'}, accept=media)
            assert reply.status == 200
            assert error_of(reply)["extensions"]["code"] == "BAD_REQUEST"

    async def test_without_a_valid_key_it_is_401(self, http: Http) -> None:
        for credential in (
            "",
            "Bearer",
            "Bearer pk_live_" + "0" * 32,
            "Bearer ct_x.y",
            "Bearer " + "x" * 2_000,
            "Bearer pk_ä",
            "Basic YTpi",
        ):
            sent = {"Authorization": credential} if credential else {}
            reply = await http.request("POST", "/graphql", key=None, headers=sent, json={"query": "{ viewer { permissions } }"})
            assert (reply.status, reply.headers["WWW-Authenticate"]) == (401, 'Bearer realm="centil"'), credential
            assert error_of(reply)["extensions"]["code"] == "UNAUTHORIZED"

    async def test_a_wrong_key_is_refused_for_public_fields_as_well(self, http: Http) -> None:
        assert (await post(http, TYPENAME, key="pk_live_wrong")).status == 401
        assert (await http.request("POST", "/graphql", key=None, json=TYPENAME)).status == 200

    async def test_other_methods_are_405(self, http: Http) -> None:
        for method in ("PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"):
            reply = await http.request(method, "/graphql")
            assert (reply.status, set(reply.headers["Allow"].split(","))) == (405, {"GET", "POST"}), method


WRONG_BODIES = {
    b"": "valid JSON",
    b"{": "valid JSON",
    b"null": "JSON object with 'query'",
    b'"{ __typename }"': "JSON object with 'query'",
    b"[]": "Batches",
    b'[{"query": "{ __typename }"}]': "Batches",
    b"{}": "'query' must be the text",
    b'{"query": null}': "'query' must be the text",
    b'{"query": ""}': "'query' must be the text",
    b'{"query": {"a": 1}}': "'query' must be the text",
    b'{"query": "{ __typename }", "operationName": 1}': "'operationName' must be text",
    b'{"query": "{ __typename }", "variables": []}': "'variables' must be an object",
    b'{"query": "{ __typename }", "variables": "{}"}': "'variables' must be an object",
    b'{"query": "{ __typename }", "extensions": 1}': "'extensions' must be an object",
    b'{"query": "{ __typename }", "query": "{ x }"}': "stands twice",
    b'{"query": "{ __typename }\\u0000"}': "NUL",
    b'{"query": "\\ud800"}': "surrogates",
    b'{"query": "{ __typename }", "variables": {"n": NaN}}': "NaN",
    b'{"query": "{ __typename }", "variables": {"n": 1e999}}': "too large",
    b'{"query": "{ __typename }", "variables": ' + b'{"a":' * 64 + b"1" + b"}" * 65: "levels deep",
    b"\xff": "UTF-8",
}


class TestParameters:
    async def test_that_are_wrong_are_400_with_a_sentence(self, http: Http) -> None:
        """Q-17."""
        for (body, says), media in product(WRONG_BODIES.items(), (PLAIN, RESPONSE)):
            reply = await post(http, data=body, accept=media, headers={"Content-Type": PLAIN})
            assert (reply.status, reply.headers["Content-Type"]) == (400, f"{media}; charset=utf-8"), body
            assert says in error_of(reply)["message"]
            assert error_of(reply)["extensions"]["kind"] == "BAD_INPUT"

    async def test_that_are_null_are_left_out(self, http: Http) -> None:
        nulls = {"operationName": None, "variables": None, "extensions": None, "unknown": 1}
        assert (await post(http, {**TYPENAME, **nulls})).json() == {"data": {"__typename": "Query"}}

    async def test_a_body_over_a_megabyte_is_413(self, http: Http) -> None:
        """Q-16."""
        assert (await post(http, {**TYPENAME, "x": "x" * 1_048_000})).status == 200
        assert (await post(http, {**TYPENAME, "x": "x" * 1_048_576})).status == 413

    async def test_a_compressed_body_is_refused(self, http: Http) -> None:
        """Q-16."""
        headers = {"Content-Type": PLAIN, "Content-Encoding": "gzip"}
        reply = await post(http, data=gzip.compress(orjson.dumps(TYPENAME)), headers=headers)
        assert (reply.status, "Compressed" in error_of(reply)["message"]) == (415, True)


class TestGet:
    async def test_asks(self, http: Http) -> None:
        text = "query A($n: Int!) { invites(first: $n) { totalCount } } query B { __typename }"
        reply = await get(http, query=text, operationName="A", variables='{"n": 1}')
        assert reply.json() == {"data": {"invites": {"totalCount": 0}}}

    async def test_changes_nothing(self, http: Http) -> None:
        before = await http.world.rows()
        reply = await get(http, query=INVITE)
        assert (reply.status, reply.headers["Allow"]) == (405, "POST")
        assert await http.world.rows() == before

    async def test_changes_nothing_by_a_mutation_beside_a_query(self, http: Http) -> None:
        before = await http.world.rows()
        text = f"query A {{ __typename }} {INVITE.replace('mutation', 'mutation B')}"
        assert (await get(http, query=text, operationName="B")).status == 405
        assert (await get(http, query=text, operationName="A")).status == 200
        assert await http.world.rows() == before

    async def test_parameters_are_checked(self, http: Http) -> None:
        for parameters in ({}, {"query": ""}, {"query": "{ __typename }", "variables": "{"}, {"query": "{ __typename }", "variables": "[]"},
                           {"query": "{ __typename }", "extensions": "1"}, {"query": "{ __typename }\0"}):  # fmt: skip
            assert (await get(http, **parameters)).status == 400, parameters


class TestPermission:
    async def test_is_asked_before_anything_runs(self, http: Http) -> None:
        """A key without a permission reads nothing and writes nothing, also in fields that it may use."""
        key = await self.key(http, Permission.INVITES_WRITE, Permission.INVITES_READ)
        before = await http.world.rows()
        text = INVITE.replace("__typename", "__typename ... on Invite { candidate { name } }")
        reply = await post(http, {"query": text}, key=key)
        assert reply.status == 403
        assert error_of(reply)["extensions"]["code"] == "FORBIDDEN"
        assert "candidates:read" in error_of(reply)["message"]
        assert "data" not in reply.json()
        assert await http.world.rows() == before

    async def test_is_asked_for_what_a_node_turns_out_to_be(self, http: Http) -> None:
        invite = await http.world.invite()
        found = await http.graph("query($k: ID!) { invite(key: $k) { id } }", k=invite)
        key = await self.key(http, Permission.ACCOUNT_READ)
        text = "query($i: ID!) { node(id: $i) { id } }"
        errors = await http.graph_errors(text, key=key, i=found["invite"]["id"])
        assert [error["extensions"]["code"] for error in errors] == ["FORBIDDEN"]

    async def test_of_introspection_nobody_is_asked(self, http: Http) -> None:
        assert (await http.request("POST", "/graphql", key=None, json={"query": "{ __schema { queryType { name } } }"})).status == 200

    async def key(self, http: Http, *permissions: Permission) -> str:
        from domain.access import commands

        async with http.world.work() as uow:
            return (await commands.create_key(uow, name="Narrow", permissions=permissions)).secret


class TestSwitches:
    async def test_introspection_and_suggestions_off(self, serve: Serve) -> None:
        http = await serve(introspection=False, suggestions=False)
        closed = await http.graph_errors("{ __schema { types { name } } }")
        assert "introspection has been disabled" in closed[0]["message"]
        silent = await http.graph_errors("{ candidatess { key } }")
        assert "Did you mean" not in silent[0]["message"]

    async def test_both_are_on_unless_told(self, http: Http) -> None:
        assert "Did you mean" in (await http.graph_errors("{ candidatess { key } }"))[0]["message"]
        assert (await http.graph("{ __schema { queryType { name } } }"))["__schema"]


class TestUnexpected:
    async def test_failure_of_a_batch_is_masked_and_the_rest_is_answered(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        """A driver quotes values in what it says; no client sees that."""
        await http.world.invite()
        real = Statement.prepared

        def failing(statement: Statement, dialect: str) -> Any:
            if statement.graph_type == "Candidate":
                raise RuntimeError("duplicate key (email)=(anna@example.com)")
            return real(statement, dialect)

        monkeypatch.setattr(Statement, "prepared", failing)
        reply = await post(http, {"query": "{ invites(first: 5) { nodes { key } } candidates(first: 5) { totalCount nodes { name } } }"})
        assert reply.status == 200
        assert "anna" not in reply.text
        assert error_of(reply)["message"] == MASKED
        assert error_of(reply)["extensions"] == {"kind": "INTERNAL", "code": "INTERNAL", "requestId": reply.headers["X-Request-Id"]}


async def test_a_parameter_that_stands_twice_is_refused(http: Http) -> None:
    """Q-17: readers disagree about which one counts."""
    for path in ("/graphql?query={__typename}&query={__typename}", "/api/v1/search?q=a&q=b", "/api/v1/profiles?page=1&unknown=&unknown="):
        reply = await http.request("GET", path)
        assert reply.status == 400, path
        assert "stands twice in the address" in reply.text
