"""Flows in the graph: made, changed, walked, listed, listened to."""

from typing import Any

import pytest

from domain.candidates import references
from domain.invites import queries as invites
from resolvers.context import Context
from resolvers.schema import build
from tests.domain.at_once import all_at_once, failures
from tests.domain.flows.walking import IMPOSSIBLE, make, put, take
from tests.resolvers.test_statements import statements
from tests.support.http import Http
from tests.support.world import World

CREATE = """mutation($input: CreateFlowInput!) { createFlow(input: $input) {
  ... on Flow { key status candidateCount jobProfile { key }
    steps { key position instrument instrumentType passThreshold name instructions passAction
            instrumentName { en } durationMinutes jobProfile { key } } }
  ... on Problem { code kind message fields { path message } } } }"""
UPDATE = CREATE.replace("CreateFlow", "UpdateFlow").replace("createFlow", "updateFlow")
ASSIGN = """mutation($input: AssignToFlowInput!) { assignToFlow(input: $input) {
  ... on FlowAssignment { key flow { key } candidate { email name givenName familyName } email givenName familyName
    jobCandidateReference jobReference talentReference status position currentStep { position } assignedAt
    progress { passed steps } attempts { step { position } number status taking invite { origin email } mailedAt score passed } }
  ... on Problem { code kind message fields { path } } } }"""
PROFILE = {"instrument": "escprofile", "passThreshold": 60}


class TestMaking:
    async def test_what_is_made_is_what_is_shown(self, http: Http) -> None:
        """R-FLW-3 to R-FLW-7, I-FLW-9."""
        steps = [
            {**PROFILE, "passThreshold": 62.5, "name": " A  quiz ", "instructions": "Find a\nquiet room", "passAction": "CALL"},
            {**PROFILE, "instrumentType": "INTERVIEW"},
        ]
        made = (await http.graph(CREATE, input={"name": "Support screen", "steps": steps}))["createFlow"]
        first, second = made.pop("steps")
        assert made == {"key": 1, "status": "ACTIVE", "candidateCount": 0, "jobProfile": None}
        assert (first["position"], first["passThreshold"], first["name"], first["instructions"], first["passAction"]) == (
            1,
            62.5,
            "A quiz",
            "Find a\nquiet room",
            "CALL",
        )
        assert (first["instrumentType"], second["instrumentType"]) == ("PROFILE", "INTERVIEW")
        assert (second["instrumentName"]["en"], second["durationMinutes"]) == (first["instrumentName"]["en"], first["durationMinutes"])
        assert first["durationMinutes"] > 0


class TestChanging:
    async def test_thresholds_change_steps_are_appended_and_nothing_else(self, http: Http) -> None:
        """R-FLW-6, I-FLW-4: what is left out stays; the refusal says which step."""
        flow = await make(http.world, 40, 50)
        three = [{**PROFILE, "passThreshold": 45}, {**PROFILE, "passThreshold": 50}, {**PROFILE, "name": "Third"}]
        changed = (await http.graph(UPDATE, input={"key": flow, "description": "New", "steps": three}))["updateFlow"]
        assert [(step["position"], step["passThreshold"], step["name"]) for step in changed["steps"]] == [
            (1, 45, None),
            (2, 50, None),
            (3, 60, "Third"),
        ]
        rows = await http.world.rows()
        for steps, paths in (
            (three[:2], [["steps", "2"]]),
            ([three[0], {**three[1], "name": "Other"}, three[2]], [["steps", "1", "name"]]),
            (
                [three[0], {**three[1], "instrumentType": "X", "jobProfile": "jp_1"}, three[2]],
                [["steps", "1", "instrumentType"], ["steps", "1", "jobProfile"]],
            ),
            ([{**three[0], "instrument": "other"}, *three[1:]], [["steps", "0", "instrument"]]),
        ):
            refused = (await http.graph(UPDATE, input={"key": flow, "name": "No", "steps": steps}))["updateFlow"]
            assert (refused["code"], [fault["path"] for fault in refused["fields"]]) == ("FLOW_STEP_FIXED", paths)
        assert await http.world.rows() == rows
        same = (await http.graph(UPDATE, input={"key": flow, "steps": three}))["updateFlow"]
        assert (same["steps"], same["key"]) == (changed["steps"], flow)

    @pytest.mark.parametrize(
        ("input", "code", "path"),
        [
            ({"name": " "}, "BAD_REQUEST", ["name"]),
            ({"steps": []}, "BAD_REQUEST", ["steps"]),
            ({"steps": [PROFILE] * 51}, "BAD_REQUEST", ["steps"]),
            ({"steps": [PROFILE, {**PROFILE, "passThreshold": 100.01}]}, "BAD_REQUEST", ["steps", "1", "passThreshold"]),
            ({"steps": [{**PROFILE, "passThreshold": -1}]}, "BAD_REQUEST", ["steps", "0", "passThreshold"]),
            ({"steps": [PROFILE, {**PROFILE, "instrument": "none"}]}, "UNKNOWN_INSTRUMENT", ["steps", "1", "instrument"]),
            ({"steps": [{**PROFILE, "jobProfile": "jp_0"}]}, "BAD_REQUEST", ["steps", "0", "jobProfile"]),
            ({"jobProfile": "jp_0"}, "BAD_REQUEST", ["jobProfile"]),
        ],
    )
    async def test_what_cannot_be_is_refused_by_its_field(self, http: Http, input: Any, code: str, path: list[str]) -> None:
        """R-FLW-3, R-FLW-4."""
        rows = await http.world.rows()
        made = (await http.graph(CREATE, input={"name": "Flow", "steps": [PROFILE], **input}))["createFlow"]
        assert (made["code"], made["fields"][0]["path"]) == (code, path)
        assert await http.world.rows() == rows

    async def test_one_that_is_not_active_takes_nobody_and_one_that_was_deleted_is_not_there(self, http: Http) -> None:
        """R-FLW-2, R-FLW-17, I-FLW-5."""
        flow, other = await make(http.world), await make(http.world)
        await http.graph(UPDATE, input={"key": flow, "status": "INACTIVE"})
        told = {"flow": flow, "email": "anna@example.com"}
        rows = await http.world.rows()
        assert (await http.graph(ASSIGN, input=told))["assignToFlow"]["code"] == "FLOW_NOT_ACTIVE"
        assert await http.world.rows() == rows
        gone = (await http.graph(UPDATE, input={"key": flow, "status": "DELETED"}))["updateFlow"]
        assert gone["status"] == "DELETED"
        found = await http.graph(
            """query($k: ID!) { flow(key: $k) { key } allFlows { key }
            flows(first: 5, filter: {status: [ACTIVE, DELETED]}) { nodes { key } } }""",
            k=flow,
        )
        assert found == {"flow": None, "allFlows": [{"key": other}], "flows": {"nodes": [{"key": other}]}}
        assert (await http.graph(UPDATE, input={"key": flow, "name": "X"}))["updateFlow"]["code"] == "NOT_FOUND"
        assert (await http.graph(ASSIGN, input=told))["assignToFlow"]["code"] == "NOT_FOUND"


class TestAssigning:
    async def test_a_candidate_by_mail(self, http: Http) -> None:
        """R-FLW-11 to R-FLW-14, R-FLW-17."""
        flow = await make(http.world)
        told = {"flow": str(flow), "email": "Anna@Example.com", "givenName": "Anna", "familyName": "Berg", "jobReference": 12}
        found = (await http.graph(ASSIGN, input={**told, "talentReference": "t-1"}))["assignToFlow"]
        assert (found["flow"], found["email"]) == ({"key": flow}, "anna@example.com")
        assert (found["jobReference"], found["talentReference"], found["jobCandidateReference"]) == (12, "t-1", None)
        assert found["candidate"] == {"email": "anna@example.com", "name": "Anna Berg", "givenName": "Anna", "familyName": "Berg"}
        assert (found["status"], found["position"], found["progress"]) == ("NOT_STARTED", 1, {"passed": 0, "steps": 2})
        [attempt] = found["attempts"]
        assert attempt["invite"] == {"origin": "FLOW", "email": "anna@example.com"}
        rows = await http.world.rows()
        again = (await http.graph(ASSIGN, input=told))["assignToFlow"]
        assert (again["code"], again["kind"]) == ("ALREADY_ON_FLOW", "CONFLICT")
        assert await http.world.rows() == rows
        await http.world.run_jobs()
        assert len(http.world.outbox.mails) == 1

    async def test_a_candidate_by_what_another_system_calls_them(self, http: Http) -> None:
        """R-FLW-11, R-FLW-14: it decides who it is, the address only how they are reached."""
        world, flow = http.world, await make(http.world)
        invite = await world.invite("anna@example.com", "Anna Berg")
        async with world.work() as uow:
            key = (await invites.by_keys(uow.read, world.account_id, [invite]))[invite].candidate_key
            await references.add(uow, key, references.JOB_CANDIDATE, "5501")
        refused = {
            "UNKNOWN_REFERENCE": {"jobCandidateReference": 5501, "email": "anna@example.com"},
            "NO_EMAIL": {"jobReference": 12, "talentReference": 3},
            "BAD_REQUEST": {"email": "nobody"},
        }
        rows = await world.rows()
        for code, told in refused.items():
            assert (await http.graph(ASSIGN, input={"flow": flow, **told}))["assignToFlow"]["code"] == code
        assert await world.rows() == rows
        told = {"flow": flow, "jobCandidateReference": "5501", "email": "other@example.com"}
        found = (await http.graph(ASSIGN, input=told))["assignToFlow"]
        assert (found["email"], found["givenName"], found["familyName"]) == ("anna@example.com", "Anna", "Berg")
        assert found["jobCandidateReference"] == "5501"
        again = (await http.graph(ASSIGN, input={"flow": flow, "email": "anna@example.com"}))["assignToFlow"]
        assert again["code"] == "ALREADY_ON_FLOW"

    async def test_many_times_at_once(self, http: Http) -> None:
        """R-FLW-17, Q-7: once, with one mail."""
        flow = await make(http.world)
        outcomes = await all_at_once(put(http.world, flow) for _ in range(6))
        assert failures(outcomes) == ["AlreadyOnFlow"] * 5
        await http.world.run_jobs()
        assert len(http.world.outbox.mails) == 1


LIST = """query($flow: ID!, $first: Int, $offset: Int! = 0, $filter: FlowAssignmentFilter) {
  flowAssignments(flow: $flow, first: $first, offset: $offset, filter: $filter) { totalCount nodes { email } }
  flow(key: $flow) { candidateCount assignments(first: 100, filter: $filter) { totalCount nodes { email } } } }"""


class TestLists:
    async def test_by_page_text_and_status(self, http: Http) -> None:
        """R-FLW-8 to R-FLW-10: without regard to case; the name is given name, one blank, family name."""
        world, flow, other = http.world, await make(http.world, IMPOSSIBLE), await make(http.world)
        people = [("Anna", "Berg"), ("Jörg", "Weiß"), (None, None)]
        numbers = []
        for index, (given, family) in enumerate(people):
            numbers.append(await put(world, flow, f"p{index}@example.com", given_name=given, family_name=family))
            world.advance(minutes=1)
        await put(world, other, "x@example.com")
        await take(world, numbers[0])
        await world.run_jobs()
        for filter, expected in (
            (None, [2, 1, 0]),
            ({"text": "nna be"}, [0]),
            ({"text": "JORG WEISS"}, [1]),
            ({"text": "P2@EXAMPLE"}, [2]),
            ({"text": "%"}, []),
            ({"status": ["FAILED"]}, [0]),
            ({"status": ["NOT_STARTED"], "text": "p"}, [2, 1]),
            ({"assignedFrom": "2026-03-02T09:01:00Z", "assignedUntil": "2026-03-02T09:02:00Z"}, [1]),
        ):
            wanted = {"totalCount": len(expected), "nodes": [{"email": f"p{index}@example.com"} for index in expected]}
            found = await http.graph(LIST, flow=flow, first=100, filter=filter)
            assert (found["flowAssignments"], found["flow"]["assignments"]) == (wanted, wanted)
            assert found["flow"]["candidateCount"] == 3
        second = (await http.graph(LIST, flow=flow, first=2, offset=2))["flowAssignments"]
        assert second == {"totalCount": 3, "nodes": [{"email": "p0@example.com"}]}
        assert (await http.graph(LIST, flow="99", first=5)) == {"flowAssignments": None, "flow": None}

    async def test_take_the_same_for_few_and_for_many(self, world: World) -> None:
        """Q-26: everything about those on flows, from the flow and from the candidate."""
        flow = await make(world)
        for number in range(8):
            await put(world, flow, f"p{number}@example.com")
        text = """query($n: Int!) { flows(first: 5) { nodes { candidateCount steps { instrumentName { en } durationMinutes
            jobProfile { key } }
          assignments(first: $n) { totalCount nodes { progress { passed } currentStep { position instrumentName { en } }
            candidate { name flowAssignments(first: 3) { nodes { flow { name } } } }
            attempts { step { name } invite { status attempt { result { completedAt } } } } } } } } }"""
        few, _ = await statements(world, text, {"n": 2})
        many, _ = await statements(world, text, {"n": 8})
        assert few == many <= 16

    async def test_of_other_accounts_are_not_there(self, http: Http) -> None:
        """Q-1, R-FLW-1."""
        flow = await make(http.world)
        assignment = await put(http.world, flow)
        _other, key = await http.world.other_account()
        text = "query($f: ID!, $a: ID!) { flow(key: $f) { key } flowAssignment(key: $a) { key } allFlows { key } }"
        assert await http.graph(text, f=flow, a=assignment, key=key.secret) == {"flow": None, "flowAssignment": None, "allFlows": []}
        assert (await http.graph(ASSIGN, input={"flow": flow, "email": "a@example.com"}, key=key.secret))["assignToFlow"][
            "code"
        ] == "NOT_FOUND"


class TestOtherLists:
    async def test_invites_of_flows_are_no_invites_but_attempts_like_others(self, http: Http) -> None:
        """R-ESC-69."""
        assignment = await put(http.world, await make(http.world), given_name="Anna", family_name="Berg")
        await take(http.world, assignment)
        assert (await http.esc("GET", "/invites")).json()["data"]["invites"] == []
        [profile] = (await http.esc("GET", "/profiles")).json()["data"]["profiles"]
        assert profile["candidate"]["email"] == "anna@example.com"


class TestListening:
    async def test_goes_on_after_the_last_event_seen(self, http: Http) -> None:
        """Q-25: none left out, none twice, only of the flow that is asked for."""
        world, flow = http.world, await make(http.world, IMPOSSIBLE)
        other = await make(world)
        await put(world, other, "other@example.com")
        assignment = await put(world, flow)
        await world.run_jobs()
        await take(world, assignment)
        await world.run_jobs()
        context = Context(world.actor, world.database)
        wanted = ["ADDED", "STEP_ASKED", "STEP_MAILED", "STEP_STARTED", "STEP_FAILED", "FAILED"]
        everything = await listen(context, flow, 0, len(wanted))
        assert [news["type"] for news in everything] == wanted
        assert {(news["assignment"]["key"], news["assignment"]["status"]) for news in everything} == {(assignment, "FAILED")}
        assert await listen(context, flow, everything[2]["sequence"], 3) == everything[3:]


async def listen(context: Context, flow: int, after: int, count: int) -> list[Any]:
    text = """subscription($f: ID!, $a: BigInt!) { flowAssignmentChanged(flow: $f, after: $a) {
      type sequence step attempt assignment { key status } } }"""
    stream = await build().subscribe(text, {"f": flow, "a": after}, context_value=context)
    found: list[Any] = []
    async for payload in stream:  # type: ignore[union-attr]
        assert payload.errors is None, payload.errors
        found.append(payload.data["flowAssignmentChanged"])
        if len(found) == count:
            break
    await stream.aclose()  # type: ignore[union-attr]
    return found
