"""The esc Profile API as integrators call it, every answer held to its own OpenAPI document on the way."""

from typing import Any

import pytest

from gateway import apis
from tests.rest_compat.answers import Answers
from tests.rest_compat.api import Api
from tests.support.http import Http

BASE = "/api/v1"
ON_ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what is answered before any database is asked."""
DOCUMENT = apis.openapi(apis.DIALECTS["esc"], "http://127.0.0.1:8000")


class Esc(Api):
    """A client of the API."""

    base = BASE

    async def data(self, method: str, path: str, **options: Any) -> Any:
        """What a success has under `data`."""
        body = await self.answer(method, path, **options)
        assert body["success"] is True
        return body["data"]

    async def refusal(self, method: str, path: str, **options: Any) -> tuple[int, str]:
        """Status and code of a refusal, which comes in the error envelope."""
        status, code, _ = await self.told(method, path, **options)
        return status, code

    async def told(self, method: str, path: str, **options: Any) -> tuple[int, str, str]:
        """Status, code and message of a refusal."""
        reply = await self.call(method, path, **options)
        body = reply.json()
        assert set(body) == {"success", "error"}
        assert body["success"] is False
        assert set(body["error"]) == {"message", "code"}
        assert body["error"]["message"]
        return reply.status, body["error"]["code"], body["error"]["message"]


@pytest.fixture(scope="session")
def answers() -> Answers:
    """What the document allows; its schemas are compiled once."""
    return Answers(DOCUMENT, BASE)


@pytest.fixture
def esc(http: Http, answers: Answers) -> Esc:
    """The API with the account's key."""
    return Esc(http, answers)
