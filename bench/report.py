"""The figures as people and programs read them."""

import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table

Key = tuple[str, int, str]


def show(figures: Mapping[Key, Sequence[Any]], ratios: Mapping[Key, Sequence[float]], memory: Mapping[str, float]) -> None:
    """Print everything as tables."""
    console = Console()
    for title, rows in _tables(figures, ratios, memory):
        table = Table(*_COLUMNS, title=title)
        for row in rows:
            table.add_row(*row)
        console.print(table)


_COLUMNS = ("server", "a second", "p50 ms", "p99 ms", "CPU ms", "ours / theirs", "spread", "MB")


def _tables(
    figures: Mapping[Key, Sequence[Any]], ratios: Mapping[Key, Sequence[float]], memory: Mapping[str, float]
) -> list[tuple[str, list[list[str]]]]:
    tables: dict[tuple[str, int], list[list[str]]] = {}
    for (name, connections, server), found in figures.items():
        ratio = ratios.get((name, connections, server))
        shown = [f"{statistics.median(ratio):.2f}", f"{min(ratio):.2f}–{max(ratio):.2f}"] if ratio else ["", ""]
        middle = [f"{statistics.median(getattr(one, part) for one in found):.2f}" for part in ("per_second", "p50", "p99", "cpu")]
        tables.setdefault((name, connections), []).append([server, *middle, *shown, f"{memory[server]:.0f}"])
    return [(f"{name}, {connections} at a time", sorted(rows)) for (name, connections), rows in tables.items()]


def more(twin: Sequence[float], alone: Mapping[str, float]) -> list[str]:
    """The figures beside the servers."""
    spread = f"{min(twin):.2f}–{max(twin):.2f}"
    return [
        f"A hundred invites by the REST API take {statistics.median(twin):.2f} times ({spread}) the CPU of the same stored operation",
        f"over GraphQL. The executor alone, on rows that are there already, is {alone['ratio']:.1f} times as fast as graphql-core over",
        f"3,000 leaves, and takes {alone['memory']:.0f} MB over idle for 1,000 parents with 60 leaves each.",
    ]


def page(
    figures: Mapping[Key, Sequence[Any]],
    ratios: Mapping[Key, Sequence[float]],
    memory: Mapping[str, float],
    *,
    rounds: int,
    seconds: int,
    more: Sequence[str],
) -> str:
    """The same as a page to be kept."""
    lines = [
        "# Results",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}. Median of {rounds} paired rounds of",
        f"{seconds} s; `ours / theirs` is requests a second, within a round. Peers answer without authentication; ours asks for a key,",
        "permissions, limits and the guard, as it always does.",
        "",
        *more,
    ]
    for title, rows in _tables(figures, ratios, memory):
        lines += ["", f"## {title}", "", f"| {' | '.join(_COLUMNS)} |", f"|{' --- |' * len(_COLUMNS)}"]
        lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def summary(ratios: Mapping[Key, Sequence[float]], connections: int) -> dict[str, dict[str, float]]:
    """The median ratio for each peer and operation."""
    found: dict[str, dict[str, float]] = {}
    for (name, at_once, server), values in ratios.items():
        if at_once == connections:
            found.setdefault(server, {})[name] = round(statistics.median(values), 3)
    return found
