"""The assessment flows API as integrators call it."""

import json
from pathlib import Path
from typing import Any

import pytest

import tests.contracts
from gateway import apis
from tests.rest_compat.answers import Answers
from tests.rest_compat.api import Api
from tests.support.http import Http

DIALECT = apis.DIALECTS["flows"]
ON_ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what is answered before any database is asked."""
DOCUMENT = apis.openapi(DIALECT, "http://127.0.0.1:8000")
CONTRACT = json.loads((Path(tests.contracts.__file__).parent / "assessment_flows_v1.json").read_text())
"""With its examples."""
INSTRUMENT = "escprofile"
SCREEN = {
    "flowName": "Support screen",
    "description": "Quiz, then a spoken interview",
    "steps": [
        {"assessmentId": INSTRUMENT, "passThreshold": 60, "name": "Product quiz"},
        {"assessmentId": INSTRUMENT, "passThreshold": 70, "type": "INTERVIEW", "instructions": "Find a quiet room"},
    ],
}


def shown(name: str, *way: str) -> Any:
    """An example of the contract, by its name and where it stands."""
    node = CONTRACT
    for step in way:
        node = node[step]
    return node["content"]["application/json"]["examples"][name]["value"]


class Flows(Api):
    """A client of the API."""

    base = DIALECT.base_path

    async def data(self, method: str, path: str = "", **options: Any) -> Any:
        """What a success has under `data`; paths begin below /assessment-flows."""
        body = await self.answer(method, f"/assessment-flows{path}", **options)
        assert set(body) == {"status", "data"}
        assert body["status"] == "success"
        return body["data"]

    async def refusal(self, method: str, path: str = "", **options: Any) -> tuple[int, Any]:
        """Status and error of a refusal."""
        reply = await self.call(method, f"/assessment-flows{path}", **options)
        body = reply.json()
        assert set(body) == {"error"}
        return reply.status, body["error"]

    async def faults(self, method: str, path: str = "", **options: Any) -> Any:
        """What is said of wrong fields."""
        status, error = await self.refusal(method, path, **options)
        assert (status, error["code"], error["type"], error["message"]) == (
            400,
            "INVALID_REQUEST",
            "validation_error",
            "One or more fields are invalid.",
        )
        return error["details"]

    async def screen(self, *, key: str = "", **changed: Any) -> int:
        """The number of a new flow of two steps."""
        made: int = (await self.data("POST", json={**SCREEN, **changed}, key=key))["id"]
        return made


@pytest.fixture(scope="session")
def answers() -> Answers:
    """What the document allows; its schemas are compiled once."""
    return Answers(DOCUMENT, DIALECT.base_path)


@pytest.fixture
def flows(http: Http, answers: Answers) -> Flows:
    """The API with the account's key."""
    return Flows(http, answers)
