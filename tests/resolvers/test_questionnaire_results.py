"""Results in the graph: recorded, recorded anew, published, imported, held against outcomes; erased with the person."""

import asyncio
from typing import Any

from sqlalchemy import select

from domain.kernel import events
from domain.kernel.permissions import EVERYTHING, Permission
from domain.privacy import commands as privacy
from domain.questionnaires import participants, results
from domain.questionnaires.errors import ParticipantNotFound
from domain.questionnaires.model import Participant, QuestionnaireResult
from tests.resolvers.test_permissions import narrow_key
from tests.support.http import Http
from tests.support.questionnaires import FOUND, again, attempts, found, participant, published, questionnaire, result
from tests.support.receiver import Receiver
from tests.support.world import World

ALL = """status evaluation ratings { sequence riskLevel text note } admission counterMeasure notComplete summary summaryColor clear notes
  score recordedAt updatedAt publishedAt attempt { number } participant { key }"""
RECORD = f"""mutation($i: RecordQuestionnaireResultInput!) {{ recordQuestionnaireResult(input: $i) {{ __typename
  ... on QuestionnaireResult {{ {ALL} }} ... on Problem {{ kind code fields {{ path }} }} }} }}"""
PUBLISH = """mutation($i: PublishQuestionnaireResultInput!) { publishQuestionnaireResult(input: $i) { __typename
  ... on QuestionnaireResult { publishedAt } ... on Problem { kind code } } }"""
IMPORT = """mutation($i: ImportQuestionnaireResultsInput!) { importQuestionnaireResults(input: $i) { __typename
  ... on ImportedQuestionnaireResults { rows recorded faultCount faults { row column message } }
  ... on Problem { kind code fields { path } } } }"""
SHOWN = f"query($k: ID!) {{ participant(key: $k) {{ attempts {{ number result {{ {ALL} }} }} }} }}"
SAID: dict[str, Any] = {
    "status": "Result Published",
    "evaluation": "LR",
    "ratings": [{"sequence": "Q1", "riskLevel": "HR", "text": "Fraud", "note": " hesitates "}, {"sequence": "Q2"}],
    "admission": True,
    "summary": "AR",
    "summaryColor": "#28A745",
    "clear": False,
    "notes": "Tense.",
    "score": 72.5,
}


async def told(world: World) -> list[tuple[str, str, dict[str, Any]]]:
    happened = await events.after(world.database.read(), world.account_id, 0)
    return [(row.type, row.subject, row.facts) for row in happened if row.type.startswith("questionnaire_result.")]


class TestRecording:
    async def test_gives_values_back_as_they_were_given(self, http: Http) -> None:
        """I-QST-5: AR with the colour of G, LR that is not clear."""
        of = await questionnaire(http.world)
        key = await participant(http.world, of)
        recorded = (await http.graph(RECORD, i={"participant": key, **SAID}))["recordQuestionnaireResult"]
        wanted = SAID | {
            "counterMeasure": False,
            "notComplete": False,
            "ratings": [SAID["ratings"][0], {"sequence": "Q2", "riskLevel": "", "text": None, "note": None}],
        }
        assert {name: recorded[name] for name in wanted} == wanted
        assert (recorded["attempt"], recorded["participant"], recorded["publishedAt"]) == ({"number": 1}, {"key": key}, None)
        shown = (await http.graph(SHOWN, k=key))["participant"]["attempts"]
        assert shown == [{"number": 1, "result": {name: value for name, value in recorded.items() if name != "__typename"}}]
        assert await told(http.world) == [
            ("questionnaire_result.recorded", key, {"questionnaire": of, "attempt": 1, "scored": True, "flow": False})
        ]

    async def test_replaces_what_was_there_and_tells_only_changes(self, http: Http) -> None:
        world = http.world
        of = await questionnaire(world)
        key = await participant(world, of)
        attempt = await found(world, key, score=10.0)
        await published(world, key)
        first = await result(world, attempt)
        world.advance(hours=1)
        await found(world, key, score=10.0)
        assert await result(world, attempt) == first
        await http.graph(RECORD, i={"attempt": attempt, "status": "under_review"})
        row = await result(world, attempt)
        assert (row.status, row.evaluation, row.ratings, row.rating_notes, row.score) == ("under_review", None, [], None, None)
        assert (row.recorded_at, row.published_at) == (first.recorded_at, first.published_at)
        assert row.updated_at == world.clock.now()
        assert [(name, facts.get("scored")) for name, _key, facts in await told(world)] == [
            ("questionnaire_result.recorded", True),
            ("questionnaire_result.published", None),
            ("questionnaire_result.recorded", False),
        ]

    async def test_is_of_the_latest_attempt_unless_another_is_named(self, http: Http) -> None:
        world = http.world
        of = await questionnaire(world)
        key = await participant(world, of)
        await again(world, key, of)
        first, second = await attempts(world, key)
        await http.graph(RECORD, i={"participant": key, "status": "a"})
        await http.graph(RECORD, i={"attempt": first.key, "status": "b"})
        assert ((await result(world, second.key)).status, (await result(world, first.key)).status) == ("a", "b")
        assert (await http.graph(PUBLISH, i={"attempt": first.key}))["publishQuestionnaireResult"]["publishedAt"] is not None
        assert (await told(world))[-1][2] == {"questionnaire": of, "attempt": 1}

    async def test_refuses_with_nothing_written(self, http: Http) -> None:
        world = http.world
        of = await questionnaire(world)
        key = await participant(world, of)
        _foreign, other = await world.other_account()
        before = await world.rows()
        cases: list[tuple[dict[str, Any], str]] = [
            ({"participant": key, "status": ""}, "BAD_REQUEST"),
            ({"participant": key, "status": "ok", "score": 101}, "BAD_REQUEST"),
            ({"participant": key, "status": "ok", "summaryColor": "green"}, "BAD_REQUEST"),
            ({"status": "ok"}, "BAD_REQUEST"),
            ({"participant": of, "status": "ok"}, "PARTICIPANT_NOT_FOUND"),
            ({"attempt": "qat_x", "status": "ok"}, "ATTEMPT_NOT_FOUND"),
        ]
        for given, code in cases:
            assert (await http.graph(RECORD, i=given))["recordQuestionnaireResult"]["code"] == code
        stranger = await http.graph(RECORD, key=other.secret, i={"participant": key, "status": "ok"})
        assert stranger["recordQuestionnaireResult"]["code"] == "PARTICIPANT_NOT_FOUND"
        assert (await http.graph(PUBLISH, i={"participant": key}))["publishQuestionnaireResult"]["code"] == "NO_QUESTIONNAIRE_RESULT"
        lacking = await narrow_key(world, *EVERYTHING - {Permission.QUESTIONNAIRE_RESULTS_WRITE})
        [error] = await http.graph_errors(RECORD, key=lacking, i={"participant": key, "status": "ok"})
        assert error["extensions"]["code"] == "FORBIDDEN"
        assert await world.rows() | {"api_key": 0, "event": 0} == before | {"api_key": 0, "event": 0}

    async def test_at_once_leaves_one_result(self, world: World) -> None:
        """Q-7: several assessors, an erasure and a retake at the same time wait for each other, and nothing of notes is left."""
        of = await questionnaire(world)
        key = await participant(world, of, email="erika@example.com")

        async def note(number: int) -> None:
            with_notes = FOUND | {"notes": f"note {number}"}
            async with world.work() as uow:
                await results.record(uow, with_notes, participant=key)

        async def erase() -> None:
            async with world.work() as uow:
                mine = select(Participant.candidate_key).where(Participant.account_id == world.account_id, Participant.key == key)
                await privacy.erase(uow, str((await uow.session.execute(mine)).scalar_one()))

        ended = await asyncio.gather(*(note(n) for n in range(3)), erase(), *(note(n) for n in range(3, 6)), return_exceptions=True)
        assert {type(one) for one in ended if one is not None} <= {ParticipantNotFound}
        assert await world.count(QuestionnaireResult) <= 1
        [attempt] = await attempts(world, key)
        if (row := await result(world, attempt.key)) is not None:
            assert (row.notes, row.rating_notes, row.evaluation) == (None, None, "LR")

    async def test_keeps_a_participant_from_being_deleted(self, world: World) -> None:
        of = await questionnaire(world)
        key = await participant(world, of)

        async def remove() -> None:
            async with world.work() as uow:
                await participants.remove(uow, key)

        ended = await asyncio.gather(found(world, key), remove(), return_exceptions=True)
        assert sum(isinstance(one, Exception) for one in ended) == 1


class TestImporting:
    async def test_records_all_or_none(self, http: Http) -> None:
        world = http.world
        of = await questionnaire(world)
        keys = [await participant(world, of, f"IRN-{n}") for n in range(3)]
        await again(world, keys[2], of, "IRN-2")
        good = "interview_reference;status;score;attempt;rating:Q1\nIRN-0;Result Published;50,5;;HR\nIRN-2;under_review;;1;\n"
        bad = good + "IRN-9;ok;;;\nIRN-1;ok;;7;\nIRN-2;ok;;1;\n"
        before = await world.rows()
        refused = (await http.graph(IMPORT, i={"questionnaire": of, "csv": bad}))["importQuestionnaireResults"]
        assert (refused["rows"], refused["recorded"], refused["faultCount"]) == (5, 0, 3)
        assert [(fault["row"], fault["column"]) for fault in refused["faults"]] == [
            (4, "interview_reference"),
            (5, "attempt"),
            (6, "interview_reference"),
        ]
        tried = (await http.graph(IMPORT, i={"questionnaire": of, "csv": good, "dryRun": True}))["importQuestionnaireResults"]
        assert (tried["rows"], tried["recorded"], tried["faultCount"]) == (2, 0, 0)
        nothing = (await http.graph(IMPORT, i={"questionnaire": of, "csv": "a,b"}))["importQuestionnaireResults"]
        assert nothing["fields"] == [{"path": ["csv"]}]
        assert await world.rows() == before
        done = (await http.graph(IMPORT, i={"questionnaire": of, "csv": good}))["importQuestionnaireResults"]
        assert (done["rows"], done["recorded"], done["faultCount"]) == (2, 2, 0)
        first, (old, new) = (await attempts(world, keys[0]))[0], await attempts(world, keys[2])
        row = await result(world, first.key)
        assert (row.score, row.ratings) == (50.5, [{"sequence": "Q1", "risk_level": "HR", "text": None}])
        assert ((await result(world, old.key)).status, await result(world, new.key)) == ("under_review", None)
        assert (await http.graph(IMPORT, i={"questionnaire": of, "csv": good}))["importQuestionnaireResults"]["recorded"] == 0

    async def test_is_of_one_questionnaire_of_the_account(self, http: Http) -> None:
        world = http.world
        of, other = await questionnaire(world), await questionnaire(world, "Other")
        await participant(world, other)
        csv = "interview_reference,status\nIRN-1,ok\n"
        answered = (await http.graph(IMPORT, i={"questionnaire": of, "csv": csv}))["importQuestionnaireResults"]
        assert answered["faults"][0]["column"] == "interview_reference"
        _actor, key = await world.other_account()
        answered = (await http.graph(IMPORT, key=key.secret, i={"questionnaire": other, "csv": csv}))["importQuestionnaireResults"]
        assert answered["code"] == "QUESTIONNAIRE_NOT_FOUND"


async def test_calibration_counts_each_person_once(http: Http) -> None:
    world = http.world
    of = await questionnaire(world)
    cases = [("LR", "hired"), ("LR", "left"), ("HR", "hired"), ("HR", "left"), ("G", "hired"), (None, "hired"), ("LR", None), ("", "hired")]
    for number, (evaluation, outcome) in enumerate(cases):
        key = await participant(world, of, f"IRN-{number}")
        await found(world, key, evaluation=evaluation)
        if outcome:
            async with world.work() as uow:
                await participants.set_outcome(uow, key, outcome=outcome)
    await participant(world, of, "IRN-none")
    key = await participant(world, of, "IRN-again")
    await found(world, key, evaluation="HR")
    async with world.work() as uow:
        await participants.set_outcome(uow, key, outcome="hired")
    await again(world, key, of, "IRN-again")
    await found(world, key, evaluation="LR")
    await again(world, key, of, "IRN-again")
    query = """query($k: ID!, $f: DateTime) { questionnaire(key: $k) { calibration(positiveEvaluations: ["LR", "G"],
      positiveOutcomes: ["hired"], createdFrom: $f) { cells { evaluation outcome count } cellCount compared truePositives falsePositives
      falseNegatives trueNegatives precision { numerator denominator value } recall { numerator denominator }
      withoutResult withoutEvaluation withoutOutcome } } }"""
    shown = (await http.graph(query, k=of))["questionnaire"]["calibration"]
    assert shown["cells"][0] == {"evaluation": "LR", "outcome": "hired", "count": 2}
    assert (shown["cellCount"], shown["compared"]) == (6, 7)
    assert [shown[f"{name}s"] for name in ("truePositive", "falsePositive", "falseNegative", "trueNegative")] == [3, 1, 2, 1]
    assert shown["precision"] == {"numerator": 3, "denominator": 4, "value": 0.75}
    assert shown["recall"] == {"numerator": 3, "denominator": 5}
    assert [shown[f"without{name}"] for name in ("Result", "Evaluation", "Outcome")] == [1, 1, 1]
    later = (await http.graph(query, k=of, f="2030-01-01T00:00:00Z"))["questionnaire"]["calibration"]
    assert (later["compared"], later["precision"], later["cells"]) == (0, None, [])


SET = """mutation($i: SetResultWebhookInput!) { setResultWebhook(input: $i) { __typename ... on ResultWebhook { secret
  webhook { url format active retries signed credential headerName tokenUrl audience clientId questionnaire { key } } }
  ... on Problem { kind code fields { path } } } }"""


async def test_the_webhook_of_a_questionnaire_in_the_graph(http: Http, receiver: Receiver) -> None:
    """R-QST-22, R-QST-23: set, shown without its secret, sent again, deleted; its log is as that of others."""
    world = http.world
    of = await questionnaire(world)
    key = await participant(world, of)
    await found(world, key)
    asked = {"questionnaire": of, "url": receiver.url, "header": {"name": "X-Key", "value": "geheim-42"}}
    made = (await http.graph(SET, i=asked))["setResultWebhook"]
    assert made["secret"] is None
    assert made["webhook"] == {
        "url": receiver.url,
        "format": "QUESTIONNAIRES",
        "active": True,
        "retries": False,
        "signed": False,
        "credential": "HEADER",
        "headerName": "X-Key",
        "tokenUrl": None,
        "audience": None,
        "clientId": None,
        "questionnaire": {"key": of},
    }
    receiver.otherwise = 500
    await http.graph(PUBLISH, i={"participant": key})
    await world.run_jobs()
    log = """query($k: ID!) { questionnaire(key: $k) { resultWebhook { key deliveries(first: 5) { nodes { status subject name body
      attempts(first: 2) { nodes { statusCode } } } } } } webhooks { key } }"""
    shown = await http.graph(log, k=of)
    [delivery] = shown["questionnaire"]["resultWebhook"]["deliveries"]["nodes"]
    assert (delivery["status"], delivery["subject"], delivery["name"]) == ("FAILED", key, "questionnaire_result.published")
    assert delivery["attempts"]["nodes"] == [{"statusCode": 500}]
    assert '"callback_type":"Result Update"' in delivery["body"]
    assert "geheim-42" not in str(shown)
    assert shown["webhooks"] == []
    less = await narrow_key(world, *EVERYTHING - {Permission.QUESTIONNAIRE_RESULTS_READ})
    assert (await http.graph_errors(log, key=less, k=of))[0]["extensions"]["code"] == "FORBIDDEN"
    resend = """mutation($q: ID!) { resendFailedResults(input: {questionnaire: $q}) { ... on ResentResults { count webhook { url } }
      ... on Problem { code } } }"""
    assert (await http.graph(resend, q=of))["resendFailedResults"] == {"count": 1, "webhook": {"url": receiver.url}}
    receiver.otherwise = 200
    await world.run_jobs()
    assert [message.headers["X-Key"] for message in receiver.messages] == ["geheim-42"] * 2
    delete = "mutation($q: ID!) { deleteResultWebhook(input: {questionnaire: $q}) { __typename ... on Problem { code } } }"
    assert (await http.graph(delete, q=of))["deleteResultWebhook"] == {"__typename": "DeletedWebhook"}
    assert (await http.graph(delete, q=of))["deleteResultWebhook"]["code"] == "NOT_FOUND"
    refused = 'mutation { createWebhook(input: {url: "https://example.com/", format: QUESTIONNAIRES}) { ... on Problem { code } } }'
    assert (await http.graph(refused))["createWebhook"] == {"code": "BAD_REQUEST"}
