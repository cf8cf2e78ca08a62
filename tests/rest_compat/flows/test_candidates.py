"""Putting candidates on flows, and who is on one."""

from typing import Any

import pytest

from domain.candidates import references
from tests.domain.flows.walking import EASY, IMPOSSIBLE, make, put, take, tried
from tests.rest_compat.esc import stories
from tests.rest_compat.flows.conftest import INSTRUMENT, ON_ONE_DATABASE, Flows, shown
from tests.support.world import START, World

ASSIGN = ("paths", "/assessment-flows/{id}/assign", "post")
PAGE = ("paths", "/assessment-flows/{id}/candidates", "get", "responses", "200")
BY_EMAIL, BY_REFERENCE = (shown(name, *ASSIGN, "requestBody") for name in ("byEmail", "byJobCandidate"))
ASSIGNED = shown("assigned", *ASSIGN, "responses", "200")["data"]
NOW = round(START.timestamp() * 1000)


def page(found: Any) -> tuple[list[str], Any]:
    return [candidate["email"] for candidate in found["candidates"]], found["pagination"]


class TestAssigning:
    async def test_by_email_is_answered_as_the_contract_shows(self, flows: Flows, world: World) -> None:
        """R-FLW-11 to R-FLW-14, R-FLW-17, I-FLW-8."""
        number = await flows.screen()
        [first, _] = (await flows.data("GET", f"/{number}"))["steps"]
        made = await flows.data("POST", f"/{number}/assign", json=BY_EMAIL)
        invite = {"stepId": first["id"], "assessmentId": INSTRUMENT, "sent": True}
        assert made == {**ASSIGNED, "assignmentId": made["assignmentId"], "flowId": number, "assignedAt": NOW, "invite": invite}
        rows = await world.rows()
        status, error = await flows.refusal("POST", f"/{number}/assign", json=BY_EMAIL)
        assert (status, error["code"], error["type"]) == (400, "INVALID_REQUEST", "validation_error")
        assert await world.rows() == rows
        await world.run_jobs()
        assert [mail.to for mail in world.outbox.mails] == [BY_EMAIL["email"]]
        assert (await flows.data("GET"))[0]["candidateCount"] == 1

    async def test_by_a_reference_that_decides_who_it_is(self, flows: Flows, world: World) -> None:
        """R-FLW-11, R-FLW-14: the number 5501 and the text are two."""
        number = await flows.screen()
        assert set(await flows.faults("POST", f"/{number}/assign", json=BY_REFERENCE)) == {"jobCandidateId"}
        await world.invite("known@example.com", "Kim Known")
        [candidate] = (await flows.http.graph("{ candidates(first: 1) { nodes { key } } }"))["candidates"]["nodes"]
        async with world.work() as uow:
            await references.add(uow, candidate["key"], references.JOB_CANDIDATE, BY_REFERENCE["jobCandidateId"])
        assert set(await flows.faults("POST", f"/{number}/assign", json={"jobCandidateId": 5501})) == {"jobCandidateId"}
        made = await flows.data(
            "POST", f"/{number}/assign", json={**BY_REFERENCE, "email": "other@example.com", "talentId": "t-1", "jobId": 2**53 + 1}
        )
        assert (made["email"], made["jobCandidateId"], made["jobId"], made["talentId"]) == ("known@example.com", "5501", 2**53 + 1, "t-1")
        assert (made["firstName"], made["lastName"]) == ("Kim", "Known")

    @pytest.mark.parametrize(
        ("body", "details"),
        [
            ({}, {"email"}),
            ({"jobId": 1, "talentId": "t"}, {"email"}),
            ({"email": "nobody"}, {"email"}),
            ({"email": None}, {"email"}),
            ({"email": "a@example.com", "firstName": 5, "lastName": None}, {"firstName", "lastName"}),
            ({"email": "a@example.com", "jobId": True, "talentId": 1.5, "jobCandidateId": ""}, {"jobId", "talentId", "jobCandidateId"}),
            ({"email": "a@example.com", "jobId": -(2**63)}, {"jobId"}),
            ({"email": "a@example.com", "firstName": "x" * 1000}, {"firstName"}),
        ],
    )
    @ON_ONE_DATABASE
    async def test_is_refused_by_fields(self, flows: Flows, world: World, body: Any, details: set[str]) -> None:
        """R-FLW-11, R-FLW-15."""
        number = await flows.screen()
        rows = await world.rows()
        assert set(await flows.faults("POST", f"/{number}/assign", json=body)) == details
        assert await world.rows() == rows

    @ON_ONE_DATABASE
    async def test_to_a_flow_that_is_not_active_is_refused(self, flows: Flows, world: World) -> None:
        """R-FLW-17."""
        number = await flows.screen()
        await flows.data("PATCH", f"/{number}", json={"status": "INACTIVE"})
        rows = await world.rows()
        status, error = await flows.refusal("POST", f"/{number}/assign", json=BY_EMAIL)
        assert (status, error["code"], "details" in error) == (400, "INVALID_REQUEST", False)
        assert await world.rows() == rows

    @ON_ONE_DATABASE
    async def test_in_a_sandbox_sends_nothing_and_says_so(self, flows: Flows, world: World) -> None:
        key = await stories.key_of(world, account_id=world.account_id + 1)
        number = await flows.screen(key=key)
        made = await flows.data("POST", f"/{number}/assign", json=BY_EMAIL, key=key)
        assert made["invite"]["sent"] is False
        await world.run_jobs()
        assert world.outbox.mails == []


class TestListing:
    async def test_shows_attempts_and_their_times(self, flows: Flows, world: World) -> None:
        """R-FLW-16: passed, failed, begun and asked, each with what there is."""
        flow = await make(world, EASY, IMPOSSIBLE)
        waiting = await put(world, flow, "waiting@example.com", given_name="Wim", family_name="Wait")
        begun, passed, failed = [await put(world, flow, f"{name}@example.com") for name in ("begun", "passed", "failed")]
        world.advance(minutes=1)
        await world.begin((await tried(world, begun))[-1].taking)
        for assignment in (passed, failed):
            await take(world, assignment)
        await world.run_jobs()
        await take(world, failed)
        await world.run_jobs()
        found = await flows.data("GET", f"/{flow}/candidates")
        example = shown("page", *PAGE)["data"]
        by_number = {one["assignmentId"]: one for one in found["candidates"]}
        assert list(by_number) == [failed, passed, begun, waiting]
        assert found["pagination"] == {"page": 1, "limit": 10, "total": 4, "totalPages": 1}
        assert found["candidates"][0].keys() == example["candidates"][0].keys()
        shown_of = {
            number: (one["status"], one["currentStep"], [(a["status"], a["passed"], a["attempt"]) for a in one["attempts"]])
            for number, one in by_number.items()
        }
        assert shown_of == {
            waiting: ("NOT_STARTED", 1, [("NOT_STARTED", None, 1)]),
            begun: ("IN_PROGRESS", 1, [("IN_PROGRESS", None, 1)]),
            passed: ("IN_PROGRESS", 2, [("COMPLETED", True, 1), ("NOT_STARTED", None, 1)]),
            failed: ("FAILED", 2, [("COMPLETED", True, 1), ("FAILED", False, 1)]),
        }
        submissions = [attempt["submission"] for attempt in by_number[passed]["attempts"]]
        taking = (await tried(world, passed))[0].taking
        assert submissions == [{"submissionId": taking, "startedAt": NOW + 60_000, "submittedAt": NOW + 60_000}, None]
        assert by_number[begun]["attempts"][0]["submission"]["submittedAt"] is None
        assert 0 <= by_number[passed]["attempts"][0]["score"] <= 100
        assert (by_number[waiting]["assignedAt"], by_number[waiting]["lastUpdatedOn"]) == (NOW, NOW)
        assert by_number[passed]["lastUpdatedOn"] == NOW + 60_000
        for query, emails in (
            ("search=wim+wait", ["waiting"]),
            ("search=PASSED%40", ["passed"]),
            ("search=%25", []),
            ("search=", ["failed", "passed", "begun", "waiting"]),
            ("status=IN_PROGRESS", ["passed", "begun"]),
            ("status=COMPLETED", []),
            ("status=FAILED&search=failed", ["failed"]),
        ):
            listed, pagination = page(await flows.data("GET", f"/{flow}/candidates?{query}"))
            assert listed == [f"{name}@example.com" for name in emails], query
            assert (pagination["total"], pagination["totalPages"]) == (len(emails), min(len(emails), 1))

    async def test_pages(self, flows: Flows, world: World) -> None:
        """R-FLW-8, I-FLW-2."""
        flow = await make(world)
        for number in range(12):
            await put(world, flow, f"p{number}@example.com")
        emails = [f"p{number}@example.com" for number in reversed(range(12))]
        for query, at, size in (
            ("", 1, 10),
            ("?page=2", 2, 10),
            ("?page=3", 3, 10),
            ("?perPage=5&page=2", 2, 5),
            ("?pageSize=4&perPage=5", 1, 4),
            ("?pageSize=100", 1, 100),
            ("?page=9223372036854775807&pageSize=100", 2**63 - 1, 100),
        ):
            listed, pagination = page(await flows.data("GET", f"/{flow}/candidates{query}"))
            assert listed == emails[(at - 1) * size : at * size], query
            assert pagination == {"page": at, "limit": size, "total": 12, "totalPages": -(-12 // size)}

    @pytest.mark.parametrize(
        "query", ["page=0", "page=x", "page=", "pageSize=0", "pageSize=101", "perPage=101", "perPage=1.5", "status=OVER", "status="]
    )
    @ON_ONE_DATABASE
    async def test_refuses_what_is_out_of_bounds(self, flows: Flows, world: World, query: str) -> None:
        """R-FLW-8, R-FLW-10."""
        flow = await make(world)
        assert list(await flows.faults("GET", f"/{flow}/candidates?{query}")) == [query.partition("=")[0]]


class TestWorkspaces:
    async def test_see_nothing_of_each_other(self, flows: Flows, world: World) -> None:
        """R-FLW-1."""
        _actor, key = await world.other_account()
        number = await flows.screen()
        mine = await flows.data("GET")
        assert await flows.data("GET", key=key.secret) == []
        for method, path, body in (
            ("GET", "", None),
            ("PATCH", "", {"status": "DELETED"}),
            ("GET", "/candidates", None),
            ("POST", "/assign", BY_EMAIL),
        ):
            status, error = await flows.refusal(method, f"/{number}{path}", key=key.secret, **({"json": body} if body else {}))
            assert (status, error) == (404, {"code": "NOT_FOUND", "type": "not_found_error", "message": "Flow not found"})
        assert await flows.data("GET") == mine
