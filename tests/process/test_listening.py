"""centil listen as a process of its own: it goes on when the server was killed, and ends when it is told to (Q-25)."""

import asyncio
import signal
from typing import Any

import orjson
import pytest

from tests.process.installation import Installation, ended
from tests.support.served import PATIENCE


async def told(process: asyncio.subprocess.Process, count: int) -> list[dict[str, Any]]:
    assert process.stdout is not None
    return [orjson.loads(await asyncio.wait_for(process.stdout.readline(), PATIENCE)) for _ in range(count)]


async def test_goes_on_after_a_kill_without_gap_or_repeat_and_ends_with_ctrl_c(installation: Installation) -> None:
    server = await installation.serve(WORKER="false")
    key, types = installation.world.key.secret, "--types invite.sent --types candidate.added --json --after 0"
    listener = await installation.run(f"listen --url {server.base} --key {key} {types}")
    try:
        keys = [await server.send("a@example.com"), await server.send("b@example.com")]
        before = await told(listener, 4)
        await ended(server.process, signal.SIGKILL)
        keys.append(await installation.world.invite("c@example.com"))
        await installation.again(server)
        keys.append(await server.send("d@example.com"))
        found = before + await told(listener, 4)
        assert [one["subject"] for one in found if one["name"] == "invite.sent"] == keys
        numbers = [one["sequence"] for one in found]
        assert numbers == sorted(set(numbers))
        assert await ended(listener, signal.SIGINT) == 0
        assert listener.stderr is not None
        said = (await listener.stderr.read()).decode()
        assert said.count("Trying again.") >= 1
        assert "Connected again." in said
        assert said.rstrip().endswith(f"Told 8; the last was number {numbers[-1]}.")
        assert "Traceback" not in said
    finally:
        if listener.returncode is None:
            listener.kill()
            await listener.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_ends_also_while_it_waits_for_a_server(installation: Installation, number: int) -> None:
    listener = await installation.run("listen --url http://127.0.0.1:9 --key pk_live_x")
    assert listener.stderr is not None
    lines = [(await asyncio.wait_for(listener.stderr.readline(), PATIENCE)).decode() for _ in range(2)]
    assert lines[0].startswith("Listening to http://127.0.0.1:9.")
    assert "Trying again." in lines[1]
    assert await ended(listener, number) == 0
