"""The message about a result is what the contract shows, for every example that it shows."""

from typing import Any

import jsonschema_rs
import orjson
import pytest

from rest_compat.message import Happened, write
from rest_compat.questionnaires import DIALECT
from tests.rest_compat.questionnaires.conftest import DOCUMENT, Api
from tests.rest_compat.questionnaires.contract import CONTRACT, told
from tests.support.receiver import Receiver

PUBLISHED = "2026-04-10T10:00:00.123Z"
SPELLED = {
    "evaluation": "overall_evaluation",
    "admission": "is_admission",
    "counterMeasure": "is_counter_measure",
    "notComplete": "is_not_complete",
    "summary": "summary",
    "summaryColor": "summary_bgcolor",
    "clear": "clear",
}


def recorded(example: dict[str, Any]) -> dict[str, Any]:
    """A participant whose result is such that the example is told of it."""
    ratings = [
        {"sequence": one["sequence"], "riskLevel": one["risk_level"], "text": one["text"], "note": one.get("note")}
        for one in example.get("questions_risk_rating", [])
    ]
    result = {name: example.get(wire) for name, wire in SPELLED.items()}
    result |= {"status": example["status"], "ratings": ratings, "publishedAt": PUBLISHED}
    return {
        "interviewReference": example["interview_ref_num"],
        "language": example.get("participant_language", "English"),
        "questionnaire": {"key": example["project_uuid"]},
        "attempts": [{"number": 1, "accessCode": example["access_code"], "result": result}],
    }


async def message(participant: Any, attempt: int = 1) -> Any:
    async def run(name: str, variables: Any) -> tuple[Any, Any]:
        assert (name, variables) == ("TellResult", {"key": "p"})
        return {"participant": participant}, None

    happened = Happened("questionnaire_result.published", "p", PUBLISHED, {"attempt": attempt})
    written = await write(DIALECT, happened, run, "https://api.example")
    return None if written is None else orjson.loads(written)


@pytest.mark.parametrize("example", told().values(), ids=told())
async def test_every_example_is_told_as_it_is_shown(example: dict[str, Any]) -> None:
    """R-QST-21, R-QST-24, I-QST-2, I-QST-5, I-QST-6: also a text that is null and a note that the schema lacks."""
    wanted = {**example, "timestamp": "2026-04-10T10:00:00Z"} if "timestamp" in example else example
    assert await message(recorded(example)) == wanted


async def test_less_is_told_of_some_statuses_whatever_was_recorded() -> None:
    whole = recorded(told()["Overall evaluation with G"])
    everything = await message(whole)
    result = whole["attempts"][0]["result"]
    result["status"] = "Attempted - Incomplete"
    without = {"summary", "summary_bgcolor", "clear", "timestamp"}
    assert await message(whole) == {name: value for name, value in everything.items() if name not in without} | {"status": result["status"]}
    result["status"] = "under_review"
    assert set(await message(whole)) == {"project_uuid", "callback_type", "interview_ref_num", "access_code", "status"}


async def test_values_are_passed_through() -> None:
    """I-QST-5: whatever they are, and none follows from another."""
    participant = recorded(told()["Overall evaluation with HR"])
    result = participant["attempts"][0]["result"]
    result |= {"evaluation": "new", "summary": "??", "summaryColor": "teal", "clear": True, "ratings": []}
    found = await message(participant)
    assert [found[name] for name in ("overall_evaluation", "summary", "summary_bgcolor", "clear")] == ["new", "??", "teal", True]
    assert found["questions_risk_rating"] == []
    result |= {"evaluation": None, "summary": None, "summaryColor": None, "clear": None}
    assert not {"overall_evaluation", "summary", "summary_bgcolor", "clear"} & set(await message(participant))


async def test_the_attempt_that_was_published_is_told() -> None:
    participant = recorded(told()["Overall evaluation with HR"])
    [first] = participant["attempts"]
    second = {"number": 2, "accessCode": "2", "result": {**first["result"], "evaluation": "LR"}}
    third = {"number": 3, "accessCode": "3", "result": {**first["result"], "publishedAt": None}}
    participant["attempts"] = [{"number": 4, "accessCode": "4", "result": None}, third, second, first]
    assert [(await message(participant, number))["access_code"] for number in (1, 2)] == [first["accessCode"], "2"]
    assert [await message(participant, number) for number in (3, 4, 5)] == [None] * 3


async def test_nothing_is_told_without_a_result_or_of_somebody_erased() -> None:
    participant = recorded(told()["Overall evaluation with HR"])
    assert await message({**participant, "interviewReference": None}) is None
    assert await message({**participant, "attempts": []}) is None
    assert await message(None) is None


RECORD = """
    mutation R($input: RecordQuestionnaireResultInput!) {
      recordQuestionnaireResult(input: $input) { ... on QuestionnaireResult { status } ... on Problem { code message } }
    }
"""
PUBLISH = """
    mutation P($participant: ID!) {
      publishQuestionnaireResult(input: {participant: $participant}) {
        ... on QuestionnaireResult { attempt { accessCode } }
        ... on Problem { code message }
      }
    }
"""
WEBHOOK = """
    mutation W($questionnaire: ID!, $url: String!) {
      setResultWebhook(input: {questionnaire: $questionnaire, url: $url}) { __typename ... on Problem { code message } }
    }
"""


async def test_results_arrive_at_the_address_of_the_questionnaire(api: Api, receiver: Receiver) -> None:
    """R-QST-21 to R-QST-24: each example of the contract, recorded in the graph and published; the payload and nothing around it."""
    project = await api.questionnaire()
    key = await api.key(project)
    made = await api.http.graph(WEBHOOK, questionnaire=project, url=receiver.url)
    assert made["setResultWebhook"]["__typename"] == "ResultWebhook", made
    wanted = {}
    for number, example in enumerate(told().values()):
        irn, language = f"I-{number}", example.get("participant_language", "")
        one = await api.participant(project, key, irn, language=language)
        result = recorded(example)["attempts"][0]["result"]
        given = {name: value for name, value in result.items() if value is not None and name != "publishedAt"}
        assert await api.http.graph(RECORD, input={**given, "participant": one}) == {
            "recordQuestionnaireResult": {"status": given["status"]}
        }
        published = (await api.http.graph(PUBLISH, participant=one))["publishQuestionnaireResult"]
        ours = {"project_uuid": project, "interview_ref_num": irn, "access_code": published["attempt"]["accessCode"]}
        timestamp = {"timestamp": "2026-03-02T09:00:00Z"} if "timestamp" in example else {}
        wanted[irn] = {**example, **ours, **timestamp}
    await api.http.world.run_jobs()
    assert {message.body["interview_ref_num"]: message.body for message in receiver.messages} == wanted
    assert len(receiver.messages) == len(wanted)


def test_document_tells_of_the_message_as_the_contract_does() -> None:
    """R-QST-21, I-QST-2: each example fits it, with a note that the contract's schema lacks."""
    described = DOCUMENT["webhooks"]["result_update"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    schemas = DOCUMENT["components"]["schemas"]
    contract = CONTRACT["components"]["schemas"]["ResultWebhookRequest"]["properties"]
    ours = schemas["ResultUpdate"]["properties"]
    assert set(ours) == set(contract)
    rating = contract["questions_risk_rating"]["items"]["properties"]
    assert set(schemas["RiskRating"]["properties"]) == {*rating, "note"}
    validator = jsonschema_rs.Draft202012Validator({**described, "components": DOCUMENT["components"]})
    for example in told().values():
        shown = {**example, "timestamp": PUBLISHED} if "timestamp" in example else example
        assert [str(fault) for fault in validator.iter_errors(shown)] == []
