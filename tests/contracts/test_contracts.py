"""Each API as we document it is its contract, to the letter, and all of it."""

import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from gateway import apis
from tests.contracts.comparison import differences, tables
from tests.contracts.held import CONTRACTS, Contract

every_contract = pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.api)


def test_every_api_has_a_contract() -> None:
    assert {contract.api for contract in CONTRACTS} == apis.DIALECTS.keys()


@every_contract
class TestContract:
    def test_has_so_many_operations(self, contract: Contract) -> None:
        assert len(tables(contract.asked)) == contract.operations

    def test_is_served_whole_and_nothing_else(self, contract: Contract) -> None:
        served = {contract.path(name) for name in contract.tables}
        assert served == {contract.path(name) for name in tables(contract.asked)}

    def test_is_kept_to_the_letter(self, contract: Contract) -> None:
        assert differences(contract.asked, contract.ours, contract.added) == []

    def test_needs_every_addition_still(self, contract: Contract) -> None:
        assert [one for one in contract.added if not differences(contract.asked, contract.ours, contract.added - {one})] == []


@every_contract
class TestDocument:
    def test_is_valid_openapi(self, contract: Contract) -> None:
        assert [str(fault) for fault in OPENAPI_31_VALIDATOR.iter_errors(contract.ours)] == []

    def test_names_schemas_without_module_paths(self, contract: Contract) -> None:
        """They become the class names of generated clients."""
        assert [name for name in contract.ours["components"]["schemas"] if not name.isalpha()] == []

    def test_says_of_every_operation_what_can_be_refused(self, contract: Contract) -> None:
        """I-ESC-10, I-QST-4."""
        for name in contract.tables:
            method, path = contract.path(name)
            operation = contract.ours["paths"][path][method]
            statuses = set(operation["responses"])
            assert contract.everywhere <= statuses, name
            assert ("security" in operation) == ({"401", "403"} <= statuses), name
            asks = bool([one for one in operation["parameters"] if one["in"] != "path"] or "requestBody" in operation)
            assert "400" in statuses or not asks, name
            assert [sample["lang"] for sample in operation["x-codeSamples"]] == ["Shell", "GraphQL"], name
