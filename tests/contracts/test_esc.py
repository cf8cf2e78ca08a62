"""The esc Profile API as we document it is the contract, to the letter, and all of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from gateway import apis
from tests.contracts.comparison import differences, tables

CONTRACT: dict[str, Any] = json.loads((Path(__file__).parent / "esc_profile_v1.json").read_text())
"""The facts of the contract, without its prose."""
OURS = apis.openapi(apis.DIALECTS["esc"], "https://www.escprofile.com")
ADDED = frozenset({".data.dimensions{}.description", ".data.raw", ".data.match_details{}.tolerance", "header Idempotency-Key"})
"""What the contract asks for without a place for it in its schemas (I-ESC-5, I-ESC-8, R-ESC-39), and a header of ours (Q-10)."""


def names(document: dict[str, Any]) -> set[str]:
    return {name.replace("/api/v1", "", 1) for name in tables(document)}


class TestContract:
    def test_has_43_operations(self) -> None:
        assert len(names(CONTRACT)) == 43

    def test_is_served_whole_and_nothing_else(self) -> None:
        assert names(OURS) == names(CONTRACT)

    def test_is_kept_to_the_letter(self) -> None:
        assert differences(CONTRACT, OURS, ADDED) == []

    @pytest.mark.parametrize("addition", sorted(ADDED))
    def test_every_addition_is_still_needed(self, addition: str) -> None:
        assert differences(CONTRACT, OURS, ADDED - {addition}) != []


class TestDocument:
    def test_is_valid_openapi(self) -> None:
        assert [str(fault) for fault in OPENAPI_31_VALIDATOR.iter_errors(OURS)] == []

    def test_names_schemas_without_module_paths(self) -> None:
        """They become the class names of generated clients."""
        assert [name for name in OURS["components"]["schemas"] if not name.isalpha()] == []

    @pytest.mark.parametrize("name", sorted(tables(OURS)))
    def test_every_operation_says_what_can_be_refused(self, name: str) -> None:
        """I-ESC-10."""
        method, path = name.replace("/api/v1", "", 1).split(" ")
        operation = OURS["paths"][path][method.lower()]
        statuses = set(operation["responses"])
        assert {"429", "503"} <= statuses
        assert ("security" in operation) == ({"401", "403"} <= statuses)
        assert ("400" in statuses) == bool(operation["parameters"] or "requestBody" in operation)
        assert [sample["lang"] for sample in operation["x-codeSamples"]] == ["Shell", "GraphQL"]
