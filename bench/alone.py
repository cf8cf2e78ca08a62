"""The executor alone, on rows that are there already: how much faster than graphql-core, and how much memory it takes."""

import asyncio
import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import psutil
import strawberry
from aiodataloader import DataLoader
from graphql import execute, parse
from graphql.execution import get_variable_values
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from domain.kernel.permissions import Access
from domain.kernel.statements import row_type
from gateway.execution.engine import Engine
from gateway.execution.fields import Ways
from resolvers import schema as graph
from resolvers.declared import attribute, batched, graph_type
from resolvers.scalars import QUICK, SCALARS

PARENTS, CHILDREN, LARGE = 50, 5, 1_000
AT = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
_NAMES = ("key", "email", "name", "word", "kind", "number", "share", "sure", "made_at", "changed_at")
_THING, _PART = row_type("Thing", _NAMES), row_type("Part", _NAMES)


def _rows(kind: Any, first: int, count: int) -> list[Any]:
    numbers = range(first, first + count)
    return [kind((f"key {n}", f"{n}@example.com", None, "word", "kind", n, n / 8, n % 2 == 0, AT, AT)) for n in numbers]


THINGS = _rows(_THING, 0, LARGE)
PARTS = [_rows(_PART, number * CHILDREN, CHILDREN) for number in range(LARGE)]


@graph_type(requires=Access.PUBLIC, description="Ten leaves.")
class Part:
    key: str = attribute("A key.")
    email: str = attribute("An address.")
    name: str | None = attribute("A name.")
    word: str = attribute("A word.")
    kind: str = attribute("A kind.")
    number: int = attribute("A number.")
    share: float = attribute("A share.")
    sure: bool = attribute("Whether.")
    made_at: datetime = attribute("When.")
    changed_at: datetime = attribute("When again.")


@graph_type(requires=Access.PUBLIC, description="Ten leaves and some parts.")
class Thing(Part):
    @batched("Its parts.")
    async def parts(parents: Sequence[Any], context: Any) -> list[list[Part]]:
        return [PARTS[parent.number] for parent in parents]


@strawberry.type
class Query:
    @strawberry.field
    async def things(self, first: int) -> list[Thing]:
        return THINGS[:first]  # type: ignore[return-value]


class Loaders:
    """What a request carries when graph items come one by one."""

    def __init__(self) -> None:
        self._loaders: dict[Any, DataLoader[Any, Any]] = {}

    def loader(self, name: Any, batch: Any, *, remembers: bool) -> DataLoader[Any, Any]:
        return self._loaders.setdefault(name, DataLoader(batch, cache=remembers))


_LEAVES = "key email name word kind number share sure madeAt changedAt"
SCHEMA = strawberry.Schema(Query, config=StrawberryConfig(scalar_map=SCALARS))
ENGINE = Engine(
    Ways(SCHEMA._schema, graph.declared, SCHEMA.config, SCHEMA.schema_converter.scalar_registry, QUICK),
    graph.tag_of,
)


def _prepared(first: int) -> tuple[Any, Any]:
    document = parse(f"{{ things(first: {first}) {{ {_LEAVES} parts {{ {_LEAVES} }} }} }}")
    return document, ENGINE.operation(document.definitions[0], {})  # type: ignore[arg-type]


async def _ours(operation: Any) -> Any:
    result = await ENGINE.run(operation, get_variable_values(SCHEMA._schema, (), {}), Loaders())  # type: ignore[arg-type]
    return result.data


async def _theirs(document: Any) -> Any:
    found: Any = execute(
        SCHEMA._schema,
        document,
        context_value=Loaders(),
        executor_class=StrawberryGraphQLCoreExecutionContext,
        operation_extensions=None,
    )
    return (await found).data


async def ratio(rounds: int = 7) -> float:
    """How many times as fast as graphql-core: the median of paired rounds over 3,000 leaves.

    Raises RuntimeError when the answers differ.
    """
    document, operation = _prepared(PARENTS)
    if await _ours(operation) != await _theirs(document):
        raise RuntimeError("The engine answers otherwise than graphql-core.")
    found = []
    for _ in range(rounds):
        ours, theirs = await _timed(20, lambda: _ours(operation)), await _timed(3, lambda: _theirs(document))
        found.append(theirs / ours)
    return statistics.median(found)


async def _timed(times: int, run: Any) -> float:
    began = time.perf_counter()
    for _ in range(times):
        await run()
    return (time.perf_counter() - began) / times


async def memory() -> float:
    """Megabytes over idle at the height of an answer of 1,000 parents with 60 leaves each."""
    _, operation = _prepared(LARGE)
    await _ours(_prepared(1)[1])
    gc.collect()
    before = psutil.Process().memory_info().rss
    orjson.dumps(await _ours(operation))
    return _height() / 2**10 - before / 2**20


def _height() -> int:
    """The most memory that this process ever held, in kB; what getrusage tells begins with that of the process which started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])


def measured() -> dict[str, float]:
    """Both figures, each from a process of its own."""
    run = [sys.executable, "-m", "bench.alone"]
    return {name: float(subprocess.run([*run, name], capture_output=True, text=True, check=True).stdout) for name in ("ratio", "memory")}


if __name__ == "__main__":
    print(asyncio.run(ratio() if sys.argv[1:] == ["ratio"] else memory()))
