"""What a caller of /graphql wants to be told beside the answer, and reads that are told about."""

import time
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from domain.kernel.actor import ActorKind
from domain.kernel.statements import Read, Row, Statement
from gateway.execution.explain import Report
from gateway.execution.run import NOTHING_MORE, Wanted
from resolvers.context import Context

HEADERS = {"cost": "X-Centil-Cost", "explain": "X-Centil-Explain"}
_NOT_EXPLAINED = (ActorKind.ANONYMOUS, ActorKind.CANDIDATE)
"""Whoever has no key sees no statements."""


class WatchedRead:
    """Reads whose statements are told to a report."""

    def __init__(self, read: Read, dialect: str, report: Report) -> None:
        self._read = read
        self._dialect = dialect
        self._report = report

    async def __call__(self, statement: Statement, **parameters: Any) -> list[Row]:
        began = time.perf_counter()
        rows = await self._read(statement, **parameters)
        self._report.statement(statement.prepared(self._dialect).text, len(rows), time.perf_counter() - began)
        return rows

    async def all(self, *reads: Any) -> list[Any]:
        return await self._read.all(*reads)


def wanted(request: web.Request, extensions: Mapping[str, Any], context: Context) -> Wanted:
    """What a request asks to be told: by a header with the value 1, or by its `extensions`."""
    cost, explain = (request.headers.get(header) == "1" or extensions.get(name) is True for name, header in HEADERS.items())
    explain = explain and context.actor.kind not in _NOT_EXPLAINED
    if not cost and not explain:
        return NOTHING_MORE

    def watch(report: Report) -> None:
        context.read = WatchedRead(context.read, context.database.dialect, report)

    return Wanted(cost=cost, explain=explain, watch=watch if explain else lambda _report: None)
