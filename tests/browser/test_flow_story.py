"""Two steps, a crowd of candidates: a flow as it happens to people, through a real server, worker, mail and browser."""

import asyncio
import email
import re
from collections.abc import AsyncIterator, Callable
from email import policy
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from playwright.async_api import Browser, expect

from tests.browser.people import EMAIL, ITEMS, NAME, Client, answer_to, tab_of, take_part
from tests.rest_compat.esc import hand
from tests.support.databases import Databases
from tests.support.receiver import Receiver
from tests.support.served import PATIENCE, Served, serving

WANTED = ("goal_orientation", "problem_solving", "detail")
"""What the job asks of; of these, Jürgen is ideal."""
PROBLEM = "... on Problem { code message }"
CREATE_PROFILE = f"mutation($i: CreateJobProfileInput!) {{ createJobProfile(input: $i) {{ ... on JobProfile {{ key }} {PROBLEM} }} }}"
CREATE_QUESTIONNAIRE = (
    f"mutation($i: CreateQuestionnaireInput!) {{ createQuestionnaire(input: $i) {{ ... on Questionnaire {{ key }} {PROBLEM} }} }}"
)
CREATE_FLOW = f"mutation($i: CreateFlowInput!) {{ createFlow(input: $i) {{ ... on Flow {{ key }} {PROBLEM} }} }}"
CREATE_WEBHOOK = f"mutation($i: CreateWebhookInput!) {{ createWebhook(input: $i) {{ __typename {PROBLEM} }} }}"
SET_RESULT_WEBHOOK = f"mutation($i: SetResultWebhookInput!) {{ setResultWebhook(input: $i) {{ __typename {PROBLEM} }} }}"
UPDATE_CANDIDATE = f"mutation($i: UpdateCandidateInput!) {{ updateCandidate(input: $i) {{ __typename {PROBLEM} }} }}"
BEGIN = f"""mutation($told: UpdateCandidateInput!, $begun: StartAttemptInput!) {{
  updateCandidate(input: $told) {{ __typename {PROBLEM} }} startAttempt(input: $begun) {{ ... on Attempt {{ key }} {PROBLEM} }} }}"""
FINISH = f"""mutation($answers: SaveAnswersInput!, $done: CompleteAttemptInput!) {{
  saveAnswers(input: $answers) {{ __typename {PROBLEM} }} completeAttempt(input: $done) {{ __typename {PROBLEM} }} }}"""
RECORD = f"mutation($i: RecordQuestionnaireResultInput!) {{ recordQuestionnaireResult(input: $i) {{ __typename {PROBLEM} }} }}"
PUBLISH = f"mutation($i: PublishQuestionnaireResultInput!) {{ publishQuestionnaireResult(input: $i) {{ __typename {PROBLEM} }} }}"
STANDING = """query($key: ID!) { flowAssignment(key: $key) { status position candidate { key }
  attempts { step { position } status score passed taking mailedAt } } }"""
COUNTED = "query($key: ID!) { flow(key: $key) { funnel { steps { passed failed } } } }"
SHOWN = """query($key: ID!) { flow(key: $key) {
  funnel { assigned completed failed onTheWay steps { reached started passed failed } }
  adverseImpact { steps { people selected byGender { gender suppressed people selected ratio belowFourFifths isHighest } } } }
  balance { used } }"""


@pytest.fixture(params=["sqlite", "postgresql"])
async def served(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> AsyncIterator[Served]:
    """A server on each database, which may tell receivers on this machine."""
    with databases.copy(request.param, tmp_path) as url:
        async with serving(tmp_path, url, PUBLIC_RATE_LIMIT="1000", WEBHOOK_LOOPBACK="true") as running:
            yield running


async def test_through_two_steps(served: Served, chromium: Browser, receiver: Receiver) -> None:
    """R-FLW-13, R-FLW-16, R-FLW-17, R-ESC-69, R-QST-21: one passes in the browser and is asked for more, others fail."""
    receiver.otherwise = 200
    async with ClientSession() as session:
        client = Client(session, served.base)
        body = {"email": "hr@example.com", "company": "Nordlicht GmbH", "country": "DE", "mode": "live"}
        client.key = (await client.data("POST", "/register", json=body))["api_key"]["key"]
        await served.command("credits", "grant", "20", "--account", "hr@example.com")
        questionnaire, flow = await prepared(client, receiver)

        assigned = await assign(client, flow, email=EMAIL, firstName="Jürgen", lastName="Groß")
        assert (assigned["status"], assigned["currentStep"], assigned["invite"]["sent"]) == ("NOT_STARTED", 1, True)
        given = await take_part(link_in(await served.mail("flow_step")), chromium, served.base)
        assert set(given) == set(ITEMS.values())

        begun = (await client.graph(STANDING, key=str(assigned["assignmentId"])))["flowAssignment"]
        await act(client, UPDATE_CANDIDATE, key=begun["candidate"]["key"], gender="MALE")
        second = await until(
            client, STANDING, assigned["assignmentId"], lambda one: one["position"] == 2 and one["attempts"][-1]["mailedAt"]
        )
        assert second["attempts"][0] | {"taking": "", "mailedAt": ""} == {
            "step": {"position": 1},
            "status": "COMPLETED",
            "score": 100.0,
            "passed": True,
            "taking": "",
            "mailedAt": "",
        }
        await the_second_mail_leads_to_the_guide(served, chromium)
        participant = second["attempts"][1]["taking"]
        judged = {"participant": participant, "status": "Result Published", "evaluation": "LR", "score": 80.0, "summary": "G"}
        await act(client, RECORD, **judged)
        await act(client, PUBLISH, participant=participant)
        await until(client, STANDING, assigned["assignmentId"], lambda one: one["status"] == "COMPLETED")

        await the_crowd_comes(client, flow)
        await what_is_shown_is_right(client, flow)
        await webhooks_arrived(receiver, questionnaire)


async def prepared(client: Client, receiver: Receiver) -> tuple[str, int]:
    """A questionnaire with an endpoint, a job that Jürgen is made for, a flow of both, and somebody who is told of it."""
    answers = {item: answer_to(item) for item in ITEMS.values()}
    scores = hand.scores(answers, list(WANTED))
    targets = [{"scale": scale, "ideal": scores[scale]["c_value"]} for scale in WANTED]
    profile = (await act(client, CREATE_PROFILE, name="Disposition", targets=targets))["key"]
    questionnaire = (await act(client, CREATE_QUESTIONNAIRE, name="Telefoninterview", durationMinutes=15))["key"]
    header = {"name": "X-Api-Key", "value": "what the customer gave"}
    await act(client, SET_RESULT_WEBHOOK, questionnaire=questionnaire, url=f"{receiver.url}/results", header=header)
    steps = [
        {"instrument": "escprofile", "passThreshold": 90, "name": "Profil", "jobProfile": profile},
        {"instrument": questionnaire, "passThreshold": 60, "name": "Interview"},
    ]
    flow = (await act(client, CREATE_FLOW, name="Disposition Nord", steps=steps))["key"]
    events = ["flow_assignment.completed", "flow_assignment.failed"]
    names = [name.replace(".", "_").upper() for name in events]
    await act(client, CREATE_WEBHOOK, url=f"{receiver.url}/flows", events=names)
    return questionnaire, flow


async def act(client: Client, mutation: str, **given: Any) -> Any:
    [answer] = (await client.graph(mutation, i=given)).values()
    assert "code" not in answer, answer
    return answer


async def assign(client: Client, flow: int, **person: str) -> Any:
    return (await client.call("POST", f"/v1/partner/assessment-flows/{flow}/assign", json=person))["data"]


async def until(client: Client, query: str, key: int, reached: Callable[[Any], Any]) -> Any:
    """What a query answers, once the worker came so far."""
    async with asyncio.timeout(PATIENCE):
        while True:
            [found] = (await client.graph(query, key=str(key))).values()
            if reached(found):
                return found
            await asyncio.sleep(0.5)  # another process does it, and a key has a hundred requests a minute


def link_in(mail: Path) -> str:
    """Where the mail of a step leads."""
    message = email.message_from_bytes(mail.read_bytes(), policy=policy.default)
    assert message["To"] == f"{NAME} <{EMAIL}>"
    body = message.get_body(("plain",))
    assert body is not None
    assert "Disposition Nord" in body.get_content()
    found = re.search(r"https?://\S+", body.get_content())
    assert found is not None
    return found.group()


async def the_second_mail_leads_to_the_guide(served: Served, chromium: Browser) -> None:
    mails = sorted(served.folder.glob("mail/*.eml"), key=lambda file: file.stat().st_mtime_ns)
    steps = [mail for mail in mails if "flow_step" in mail.name]
    assert len(steps) == 2, "one mail for each step"
    tab = await tab_of(chromium, served.base)
    await tab.page.goto(link_in(steps[-1]))
    await expect(tab.page.get_by_role("heading", level=1)).to_contain_text("Telefoninterview")
    assert tab.wrong == []


async def the_crowd_comes(client: Client, flow: int) -> None:
    """Ten more take the first step: of the men most pass, of the women nobody, for they answer the other way round."""
    people = [("male", number, number > 0) for number in range(5)] + [("female", number, False) for number in range(5)]
    for gender, number, passes in people:
        assigned = await assign(client, flow, email=f"{gender}{number}@example.com", firstName=gender, lastName=str(number))
        standing = (await client.graph(STANDING, key=str(assigned["assignmentId"])))["flowAssignment"]
        told = {"key": standing["candidate"]["key"], "gender": gender.upper()}
        begun = await client.graph(BEGIN, told=told, begun={"invite": standing["attempts"][0]["taking"]})
        attempt = begun["startAttempt"]["key"]
        answers = [{"item": item, "value": answer_to(item) if passes else 6 - answer_to(item)} for item in ITEMS.values()]
        done = await client.graph(FINISH, answers={"attempt": attempt, "answers": answers}, done={"attempt": attempt})
        assert done["completeAttempt"] == {"__typename": "Attempt"}
    await until(client, COUNTED, flow, lambda flow: flow["funnel"]["steps"][0] == {"passed": 5, "failed": 6})


async def what_is_shown_is_right(client: Client, flow: int) -> None:
    """The funnel, the selection rates by the four-fifths rule, and a credit for each profile questionnaire that was completed."""
    shown = await client.graph(SHOWN, key=str(flow))
    assert shown["balance"] == {"used": 11}
    assert shown["flow"]["funnel"] == {
        "assigned": 11,
        "completed": 1,
        "failed": 6,
        "onTheWay": 4,
        "steps": [
            {"reached": 11, "started": 11, "passed": 5, "failed": 6},
            {"reached": 5, "started": 1, "passed": 1, "failed": 0},
        ],
    }
    first = shown["flow"]["adverseImpact"]["steps"][0]
    rates = {group["gender"]: group for group in first["byGender"]}
    assert (first["people"], first["selected"]) == (11, 5)
    assert (rates["MALE"]["people"], rates["MALE"]["selected"], rates["MALE"]["isHighest"]) == (6, 5, True)
    assert (rates["FEMALE"]["people"], rates["FEMALE"]["selected"], rates["FEMALE"]["belowFourFifths"]) == (5, 0, True)


async def webhooks_arrived(receiver: Receiver, questionnaire: str) -> None:
    """The result as the contract says it with the customer's header, and what became of the seven who are through."""
    messages = await receiver.has(8)
    [result] = [message for message in messages if message.path == "/results"]
    assert result.headers["X-Api-Key"] == "what the customer gave"
    assert (result.body["project_uuid"], result.body["overall_evaluation"], result.body["summary"]) == (questionnaire, "LR", "G")
    told = [message.body["type"] for message in messages if message.path == "/flows"]
    assert sorted(told) == ["flow_assignment.completed", *["flow_assignment.failed"] * 6]
