"""The questionnaire API as integrators call it, every answer held to its own OpenAPI document on the way."""

from collections.abc import Iterable
from typing import Any

import pytest

from domain.access.uuids import account_uuid
from gateway import apis
from tests.rest_compat.answers import Answers
from tests.rest_compat.questionnaires.contract import KEYS, sent
from tests.support.http import Http, Reply

BASE = "/questionnaire/v1"
ON_ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what is answered before any database is asked."""
DOCUMENT = apis.openapi(apis.DIALECTS["questionnaires"], "http://127.0.0.1:8000")
EVERY_SCOPE = sent("post", KEYS)["fullAccess"]["permissions"]
PERMISSIONS = dict(
    zip(
        EVERY_SCOPE,
        ("PARTICIPANTS_READ", "PARTICIPANTS_WRITE", "PARTICIPANTS_DELETE", "QUESTIONNAIRE_KEYS_WRITE", "QUESTIONNAIRE_KEYS_DELETE"),
        strict=True,
    )
)


class Api:
    """A client of the API, and of the web application beside it, where the first key comes from (R-QST-20)."""

    def __init__(self, http: Http, answers: Answers) -> None:
        self.http = http
        self.tenant = str(account_uuid(http.world.account_id))
        self._answers = answers

    async def call(self, method: str, path: str, *, key: str | None, **options: Any) -> Reply:
        """Call an operation with a key as it is."""
        headers = {**({"Authorization": key} if key is not None else {}), **options.pop("headers", {})}
        reply = await self.http.request(method, BASE + path, key=None, headers=headers, **options)
        self._answers.check(method, BASE + path, reply)
        return reply

    async def answer(self, method: str, path: str, *, key: str, status: int = 200, **options: Any) -> Any:
        """The body of a success."""
        reply = await self.call(method, path, key=key, **options)
        assert reply.status == status, reply.text
        assert reply.headers["Content-Type"] == "application/json; charset=utf-8"
        return reply.json()

    async def refusal(self, method: str, path: str, *, key: str | None, **options: Any) -> tuple[int, str]:
        """Status and text of a refusal, which comes in the envelope of its surface."""
        reply = await self.call(method, path, key=key, **options)
        body = reply.json()
        assert reply.status >= 400, body
        if path.startswith("/tenants"):
            assert set(body) == {"error"}
            return reply.status, body["error"]
        assert set(body) == {"error", "status", "message", "timestamp"}
        assert body["status"] == reply.status
        return reply.status, body["message"]

    async def questionnaire(self, name: str = "Interview", *, key: str = "") -> str:
        """A new questionnaire of the account, or of that of another key."""
        text = "mutation Q($name: String!) { createQuestionnaire(input: {name: $name}) { ... on Questionnaire { key } } }"
        made = await self.http.graph(text, key=key, name=name)
        return str(made["createQuestionnaire"]["key"])

    async def key(self, questionnaire: str, scopes: Iterable[str] = EVERY_SCOPE, *, key: str = "") -> str:
        """A new key of a questionnaire, made in the web application."""
        text = """
            mutation K($questionnaire: ID!, $permissions: [Permission!]!) {
              createQuestionnaireKey(input: {questionnaire: $questionnaire, name: "First", permissions: $permissions}) {
                ... on QuestionnaireKeyCreated { secret }
                ... on Problem { code }
              }
            }
        """
        permissions = [PERMISSIONS[scope] for scope in scopes]
        made = await self.http.graph(text, key=key, questionnaire=questionnaire, permissions=permissions)
        return str(made["createQuestionnaireKey"]["secret"])

    async def participant(self, questionnaire: str, key: str, irn: str = "7858934895810", **details: Any) -> str:
        """Somebody new, by their UUID."""
        body = {"project_uuid": questionnaire, "interview_ref_num": irn, **details}
        return str((await self.answer("POST", "/participant", key=key, json=body))["participant_uuid"])

    def keys_of(self, questionnaire: str, *, tenant: str = "", key: str = "") -> str:
        """The address of the keys of a questionnaire, or of one of them."""
        return f"/tenants/{tenant or self.tenant}/questionnaires/{questionnaire}/apikeys" + (f"/{key}" if key else "")


@pytest.fixture(scope="session")
def answers() -> Answers:
    """What the document allows; its schemas are compiled once."""
    return Answers(DOCUMENT, BASE)


@pytest.fixture
def api(http: Http, answers: Answers) -> Api:
    """The API without a key of its own."""
    return Api(http, answers)
