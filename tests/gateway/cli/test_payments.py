"""stripe-fake: test payments in a process of their own."""

import asyncio
import re
import signal
from pathlib import Path

import pytest
import stripe

from gateway.stripe_fake.listening import listen
from tests.gateway.cli.conftest import Cli
from tests.support.served import CENTIL, PATIENCE

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_says_what_to_set_and_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *CENTIL, "stripe-fake", "--port", "0", "--var", str(tmp_path), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        said = [(await process.stdout.readline()).decode() for _ in range(6)]
    told = dict(re.findall(r"(CENTIL_STRIPE_\w+) +(\S+)", "".join(said)))
    assert "nobody (give --webhook-url)" in said[-1]
    assert told["CENTIL_STRIPE_WEBHOOK_SECRET"] == f"whsec_{(tmp_path / 'stripe-fake-secret').read_text()}"
    http = stripe.AIOHTTPClient()
    client = stripe.StripeClient(told["CENTIL_STRIPE_KEY"], base_addresses={"api": told["CENTIL_STRIPE_URL"]}, http_client=http)
    assert (await client.v1.balance.retrieve_async()).livemode is False
    await http.close_async()  # type: ignore[no-untyped-call]
    process.send_signal(signal.SIGTERM)
    _out, complained = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert (process.returncode, complained) == (0, b"")


@ON_SQLITE
async def test_a_port_that_is_taken_is_said_in_a_sentence(cli: Cli) -> None:
    with listen(0) as taken:
        port = taken.getsockname()[1]
        said = (await cli("stripe-fake", "--port", str(port))).refusal
    assert said == f"Cannot listen at 127.0.0.1:{port}: Address already in use. Give another --port, or 0 for a free one."


@ON_SQLITE
@pytest.mark.parametrize("arguments", [("--port", "70000"), ("--copies", "0"), ("--webhook-url", "ftp://x")])
async def test_arguments_that_are_none_are_refused(cli: Cli, arguments: tuple[str, str]) -> None:
    said = await cli("stripe-fake", *arguments)
    assert said.code in (1, 2)
    assert "Traceback" not in said.error
    assert arguments[0] in said.error
