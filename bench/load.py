"""Load from wrk: some seconds of one operation against one server."""

import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.servers import Server

_SCRIPT = """
local method, path = %s
local bodies = { %s }
local number = 0
%s
function request()
  number = number %% math.max(#bodies, 1) + 1
  return wrk.format(method, path, nil, bodies[number])
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


def measure(server: Server, query: str, variables: Sequence[dict[str, Any]], *, connections: int, seconds: int) -> Figures:
    """Ask one operation as fast as the server answers; one that answers nothing in that time gets longer.

    Raises RuntimeError when any answer failed.
    """
    bodies = ", ".join(_lua(server.body(query, given).decode()) for given in variables)
    script = _SCRIPT % (f'"POST", "{server.path}"', bodies, _headers(server))
    found = _asked(server, script, connections, seconds)
    return found or measure(server, query, variables, connections=connections, seconds=seconds * 4)


def measure_path(server: Server, path: str, *, connections: int, seconds: int) -> Figures:
    """The same for a path of a REST API."""
    found = _asked(server, _SCRIPT % (f'"GET", "{path}"', "nil", _headers(server)), connections, seconds)
    return found or measure_path(server, path, connections=connections, seconds=seconds * 4)


def _headers(server: Server) -> str:
    return "\n".join(f"wrk.headers[ {_lua(name)} ] = {_lua(value)}" for name, value in server.sent.items())


def _asked(server: Server, script: str, connections: int, seconds: int) -> Figures | None:
    """What wrk found; None when nothing was answered."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        before = server.seconds()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "-s", file.name, server.address]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        used = server.seconds() - before
    found = re.search(r"FIGURES (\d+) (\d+) (\d+) (\d+) (\d+)", said)
    assert found, said
    requests, microseconds, failed, p50, p99 = map(int, found.groups())
    if failed:
        raise RuntimeError(f"{server.name} failed {failed} of {requests} requests")
    return Figures(requests / microseconds * 1e6, p50 / 1000, p99 / 1000, used / requests * 1000) if requests else None


def _lua(text: str) -> str:
    return "[==[" + text + "]==]"
