"""Flows in the graph: made, changed, walked, listed, listened to."""

from tests.domain.flows.walking import make
from tests.support.http import Http

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


class TestAssigning:
    async def test_a_candidate_by_mail(self, http: Http) -> None:
        """R-FLW-11 to R-FLW-14."""
        flow = await make(http.world)
        told = {"flow": str(flow), "email": "Anna@Example.com", "givenName": "Anna", "familyName": "Berg", "jobReference": 12}
        found = (await http.graph(ASSIGN, input={**told, "talentReference": "t-1"}))["assignToFlow"]
        assert (found["flow"], found["email"], found["jobReference"], found["talentReference"]) == (
            {"key": flow},
            "anna@example.com",
            12,
            "t-1",
        )
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
