"""Where test payments may be: beside a server for this machine that was prepared and has no key of Stripe's."""

import re
import signal
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import stripe

from gateway.settings import Settings
from gateway.stripe_fake import beside
from gateway.stripe_fake.listening import listen
from tests.gateway.stripe_fake.conftest import SESSION
from tests.support.served import Served, serving

ADDRESS = re.compile(r"Payments +test payments at (http://127\.0\.0\.1:[0-9]+)/_fake/ ")
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@asynccontextmanager
async def client_of(address: str) -> AsyncIterator[stripe.StripeClient]:
    http = stripe.AIOHTTPClient()
    yield stripe.StripeClient(beside.KEY, base_addresses={"api": address}, http_client=http, max_network_retries=0)
    await http.close_async()  # type: ignore[no-untyped-call]


def kept(folder: Path) -> list[Path]:
    """What test payments leave in a folder."""
    return list(folder.glob("stripe-fake*"))


class TestWanted:
    @pytest.mark.parametrize(
        ("told", "wanted"),
        [
            ({}, True),
            ({"host": "localhost"}, True),
            ({"host": "::1"}, True),
            ({"host": "127.0.0.2"}, True),
            ({"base_url": "http://localhost:9000"}, True),
            ({"host": "0.0.0.0"}, False),
            ({"host": "::"}, False),
            ({"host": "10.0.0.4"}, False),
            ({"host": "centil.example"}, False),
            ({"base_url": "https://centil.example"}, False),
            ({"stripe_key": "sk_test_ours"}, False),
            ({"stripe_key": "sk_live_ours"}, False),
        ],
    )
    def test_never_where_others_come_or_a_key_is_set(self, told: dict[str, Any], wanted: bool, tmp_path: Path) -> None:
        settings = Settings(var=tmp_path, **told)
        assert beside.wanted(settings) is wanted
        if not wanted:
            assert beside.prepared(settings) is None
            assert list(tmp_path.iterdir()) == []


class TestBeside:
    async def test_the_settings_lead_to_it_and_stay_the_same(self, tmp_path: Path) -> None:
        told = []
        for _ in range(2):
            made = beside.prepared(Settings(var=tmp_path))
            assert made is not None
            told.append((made.settings.stripe_key, made.settings.stripe_webhook_secret, made.settings.stripe_url))
            await made.start(("127.0.0.1", 1))
            async with client_of(made.address) as client:
                await client.v1.balance.retrieve_async()
            await made.stop()
        assert told[0] == told[1]
        assert told[0][0].startswith("sk_test_fake")
        assert re.fullmatch("whsec_[0-9a-f]{64}", told[0][1])
        assert stat.S_IMODE((tmp_path / beside.SECRET_FILE).stat().st_mode) == 0o600

    async def test_another_port_is_taken_when_the_last_is_not_free(self, tmp_path: Path) -> None:
        taken = listen(0)
        (tmp_path / beside.PORT_FILE).write_text(str(taken.getsockname()[1]))
        made = beside.Beside(Settings(var=tmp_path))
        assert made.address != f"http://127.0.0.1:{taken.getsockname()[1]}"
        await made.stop()
        taken.close()

    @pytest.mark.parametrize("said", ["", "eighty", "0", "70000", "-1"])
    async def test_a_port_that_is_none_is_not_believed(self, tmp_path: Path, said: str) -> None:
        (tmp_path / beside.PORT_FILE).write_text(said)
        made = beside.Beside(Settings(var=tmp_path))
        await made.stop()

    def test_listens_on_this_machine_only(self) -> None:
        with listen(0) as made:
            assert made.getsockname()[0] == "127.0.0.1"
            assert made.family is socket.AF_INET


class TestServe:
    """As `make serve` and an operator run it."""

    @ON_SQLITE
    async def test_prepared_it_pays_and_knows_what_was_ordered_after_a_restart(self, database_url: str, tmp_path: Path) -> None:
        served = Served(tmp_path, database_url)
        try:
            found = ADDRESS.search(await served.start("--prepare"))
            assert found
            params: Any = SESSION
            async with client_of(found[1]) as client:
                session = await client.v1.checkout.sessions.create_async(params)
            assert await served.stop() == 0
            again = ADDRESS.search(await served.start("--prepare"))
            assert again
            async with client_of(again[1]) as client:
                known = await client.v1.checkout.sessions.retrieve_async(session.id)
            assert known.status == "open"
            assert await served.stop(signal.SIGINT) == 0
        finally:
            await served.stop()
        assert "Traceback" not in served.log.read_text()

    @ON_SQLITE
    async def test_a_server_that_was_not_prepared_has_none(self, database_url: str, tmp_path: Path) -> None:
        served = Served(tmp_path, database_url)
        greeting = await served.start()
        assert await served.stop() == 0
        assert "test payments" not in greeting
        assert not kept(tmp_path)

    @ON_SQLITE
    async def test_nor_has_one_with_a_key(self, database_url: str, tmp_path: Path) -> None:
        settings = {"STRIPE_KEY": "sk_test_of_our_own", "STRIPE_URL": "http://127.0.0.1:1", "STRIPE_WEBHOOK_SECRET": "whsec_x"}
        async with serving(tmp_path, database_url, **settings):
            assert not kept(tmp_path)
