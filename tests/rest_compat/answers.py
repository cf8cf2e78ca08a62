"""Answers held to an OpenAPI document: what it does not document is a failure, down to the last property."""

import copy
import re
from collections.abc import Mapping
from typing import Any

import jsonschema_rs

from tests.support.http import Reply


class Answers:
    """The answers that a document allows."""

    def __init__(self, document: Mapping[str, Any], base: str) -> None:
        self._document = copy.deepcopy(document)
        _close(self._document)
        self._validators: dict[tuple[str, str, str], Any] = {}
        self._paths = {re.compile(re.sub(r"\{\w+\}", "[^/]+", base + path)): path for path in document["paths"]}

    def check(self, method: str, path: str, reply: Reply) -> None:
        """Fail unless a documented operation may answer that."""
        place = next((template for pattern, template in self._paths.items() if pattern.fullmatch(path)), None)
        operation = self._document["paths"][place].get(method.lower()) if place else None
        if operation is None or place is None:
            assert reply.status in (404, 405), f"{method} {path} is not documented and answers {reply.status}"
            return
        if reply.status == 304:  # only ever an answer to `If-None-Match`, which documents do not mention
            assert reply.body == b""
            assert reply.headers["ETag"]
            return
        documented = operation["responses"].get(str(reply.status))
        assert documented, f"{method} {place} answers {reply.status}, which is not documented: {reply.text}"
        if "content" not in documented:
            assert reply.body == b""
            return
        media = reply.headers["Content-Type"].partition(";")[0]
        if media in documented["content"].keys() - {"application/json"}:
            assert reply.headers["Content-Disposition"].startswith("attachment; ")
            return
        assert reply.headers["Content-Type"] == "application/json; charset=utf-8"
        faults = [
            f"{fault.instance_path}: {fault.message}" for fault in self._validator(place, method, reply.status).iter_errors(reply.json())
        ]
        assert faults == [], f"{method} {place} {reply.status}"

    def _validator(self, place: str, method: str, status: int) -> Any:
        key = place, method, str(status)
        if key not in self._validators:
            answer = self._document["paths"][place][method.lower()]["responses"][str(status)]
            schema = {**answer["content"]["application/json"]["schema"], "components": self._document["components"]}
            self._validators[key] = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        return self._validators[key]


def _close(node: Any) -> None:
    """Admit no property beside the documented ones."""
    if isinstance(node, dict):
        if "properties" in node and node.get("type") == "object":
            node.setdefault("additionalProperties", False)
        for part in node.values():
            _close(part)
    elif isinstance(node, list):
        for part in node:
            _close(part)
