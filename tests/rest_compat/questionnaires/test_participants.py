"""/participant: entering somebody, retakes, outcomes."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.questionnaires import participants
from tests.rest_compat.questionnaires.conftest import Api
from tests.rest_compat.questionnaires.contract import OUTCOME, PARTICIPANT, examples, sent

CREATE, RETAKE = (sent("post", PARTICIPANT)[name] for name in ("create", "retake"))
OUTCOME_SENT = sent("put", OUTCOME)["updateOutcome"]
RANDOM = ("project_uuid", "participant_uuid", "particpant_guide_link")
"""What is ours to give out, and so is not what the contract's examples show."""
SHOWN = """
    query P($which: ID!) {
      participant(key: $which) { interviewReference email phoneNumber1 language outcome attempts { number } candidate { email } }
    }
"""


def without_random(answer: Any) -> Any:
    return {name: value for name, value in answer.items() if name not in RANDOM}


async def shown(api: Api, participant: str) -> Any:
    return (await api.http.graph(SHOWN, which=participant))["participant"]


class TestCreate:
    async def test_answers_as_the_contract_shows(self, api: Api) -> None:
        """R-QST-4, R-QST-10, I-QST-8, I-QST-9."""
        project = await api.questionnaire()
        key = await api.key(project)
        body = {**CREATE, "project_uuid": project.upper()}
        found = await api.answer("POST", "/participant", key=key, json=body)
        wanted = examples("post", PARTICIPANT, 200)["createParticipant"]
        assert without_random(found) == without_random(wanted)
        assert set(found) == set(wanted)
        assert found["project_uuid"] == project
        assert str(UUID(found["participant_uuid"])) == found["participant_uuid"]
        assert found["particpant_guide_link"].startswith("http://")
        seen = await shown(api, found["participant_uuid"])
        assert seen["candidate"] == {"email": "participant@gmail.com"}
        assert seen["attempts"] == [{"number": 1}]

    async def test_needs_a_project_and_a_reference_only(self, api: Api) -> None:
        """R-QST-5: what was not given is empty, never null; an account's own key does it as well."""
        project = await api.questionnaire()
        body = {"project_uuid": project, "interview_ref_num": "1", "participant_uuid": None, "email": "", "unknown": {"a": 1}}
        found = await api.answer("POST", "/participant", key=api.http.world.key.secret, json=body)
        empty = dict.fromkeys(("phone_number1", "phone_number2", "external_ref_id", "email", "language"), "")
        nothing = {"outcome": None, "outcome_ts": None, "is_participant_allowed": True, "interview_ref_num": "1"}
        assert without_random(found) == {**empty, **nothing}

    async def test_refuses_a_reference_that_somebody_has(self, api: Api) -> None:
        """R-QST-7: in this questionnaire; in another it is free."""
        project, other = await api.questionnaire(), await api.questionnaire("Another")
        key = await api.key(project)
        await api.participant(project, key)
        before = await api.http.world.rows()
        refused = await api.refusal("POST", "/participant", key=key, json={**CREATE, "project_uuid": project})
        assert refused == (400, examples("post", PARTICIPANT, 400)["duplicateIRN"]["message"])
        assert await api.http.world.rows() == before
        await api.participant(other, await api.key(other))

    async def test_says_who_is_not_to_be_called(self, api: Api) -> None:
        """R-QST-11."""
        await api.http.graph('mutation { blockNumber(input: {number: "+49 30 123456"}) { __typename } }')
        project = await api.questionnaire()
        body = {"project_uuid": project, "interview_ref_num": "1", "phone_number2": "+4930123456"}
        found = await api.answer("POST", "/participant", key=await api.key(project), json=body)
        assert (found["is_participant_allowed"], found["phone_number2"]) == (False, "+4930123456")

    async def test_is_done_once_with_an_idempotency_key(self, api: Api) -> None:
        """Q-10: a header of ours; without it a second one is a duplicate."""
        project = await api.questionnaire()
        key, headers = await api.key(project), {"Idempotency-Key": str(uuid4())}
        replies = [
            await api.call("POST", "/participant", key=key, headers=headers, json={**CREATE, "project_uuid": project}) for _ in range(2)
        ]
        assert [reply.status for reply in replies] == [200, 200]
        assert replies[0].json() == replies[1].json()
        refused = await api.refusal("POST", "/participant", key=key, headers=headers, json={**RETAKE, "project_uuid": project})
        assert refused[0] == 409


class TestRetake:
    async def test_answers_as_the_contract_shows(self, api: Api) -> None:
        """R-QST-4, R-QST-10: one more attempt of the same person; what is given replaces what was there."""
        project = await api.questionnaire()
        key = await api.key(project)
        one = await api.participant(project, key, email="old@example.com", language="German", phone_number1="+4930123456")
        body = {**RETAKE, "project_uuid": project, "participant_uuid": one.upper()}
        found = await api.answer("POST", "/participant", key=key, json=body)
        assert without_random(found) == without_random(examples("post", PARTICIPANT, 200)["retakeParticipant"])
        assert (found["participant_uuid"], found["project_uuid"]) == (one, project)
        seen = await shown(api, one)
        assert (seen["email"], seen["language"], len(seen["attempts"])) == ("participant@gmail.com", "English", 2)

    async def test_keeps_the_reference(self, api: Api) -> None:
        """R-QST-8."""
        project = await api.questionnaire()
        key = await api.key(project)
        one = await api.participant(project, key, "1")
        await api.participant(project, key, "2")
        before = await api.http.world.rows()
        for irn in ("2", "3"):
            body = {"project_uuid": project, "interview_ref_num": irn, "participant_uuid": one}
            refused = await api.refusal("POST", "/participant", key=key, json=body)
            assert refused == (400, examples("post", PARTICIPANT, 400)["retakeReferenceNumberMismatch"]["message"])
        assert await api.http.world.rows() == before

    async def test_is_of_somebody_in_the_same_questionnaire(self, api: Api) -> None:
        """R-QST-2, R-QST-9: somebody of another one is refused to its keys, and nobody there for who may see both."""
        project, other = await api.questionnaire(), await api.questionnaire("Another")
        key = await api.key(project)
        theirs, account, unknown = await api.participant(other, await api.key(other), "1"), api.http.world.key.secret, str(uuid4())
        nobody, elsewhere = (404, "Participant not found"), (403, "API Key not associated with this Questionnaire")
        before = await api.http.world.rows()
        for secret, one, wanted in (
            (key, theirs, elsewhere),
            (account, theirs, nobody),
            (key, unknown, nobody),
            (account, unknown, nobody),
        ):
            body = {"project_uuid": project, "interview_ref_num": "1", "participant_uuid": one}
            assert await api.refusal("POST", "/participant", key=secret, json=body) == wanted
        assert await api.http.world.rows() == before

    async def test_that_the_server_fails_says_so(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        """R-QST-25, I-QST-4, I-QST-10: and nothing is left of it."""
        project = await api.questionnaire()
        key = await api.key(project)
        one = await api.participant(project, key)
        before = await api.http.world.rows()

        def broken(*_arguments: Any, **_options: Any) -> Any:
            raise RuntimeError("secret words")

        monkeypatch.setattr(participants, "_last_attempt", broken)
        body = {**RETAKE, "project_uuid": project, "participant_uuid": one}
        reply = await api.call("POST", "/participant", key=key, json=body)
        wanted = examples("post", PARTICIPANT, 500)["internalServerError"]
        assert (reply.status, {**reply.json(), "timestamp": ""}) == (500, {**wanted, "timestamp": ""})
        monkeypatch.setattr(participants, "_locked", broken)
        reply = await api.call("PUT", f"/participant/{one}", key=key, json={"outcome": "x"})
        assert (reply.status, reply.json()["message"]) == (500, "Failed to update outcome tracking")
        monkeypatch.setattr(participants, "insert", broken)
        reply = await api.call("POST", "/participant", key=key, json={**CREATE, "project_uuid": project})
        assert (reply.status, reply.json()["error"]) == (500, "INTERNAL_SERVER_ERROR")
        assert "secret" not in reply.text
        assert await api.http.world.rows() == before


class TestOutcome:
    async def test_is_set_as_the_contract_shows(self, api: Api) -> None:
        """R-QST-12."""
        project = await api.questionnaire()
        key = await api.key(project)
        created = await api.answer("POST", "/participant", key=key, json={**CREATE, "project_uuid": project})
        path = f"/participant/{created['participant_uuid']}"
        found = await api.answer("PUT", path, key=key, json=OUTCOME_SENT)
        assert found == {**created, **OUTCOME_SENT}
        found = await api.answer("PUT", path, key=key, json={"outcome": "later", "outcome_ts": None})
        assert (found["outcome"], found["outcome_ts"]) == ("later", "2026-03-02T09:00:00Z")
        found = await api.answer("PUT", path, key=key, json={"outcome": "x", "outcome_ts": "2025-12-12T06:06:29.25+05:30"})
        assert found["outcome_ts"] == "2025-12-12T00:36:29.250Z"
        body = {**RETAKE, "project_uuid": project, "participant_uuid": created["participant_uuid"]}
        assert (await api.answer("POST", "/participant", key=key, json=body))["outcome"] == "x"

    async def test_is_of_somebody_of_the_questionnaire(self, api: Api) -> None:
        """R-QST-2, R-QST-9: nothing is changed otherwise."""
        project, other = await api.questionnaire(), await api.questionnaire("Another")
        theirs = await api.participant(other, await api.key(other))
        key = await api.key(project)
        others = await api.key(other)
        before = await api.http.world.rows()
        refused = await api.refusal("PUT", f"/participant/{theirs}", key=key, json=OUTCOME_SENT)
        assert refused == (403, "API Key not associated with this Questionnaire")
        assert await api.refusal("PUT", f"/participant/{uuid4()}", key=key, json=OUTCOME_SENT) == (404, "Participant not found")
        long = {"outcome": "x" * 1000}
        status, text = await api.refusal("PUT", f"/participant/{theirs}", key=others, json=long)
        assert (status, "'outcome'" in text) == (400, True)
        assert await api.http.world.rows() == before
