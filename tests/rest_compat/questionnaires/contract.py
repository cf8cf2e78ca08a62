"""The facts and examples of the contract, as the tests of this API hold the product to them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CONTRACT: dict[str, Any] = json.loads((Path(__file__).parents[2] / "contracts" / "questionnaire_v1.json").read_text())
PARTICIPANT = "/participant"
OUTCOME = "/participant/{participant_id}"
KEYS = "/tenants/{tenant_id}/questionnaires/{questionnaire_id}/apikeys"
KEY = f"{KEYS}/{{key_id}}"


def examples(method: str, path: str, status: int) -> Mapping[str, Any]:
    """The answers that the contract shows of an operation, by their names."""
    content = CONTRACT["paths"][path][method]["responses"][str(status)].get("content", {})
    found: Mapping[str, Any] = content.get("application/json", {}).get("examples", {})
    return found


def sent(method: str, path: str) -> Mapping[str, Any]:
    """The bodies that the contract shows of an operation, by their names."""
    found: Mapping[str, Any] = CONTRACT["paths"][path][method]["requestBody"]["content"]["application/json"]["examples"]
    return found


def refusals() -> dict[tuple[str, str, int, str], Any]:
    """Every refusal that the contract shows: by method, path, status and name."""
    return {
        (method, path, int(status), name): answer
        for path, operations in CONTRACT["paths"].items()
        for method, operation in operations.items()
        for status in operation["responses"]
        if int(status) >= 400
        for name, answer in examples(method, path, int(status)).items()
    }


def told() -> Mapping[str, Any]:
    """The messages to webhooks that the contract shows, by their names."""
    body = CONTRACT["webhooks"]["result_update"]["post"]["requestBody"]["content"]["application/json"]
    return {**body["examples"], "of the schema": CONTRACT["components"]["schemas"]["ResultWebhookRequest"]["example"]}
