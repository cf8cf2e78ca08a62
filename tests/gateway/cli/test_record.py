"""record: what an operator hands to whoever looks after data protection (Art. 30)."""

import json

import pytest

from tests.gateway.cli.conftest import Cli
from tests.support.world import World

ON_ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@ON_ONE_DATABASE
async def test_record_prints_what_is_processed_and_what_is_to_be_filled_in(cli: Cli, world: World) -> None:
    said = (await cli("record", "--account", "owner@example.com", "--language", "de")).answer
    assert said.startswith("# Verzeichnis von Verarbeitungstätigkeiten")
    assert "- Datenschutzbeauftragter: [vom Verantwortlichen einzutragen]" in said
    data = json.loads((await cli("record", "--account", f"cus_{world.account_id}", "--json")).answer)
    assert {"candidate", "invite", "entry", "account", "var/mail/*.eml"} <= {entry["place"] for entry in data["processing"]}


@ON_ONE_DATABASE
async def test_record_of_nobody_says_so(cli: Cli, world: World) -> None:
    assert (await cli("record")).refusal.startswith("There is no account")
