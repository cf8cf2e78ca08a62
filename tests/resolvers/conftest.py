"""Every query of these tests is also run by the reference executor, and has to give the same."""

import pytest

from tests.support import both_ways


@pytest.fixture(autouse=True)
def both(monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config) -> None:
    both_ways.check_all(monkeypatch, everywhere=pytestconfig.getoption("--long"))
