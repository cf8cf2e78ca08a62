"""The main job through the graph: invite, begin, answer, complete, read the result."""

from pathlib import Path

from domain.invites.expiry import expire
from tests.support import missing
from tests.support.databases import Databases
from tests.support.http import Http
from tests.support.world import World, some_answers

SEND = """mutation($email: String!) { sendInvite(input: {email: $email, name: "Anna Berg"}) {
  ... on Invite { key status link } ... on Problem { code message } } }"""
SAVE = """mutation($attempt: ID!, $answers: [AnswerInput!]!) {
  saveAnswers(input: {attempt: $attempt, answers: $answers}) { ... on Attempt { progressPercent } } }"""


REGISTER = """mutation { registerAccount(input: {email: "new@example.com", company: "New Ltd"}) {
  ... on Registration { secret } ... on Problem { code message } } }"""


class TestStory:
    async def test_from_invite_to_result(self, http: Http) -> None:
        await self.tell(http)

    async def test_is_the_same_with_all_reads_behind_row_level_security(self, databases: Databases, tmp_path: Path) -> None:
        """Q-1: `CENTIL_RLS=all`; registering, keys, mails and the sweep need reads before or beside an account, too."""
        missing.need_postgresql()
        with databases.copy("postgresql", tmp_path) as url:
            world = await World.open(url, tmp_path, rls="all")
            http = await Http.open(world)
            await self.tell(http)
            registered = (await http.graph(REGISTER, key=None))["registerAccount"]
            assert (await http.graph("{ account { email } }", key=registered["secret"]))["account"] == {"email": "new@example.com"}
            await world.invite("late@example.com", send_email=True)  # the story's own is completed by now, so nothing is mailed for it
            await world.run_jobs()
            assert {mail.to for mail in world.outbox.mails} == {"late@example.com"}
            world.advance(days=31)
            assert await expire.run(world.ports()) == 1
            await http.close()
            await world.close()

    async def tell(self, http: Http) -> None:
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
