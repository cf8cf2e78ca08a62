"""One person known twice, through the graph and the esc Profile API: everything of both under one candidate (R-ESC-69)."""

from typing import Any

import pytest

from domain.access import commands as access
from domain.kernel.permissions import EVERYTHING, Permission
from tests.domain.merging.scene import ANJA, ANNA, two_people
from tests.support.http import Http

PROBLEM = "... on Problem { kind code message fields { path } }"
MERGED = (
    "... on CandidateMerge { key reason movedRows mergedBy undoneAt undoneBy kept { key } absorbed { key mergedInto { key } canErase } }"
)
MERGE = f"mutation($i: MergeCandidatesInput!) {{ mergeCandidates(input: $i) {{ {MERGED} {PROBLEM} }} }}"
UNMERGE = f"mutation($i: UnmergeCandidatesInput!) {{ unmergeCandidates(input: $i) {{ {MERGED} {PROBLEM} }} }}"
SEND = "mutation($e: String!) { sendInvite(input: {email: $e, sendEmail: false}) { ... on Invite { candidate { key } } } }"
ERASE = f"mutation($k: ID!) {{ eraseCandidate(input: {{key: $k}}) {{ __typename {PROBLEM} }} }}"
EVERYTHING_OF = """query($k: ID!) { candidate(key: $k) { key email mergedInto { key } canErase
  merges(first: 9) { nodes { key } } externalReferences { reference }
  invites(first: 9) { totalCount } attempts(first: 9) { totalCount } results(first: 9) { totalCount }
  savedMatches(first: 9) { totalCount } teams { memberCount } flowAssignments(first: 9) { totalCount }
  participants(first: 9) { totalCount } } candidates(first: 9) { totalCount nodes { key } } }"""
COUNTED = ("invites", "attempts", "results", "savedMatches", "flowAssignments", "participants")


async def answer(http: Http, text: str, **variables: Any) -> Any:
    [found] = (await http.graph(text, **variables)).values()
    return found


async def counts(http: Http, key: str) -> list[int]:
    person = (await http.graph(EVERYTHING_OF, k=key))["candidate"]
    return [person[name]["totalCount"] for name in COUNTED] + [len(person["externalReferences"]), len(person["teams"])]


class TestMerge:
    async def test_shows_everything_under_one_candidate(self, http: Http) -> None:
        anna, anja, _team = await two_people(http.world)
        apart = [await counts(http, key) for key in (anna, anja)]
        assert apart == [[1, 1, 1, 1, 1, 1, 1, 1], [2, 1, 1, 1, 1, 1, 1, 1]]
        merged = await answer(http, MERGE, i={"keep": anna, "absorb": anja, "reason": " married "})
        assert merged == {
            "key": merged["key"],
            "reason": "married",
            "movedRows": 10,
            "mergedBy": f"key:{http.world.key.key}",
            "undoneAt": None,
            "undoneBy": None,
            "kept": {"key": anna},
            "absorbed": {"key": anja, "mergedInto": {"key": anna}, "canErase": False},
        }
        assert [await counts(http, key) for key in (anna, anja)] == [[3, 2, 2, 2, 2, 2, 2, 1], [0] * 8]
        seen = await http.graph(EVERYTHING_OF, k=anna)
        assert (seen["candidate"]["merges"], seen["candidates"]) == (
            {"nodes": [{"key": merged["key"]}]},
            {"totalCount": 1, "nodes": [{"key": anna}]},
        )
        for email in (ANNA, ANJA):
            assert await answer(http, SEND, e=email) == {"candidate": {"key": anna}}
        refused = await answer(http, ERASE, k=anja)
        assert (refused["code"], anna in refused["message"]) == ("MERGED", True)
        undone = await answer(http, UNMERGE, i={"merge": merged["key"]})
        assert (undone["undoneBy"], undone["absorbed"]["mergedInto"]) == (f"key:{http.world.key.key}", None)
        assert [await counts(http, key) for key in (anna, anja)] == [[3, *apart[0][1:]], apart[1]]
        again = await answer(http, UNMERGE, i={"merge": merged["key"]})
        assert again["code"] == "ALREADY_UNMERGED"
        found = await http.graph("query($k: ID!) { candidateMerge(key: $k) { key undoneAt } }", k=merged["key"])
        assert found["candidateMerge"]["undoneAt"] is not None

    @pytest.mark.parametrize("absorb", ["same", "unknown"])
    async def test_is_refused(self, http: Http, absorb: str) -> None:
        anna, anja, _team = await two_people(http.world)
        told = await answer(http, MERGE, i={"keep": anna, "absorb": anna if absorb == "same" else "cand_none", "reason": "x"})
        assert told["code"] == {"same": "SAME_CANDIDATE", "unknown": "NOT_FOUND"}[absorb]
        assert await counts(http, anja) == [2, 1, 1, 1, 1, 1, 1, 1]

    async def test_needs_leave_to_write_candidates(self, http: Http) -> None:
        anna, anja, _team = await two_people(http.world)
        async with http.world.work() as uow:
            key = (await access.create_key(uow, name="Reader", permissions=EVERYTHING - {Permission.CANDIDATES_WRITE})).secret
        reply = await http.request(
            "POST", "/graphql", key=key, json={"query": MERGE, "variables": {"i": {"keep": anna, "absorb": anja, "reason": "x"}}}
        )
        assert "FORBIDDEN" in reply.text
        assert await counts(http, anja) == [2, 1, 1, 1, 1, 1, 1, 1]


class TestRest:
    async def test_lists_the_person_once_with_the_attempts_of_both(self, http: Http) -> None:
        anna, anja, _team = await two_people(http.world)
        await answer(http, MERGE, i={"keep": anna, "absorb": anja, "reason": "married"})

        async def data(method: str, path: str) -> Any:
            return (await http.request(method, f"/api/v1{path}")).json()["data"]

        listed = (await data("GET", "/gdpr/candidates"))["candidates"]
        sessions = {each["session_id"] for each in listed}
        assert (len(listed), len(sessions), {each["personal_data"]["email"] for each in listed}) == (2, 2, {ANNA})
        found = (await data("GET", "/search?q=anna"))["candidates"]
        assert {each["session_id"] for each in found} == sessions
        assert (await data("GET", "/search?q=anja"))["candidates"] == []
        assert {each["session_id"] for each in (await data("GET", "/profiles"))["profiles"]} == sessions
        await data("DELETE", f"/gdpr/candidates/{max(sessions)}")
        gone = (await data("GET", "/gdpr/candidates?status=deleted"))["candidates"]
        assert {each["session_id"] for each in gone} == sessions
        assert len(gone) == 2
        assert "anja" not in str([await data("GET", f"/gdpr/candidates/{session}") for session in sessions]).lower()
