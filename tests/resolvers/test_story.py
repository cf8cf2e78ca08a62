"""The main job through the graph: invite, begin, answer, complete, read the result."""

from tests.support.http import Http
from tests.support.world import some_answers

SEND = """mutation($email: String!) { sendInvite(input: {email: $email, name: "Anna Berg"}) {
  ... on Invite { key status link } ... on Problem { code message } } }"""
SAVE = """mutation($attempt: ID!, $answers: [AnswerInput!]!) {
  saveAnswers(input: {attempt: $attempt, answers: $answers}) { ... on Attempt { progressPercent } } }"""


class TestStory:
    async def test_from_invite_to_result(self, http: Http) -> None:
        sent = (await http.graph(SEND, email="anna@example.com"))["sendInvite"]
        assert sent["status"] == "PENDING"
        begun = await http.graph("mutation($k: ID!) { startAttempt(input: {invite: $k}) { ... on Attempt { key status } } }", k=sent["key"])
        key = str(begun["startAttempt"]["key"])
        answers = [{"item": item, "value": value} for item, value in some_answers(1).items()]
        assert (await http.graph(SAVE, attempt=key, answers=answers))["saveAnswers"] == {"progressPercent": 100.0}
        done = await http.graph(
            "mutation($k: ID!) { completeAttempt(input: {attempt: $k}) { ... on Attempt { status result { scales { cValue } } } } }", k=key
        )
        assert done["completeAttempt"]["status"] == "COMPLETED"
        assert len(done["completeAttempt"]["result"]["scales"]) == 23
        assert (await http.graph("{ balance { available used } }"))["balance"] == {"available": 99, "used": 1}
