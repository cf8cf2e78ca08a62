"""What all tests share: both databases, an account on them, and the product over HTTP."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings as hypothesis_settings

from domain.kernel import statements
from tests.support import missing, tenancy
from tests.support.databases import Databases
from tests.support.http import Http
from tests.support.minute import Minute
from tests.support.receiver import Receiver
from tests.support.world import World

hypothesis_settings.register_profile("test", deadline=None, derandomize=True, max_examples=30, print_blob=True)
hypothesis_settings.register_profile("long", deadline=None, max_examples=1000, print_blob=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run what takes longer, too")


def pytest_configure(config: pytest.Config) -> None:
    hypothesis_settings.load_profile("long" if config.getoption("--long") else "test")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--long"):
        return
    left_out = [item for item in items if item.get_closest_marker("long")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if not item.get_closest_marker("long")]


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """The migrated templates that every test gets copies of."""
    made = Databases(tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[str]:
    """An empty, migrated database of each kind."""
    if request.param == "postgresql":
        missing.need_postgresql()
    with databases.copy(request.param, tmp_path) as url:
        yield url


@pytest.fixture(autouse=True)
def columns_are_chosen_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only when they are asked for often, so that each operation of a test shows whether it reads what it needs."""
    monkeypatch.setattr(statements, "OFTEN", 1)


@pytest.fixture(scope="session", autouse=True)
def every_statement_keeps_to_its_account() -> Iterator[None]:
    """Q-1: what commands run is held to the same rule as what is built at import."""
    sa.event.listen(sa.Engine, "before_execute", tenancy.check_statement)
    yield
    sa.event.remove(sa.Engine, "before_execute", tenancy.check_statement)


@pytest.fixture(autouse=True)
def minute(monkeypatch: pytest.MonkeyPatch) -> Minute:
    """The minute in which requests are counted; a test may move it."""
    return Minute(monkeypatch)


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """An open database with a live account that has credits, on a clock that stands still."""
    made = await World.open(database_url, tmp_path)
    yield made
    await made.close()


@pytest.fixture
async def http(world: World) -> AsyncIterator[Http]:
    """The product over HTTP, on the world's database, called with the account's key."""
    made = await Http.open(world)
    yield made
    await made.close()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A customer's server that is sent messages."""
    async with Receiver.open() as made:
        yield made
