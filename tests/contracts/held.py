"""The contracts that our documents are held to, one for each API."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from gateway import apis
from tests.contracts.comparison import Table, tables


@dataclass(frozen=True)
class Contract:
    """One documented API: what it asks for, and how we describe what we serve."""

    api: str
    file: str
    """The facts of the contract, without its prose."""
    operations: int
    added: frozenset[str] = frozenset({"header Idempotency-Key"})
    """What we document beyond the contract and mean to: everywhere the header of ours (Q-10)."""
    everywhere: frozenset[str] = frozenset({"429", "503"})
    """Statuses of refusals that every operation has."""

    @cached_property
    def asked(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((Path(__file__).parent / self.file).read_text())
        return found

    @cached_property
    def ours(self) -> dict[str, Any]:
        return apis.openapi(apis.DIALECTS[self.api], "https://api.example.com")

    @property
    def tables(self) -> dict[str, Table]:
        return tables(self.ours)

    def path(self, name: str) -> tuple[str, str]:
        """Method and path below the base of an operation that is named by its whole address."""
        method, _, path = name.partition(" ")
        return method.lower(), path.removeprefix(apis.DIALECTS[self.api].base_path)


ESC = Contract(
    "esc",
    "esc_profile_v1.json",
    43,
    frozenset({".data.dimensions{}.description", ".data.raw", ".data.match_details{}.tolerance", "header Idempotency-Key"}),
)
"""It asks for three properties without a place for them in its schemas (I-ESC-5, I-ESC-8, R-ESC-39)."""
FLOWS = Contract("flows", "assessment_flows_v1.json", 6)
QUESTIONNAIRES = Contract(
    "questionnaires",
    "questionnaire_v1.json",
    5,
    frozenset({"header Idempotency-Key", "500 application/json .error", "503 application/json .error"}),
    frozenset({"503"}),
)
"""It has no name for a failure of the server where an outcome is set, and knows no 429 (I-QST-4, I-QST-10)."""
CONTRACTS = (ESC, FLOWS, QUESTIONNAIRES)
