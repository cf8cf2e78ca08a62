"""Load from wrk: some seconds of one operation against one server."""

import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from bench.servers import Server

OPERATIONS = {path.stem: path.read_text() for path in sorted((Path(__file__).parent / "operations").glob("*.graphql"))}
_SCRIPT = """
local bodies = { %s }
local number = 0
wrk.method = "POST"
%s
function request()
  number = number %% #bodies + 1
  return wrk.format(nil, nil, nil, bodies[number])
end
function done(summary, latency, requests)
  local failed = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
  io.write(string.format("FIGURES %%d %%d %%d %%d %%d\\n", summary.requests, summary.duration, failed,
    latency:percentile(50), latency:percentile(99)))
end
"""


@dataclass(frozen=True)
class Figures:
    """What one measurement gave."""

    per_second: float
    p50: float
    """Milliseconds."""
    p99: float
    cpu: float
    """Milliseconds of the server's CPU for a request."""


def measure(server: Server, operation: str, variables: Sequence[dict[str, Any]], *, connections: int, seconds: float) -> Figures:
    """Ask one operation as fast as the server answers.

    Raises RuntimeError when any answer failed.
    """
    bodies = ", ".join(_lua(orjson.dumps({"query": OPERATIONS[operation], "variables": given}).decode()) for given in variables)
    headers = "\n".join(f"wrk.headers[ {_lua(name)} ] = {_lua(value)}" for name, value in server._headers().items())
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_SCRIPT % (bodies, headers))
        script.flush()
        before = server.seconds()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "30s", "-s", script.name, server.url]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        used = server.seconds() - before
    found = re.search(r"FIGURES (\d+) (\d+) (\d+) (\d+) (\d+)", said)
    assert found, said
    requests, microseconds, failed, p50, p99 = map(int, found.groups())
    if failed or not requests:
        raise RuntimeError(f"{server.name} failed {failed} of {requests} requests of {operation}")
    return Figures(requests / microseconds * 1e6, p50 / 1000, p99 / 1000, used / requests * 1000)


def _lua(text: str) -> str:
    return "[==[" + text + "]==]"
