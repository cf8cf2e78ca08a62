"""Erasure and access in the graph: refused as Problems, told once, followed by links (Q-11, I-ESC-18)."""

from typing import Any

import pytest

from domain.access import commands as access
from domain.candidates import commands as candidates
from domain.kernel.permissions import EVERYTHING, Permission
from tests.domain.privacy.people import candidate_of
from tests.support.http import Http
from tests.support.world import World

ERASE = """mutation($input: EraseCandidateInput!) { eraseCandidate(input: $input) { __typename
  ... on CandidateErased { originalName originalEmail erasure { key attempts tables actor candidate { key name } } }
  ... on Problem { kind code fields { path message } } } }"""
PEOPLE = """{ candidates(first: 9, orderBy: OLDEST) { nodes { canErase erasure { key finishedAt candidate { key } } } } }"""
DOSSIER = """query($key: ID!, $format: DossierFormat!) {
  candidate(key: $key) { dossier { document(format: $format, language: DE) { url mediaType } } } }"""


async def asked(http: Http, query: str, *, key: str = "", **variables: Any) -> Any:
    reply = await http.request("POST", "/graphql", key=key, json={"query": query, "variables": variables})
    return reply.json()


async def anna(world: World) -> tuple[str, int]:
    _, attempt = await world.complete()
    return await candidate_of(world, "anna@example.com"), attempt


class TestErase:
    @pytest.mark.parametrize("by", ["key", "attempt"])
    async def test_tells_whom_it_was_about_once(self, http: Http, by: str) -> None:
        """I-ESC-18."""
        key, attempt = await anna(http.world)
        answer = await asked(http, ERASE, input={"key": key} if by == "key" else {"attempt": str(attempt)})
        erased = answer["data"]["eraseCandidate"]
        erasure = erased.pop("erasure")
        assert erased == {"__typename": "CandidateErased", "originalName": "Anna Berg", "originalEmail": "anna@example.com"}
        assert erasure.pop("key").startswith("era_")
        actor = f"key:{http.world.key.key}"
        left = {"key": key, "name": "Anonym"}
        assert erasure == {"attempts": 1, "tables": ["candidate", "invite"], "actor": actor, "candidate": left}

    async def test_refuses_with_a_problem(self, http: Http) -> None:
        world = http.world
        key, attempt = await anna(world)
        before = await world.rows()
        for given in ({}, {"key": key, "attempt": str(attempt)}):
            problem = (await asked(http, ERASE, input=given))["data"]["eraseCandidate"]
            assert (problem["code"], problem["fields"][0]["path"]) == ("BAD_REQUEST", ["key"])
        for given in ({"key": "cand_nobody"}, {"attempt": "1"}, {"attempt": "x"}):
            assert (await asked(http, ERASE, input=given))["data"]["eraseCandidate"]["kind"] == "NOT_FOUND"
        async with world.work() as uow:
            await candidates.protect(uow, key, protected=True)
        before = await world.rows()
        problem = (await asked(http, ERASE, input={"key": key}))["data"]["eraseCandidate"]
        assert (problem["kind"], problem["code"]) == ("WRONG_STATE", "PROTECTED")
        assert await world.rows() == before
        async with world.work() as uow:
            await candidates.protect(uow, key, protected=False)
        await asked(http, ERASE, input={"key": key})
        assert (await asked(http, ERASE, input={"key": key}))["data"]["eraseCandidate"]["code"] == "ALREADY_ANONYMIZED"

    async def test_of_anothers_candidate_is_like_of_nobody(self, http: Http) -> None:
        """Q-2."""
        key, attempt = await anna(http.world)
        _, other = await http.world.other_account()
        before = await http.world.rows()
        for given in ({"key": key}, {"attempt": str(attempt)}):
            foreign = await asked(http, ERASE, key=other.secret, input=given)
            unknown = await asked(http, ERASE, key=other.secret, input=dict.fromkeys(given, "999999"))
            assert foreign == unknown
        assert await http.world.rows() == before


class TestErasures:
    async def test_are_listed_and_hang_on_their_candidates(self, http: Http) -> None:
        key, _ = await anna(http.world)
        await http.world.invite("bert@example.com", "Bert")
        made = (await asked(http, ERASE, input={"key": key}))["data"]["eraseCandidate"]["erasure"]["key"]
        http.world.advance(seconds=3)
        await http.world.run_jobs()
        people = (await http.graph(PEOPLE))["candidates"]["nodes"]
        at = "2026-03-02T09:00:03.000Z"
        assert sorted(people, key=lambda person: person["canErase"]) == [
            {"canErase": False, "erasure": {"key": made, "finishedAt": at, "candidate": {"key": key}}},
            {"canErase": True, "erasure": None},
        ]
        listed = await http.graph("{ erasures(first: 5) { totalCount nodes { id key erasedAt } } }")
        [erasure] = listed["erasures"]["nodes"]
        assert (listed["erasures"]["totalCount"], erasure["key"]) == (1, made)
        assert await http.graph('{ erasures(first: 5, filter: {erasedFrom: "2026-03-03T00:00:00Z"}) { nodes { key } } }') == {
            "erasures": {"nodes": []}
        }
        for name in (made, erasure["id"]):
            assert (await asked(http, "query($k: ID!) { erasure(key: $k) { key } }", k=name))["data"] == {"erasure": {"key": made}}
        node = (await asked(http, "query($k: ID!) { node(id: $k) { ... on Erasure { key } } }", k=erasure["id"]))["data"]
        assert node == {"node": {"key": made}}
        _, other = await http.world.other_account()
        assert (await asked(http, "query($k: ID!) { erasure(key: $k) { key } }", key=other.secret, k=made))["data"] == {"erasure": None}


class TestDossier:
    @pytest.mark.parametrize(("format", "media_type"), [("JSON", "application/json"), ("PDF", "application/pdf")])
    async def test_is_made_when_its_link_is_followed(self, http: Http, format: str, media_type: str) -> None:
        key, _ = await anna(http.world)
        before = await http.world.rows()
        link = await self.link(http, key, format)
        assert link["mediaType"] == media_type
        assert await http.world.rows() == before
        reply = await http.request("GET", http.base + "/downloads/" + link["url"].rsplit("/", 1)[-1], key=None)
        assert reply.status == 200
        assert reply.headers["Content-Type"].startswith(media_type)
        assert reply.headers["Cache-Control"] == "private, no-store"
        assert "Anna%20Berg" in reply.headers["Content-Disposition"]
        assert (await http.world.rows())["event"] == before["event"] + 1
        assert "Anna" not in link["url"]

    async def link(self, http: Http, key: str, format: str) -> Any:
        body = {"query": DOSSIER, "variables": {"key": key, "format": format}}
        answer = (await http.request("POST", "/graphql", json=body)).json()
        return answer["data"]["candidate"]["dossier"]["document"]

    @pytest.mark.parametrize(
        "query",
        [
            "{ candidates(first: 1) { nodes { dossier { document { url } } } } }",
            "{ candidates(first: 1) { nodes { erasure { key } } } }",
            "{ processingRecord { url } }",
            "{ erasures(first: 1) { nodes { key } } }",
        ],
    )
    async def test_needs_the_permission_of_privacy(self, http: Http, query: str) -> None:
        async with http.world.work() as uow:
            key = (await access.create_key(uow, name="narrow", permissions=EVERYTHING - {Permission.PRIVACY_READ})).secret
        [error] = await http.graph_errors(query, key=key)
        assert error["extensions"]["code"] == "FORBIDDEN"


class TestRecord:
    @pytest.mark.parametrize(("format", "begins"), [("JSON", b"{"), ("MARKDOWN", b"# Verzeichnis"), ("PDF", b"%PDF")])
    async def test_is_a_document(self, http: Http, format: str, begins: bytes) -> None:
        link = (await http.graph(f"{{ processingRecord(format: {format}, language: DE) {{ url mediaType }} }}"))["processingRecord"]
        reply = await http.request("GET", http.base + "/downloads/" + link["url"].rsplit("/", 1)[-1], key=None)
        assert reply.status == 200
        assert reply.body.startswith(begins)
        assert reply.headers["Content-Type"] == link["mediaType"]
