"""schema and openapi: what the product says about itself needs no database, no server and no folder."""

import json
from pathlib import Path

import pytest

import gateway
from gateway import apis
from tests.gateway.cli.conftest import Cli


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Cli:
    """The command line where there is nothing at all."""
    return Cli(monkeypatch, capsys, VAR=str(tmp_path / "nothing"), BASE_URL="https://centil.example.com/")


@pytest.fixture(autouse=True)
def nothing_is_made(tmp_path: Path) -> object:
    yield
    assert list(tmp_path.iterdir()) == []


async def test_schema_prints_the_file_that_is_committed(cli: Cli) -> None:
    committed = Path(gateway.__file__).parent.parent / "schema.graphql"
    assert (await cli("schema")).out == committed.read_text()


async def test_openapi_prints_the_document_with_the_address_of_this_installation(cli: Cli) -> None:
    document = json.loads((await cli("openapi", "esc")).answer)
    assert document == apis.openapi(apis.DIALECTS["esc"], "https://centil.example.com")
    assert document["servers"][0]["url"] == "https://centil.example.com/api/v1"


async def test_openapi_of_an_unknown_api_says_which_there_are(cli: Cli) -> None:
    assert (await cli("openapi", "flo")).refusal == "There is no API 'flo'. There are: esc, flows, questionnaires."


async def test_help_names_every_command(cli: Cli) -> None:
    said = (await cli("--help")).answer
    commands = [line.split()[0] for line in said.partition("Commands:\n")[2].splitlines() if line[2:3].strip()]
    assert commands == [
        "serve", "worker", "migrate", "demo", "listen", "trigger", "schema", "openapi", "record", "events", "backup", "restore", "doctor",
        "stripe-fake", "keys", "credits", "norms", "trials", "simulate",
    ]  # fmt: skip
    assert (await cli()).code == 2
    for command in commands:
        assert (await cli(command, "--help")).answer.startswith("Usage: ")
