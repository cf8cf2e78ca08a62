"""Paired rounds: every server is asked the same in turn, round after round; what counts is the ratio within a round."""

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson

from bench import alone, data, report, talent
from bench.load import Figures, measure, measure_path
from bench.servers import HERE, LIMIT, OPERATIONS, OURS, REFERENCE, STOCK, Server, all_servers
from gateway.stored import texts
from tests.support.postgres import Postgres, binaries

CONCURRENCY = (1, 8, 32)
QUICK = (8,)
WARM_SECONDS = 2
BESIDE = (LIMIT, REFERENCE)
"""Left out of a quick run: they are no peers."""
TWIN = "/api/v1/invites?limit=100"
Key = tuple[str, int, str]
"""Operation, connections, server."""


def main(arguments: Sequence[str]) -> int:
    """Install, or measure."""
    if arguments[:1] == ["install"]:
        return install()
    if arguments[:1] == ["talent"]:
        return talent.main()
    quick = "--quick" in arguments
    if lacking := [name for name in ("wrk", "node") if shutil.which(name) is None] + ([] if binaries() else ["postgresql"]):
        print(f"Missing: {', '.join(lacking)}. Run: bench/run install")
        return 1
    with running(BESIDE if quick else ()) as (servers, variables):
        check_answers(servers, variables)
        warm(servers, variables)
        levels, rounds, seconds = (QUICK, 1, 1) if quick else (CONCURRENCY, 3, _seconds(arguments))
        figures = measured(servers, variables, levels, rounds, seconds)
        memory = {server.name: server.memory() for server in servers}
        twin = None if quick else ratio_of_twin(servers[0], rounds, seconds)
    ratios = ratios_of(figures, [server.name for server in servers])
    report.show(figures, ratios, memory)
    if twin is not None:
        page = report.page(figures, ratios, memory, rounds=rounds, seconds=seconds, more=report.more(twin, alone.measured()))
        talent.PAGE.write_text(page + talent.kept())
    print(orjson.dumps(report.summary(ratios, 8)).decode())
    return 0


def _seconds(arguments: Sequence[str]) -> int:
    """How long each measurement takes: `--seconds 1` for a shorter run."""
    return int(arguments[arguments.index("--seconds") + 1]) if "--seconds" in arguments else 3


def install() -> int:
    """Get what is measured with and against: from Debian by name, and from npm."""
    packages = [
        name for name, there in (("wrk", shutil.which("wrk")), ("nodejs", shutil.which("node")), ("npm", shutil.which("npm"))) if not there
    ]
    packages += [] if binaries() else ["postgresql"]
    if packages:
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], check=True)
    return subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"], cwd=HERE / "peers", check=True).returncode


@contextlib.contextmanager
def running(without: Sequence[str] = ()) -> Iterator[tuple[list[Server], dict[str, list[dict[str, Any]]]]]:
    """A filled database and all servers on it."""
    programs = binaries()
    assert programs is not None
    database, folder = Postgres(programs), Path(tempfile.mkdtemp(prefix="centil-bench-"))
    servers: list[Server] = []
    try:
        url = database.create("bench")
        key = data.fill(url, folder)
        servers = [server for server in all_servers(url, str(data.account_of(url)), key, folder, data.SECRET) if server.name not in without]
        for server in servers:
            server.start()
        for server in servers:
            server.wait()
        people = [{"key": f"cand_{number:026}"} for number in range(0, data.CANDIDATES, 97)]
        yield servers, {"point": people, "candidates": [{}], "list": [{}], "teams": [{}]}
    finally:
        for server in servers:
            server.stop()
        database.stop()
        shutil.rmtree(folder, ignore_errors=True)


def check_answers(servers: Sequence[Server], variables: dict[str, list[dict[str, Any]]]) -> None:
    """Nothing is timed before all answer the same.

    Raises RuntimeError.
    """
    for name, text in OPERATIONS.items():
        ours, *others = [(server.name, server.ask(text, variables[name][0])) for server in servers]
        for peer, answer in others:
            if answer != ours[1]:
                raise RuntimeError(f"{peer} answers {name} otherwise: {str(answer)[:500]} instead of {str(ours[1])[:500]}")


def warm(servers: Sequence[Server], variables: dict[str, list[dict[str, Any]]]) -> None:
    """Let compilers compile and pools fill, all servers at the same time."""
    for name, text in OPERATIONS.items():
        ask = partial(measure, query=text, variables=variables[name], connections=8, seconds=WARM_SECONDS)
        with ThreadPoolExecutor() as threads:
            list(threads.map(ask, [server for server in servers if server.name != STOCK]))  # which compiles nothing, and takes long


def ratio_of_twin(ours: Server, rounds: int, seconds: int) -> list[float]:
    """CPU for a call of the REST API over CPU for the stored operation behind it, asked over HTTP: a hundred invites."""
    [query] = (text for name, text in texts(files("rest_compat.esc") / "operations").items() if name == "ListInvites")
    asked = {"limit": 100, "offset": 0, "status": ["PENDING", "STARTED", "COMPLETED", "EXPIRED"]}
    pairs = []
    for _ in range(rounds):
        rest = measure_path(ours, TWIN, connections=8, seconds=seconds)
        graph = measure(ours, query, [asked], connections=8, seconds=seconds)
        pairs.append(rest.cpu / graph.cpu)
    return pairs


def measured(
    servers: Sequence[Server], variables: dict[str, list[dict[str, Any]]], levels: Sequence[int], rounds: int, seconds: int
) -> dict[Key, list[Figures]]:
    """Figures of every server, round by round, the order turned each time."""
    found: dict[Key, list[Figures]] = {}
    for number in range(rounds):
        for name in OPERATIONS:
            for connections in levels:
                for server in servers if number % 2 else reversed(servers):
                    figures = measure(server, OPERATIONS[name], variables[name], connections=connections, seconds=seconds)
                    found.setdefault((name, connections, server.name), []).append(figures)
    return found


def ratios_of(figures: dict[Key, list[Figures]], names: Sequence[str]) -> dict[Key, list[float]]:
    """Requests a second, ours over theirs, for each round."""
    found: dict[Key, list[float]] = {}
    for (name, connections, server), theirs in figures.items():
        if server != OURS and server in names:
            ours = figures[name, connections, OURS]
            found[name, connections, server] = [mine.per_second / other.per_second for mine, other in zip(ours, theirs, strict=True)]
    return found
