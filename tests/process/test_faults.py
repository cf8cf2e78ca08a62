"""A start that cannot be is one clear sentence on standard error and exit code 1: nothing is greeted, nothing is left behind."""

import asyncio
import resource
import socket
import subprocess
import sys

import pytest

from tests.process.installation import Installation
from tests.support.served import CENTIL, PATIENCE

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HEAVY = ("aiohttp", "alembic", "asyncpg", "dbos", "graphql", "numpy", "pydantic", "rich", "sqlalchemy", "strawberry")


async def refusal(process: asyncio.subprocess.Process) -> str:
    """The one line that a command says before it ends."""
    out, error = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert (process.returncode, out) == (1, b""), error.decode()
    [line] = error.decode().splitlines()
    return line


async def test_what_a_server_needs_is_said_before_it_serves(installation: Installation) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        processes = [
            await installation.run("serve", PORT=str(port)),
            await installation.run("serve", MAIL_FROM="nobody"),
        ]
        said = await asyncio.gather(*map(refusal, processes))
    assert said[0] == f"Cannot listen at 127.0.0.1:{port}: address already in use. Set CENTIL_PORT or CENTIL_HOST."
    assert said[1].startswith("CENTIL_MAIL_FROM: ")


async def test_help_is_light(installation: Installation) -> None:
    """Q-24: half a second; here, five times that much time of the processor, and nothing heavy is imported for it."""

    def look() -> tuple[float, str]:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        said = subprocess.run([*CENTIL, "--help"], capture_output=True, text=True, check=True).stdout
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, said

    took, said = await asyncio.to_thread(look)
    assert "Commands:" in said
    assert took < 2.5
    listed = "import sys; import gateway.__main__; print(*{name.partition('.')[0] for name in sys.modules})"
    imported = await asyncio.to_thread(subprocess.check_output, [sys.executable, "-c", listed], text=True)
    assert set(HEAVY) & set(imported.split()) == set()
