"""Messages to webhooks in the words of an API: its stored operation, run as the account itself without HTTP in between."""

import asyncio
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

from domain.kernel.actor import Actor
from domain.kernel.database import Database
from domain.kernel.statements import Row
from gateway.apis import DIALECTS
from gateway.execution.run import Executor
from gateway.stored import StoredOperations
from resolvers.context import Context
from rest_compat.message import Happened, write


class ApiMessages:
    """Writes what the APIs of this installation tell of events."""

    def __init__(self, database: Database, address: str, executor: Callable[[], Executor]) -> None:
        self._database = database
        self._address = address
        self._executor = executor
        self._operations: dict[str, StoredOperations] = {}
        self._opening = asyncio.Lock()

    async def body(self, api: str, account_id: int, happened: Row) -> bytes | None:
        """The body that tells of an event; None when that API has nothing to tell of it."""
        dialect, operations = DIALECTS[api], await self._opened(api)

        async def run(name: str, variables: Mapping[str, Any]) -> tuple[Any, Any]:
            answer = await operations.run(name, variables, Context(Actor.system(account_id), self._database))
            return answer.data, answer.errors

        timestamp = happened.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        told = Happened(happened.type, happened.subject, timestamp, happened.facts)
        return await write(dialect, told, run, self._address + dialect.base_path)

    async def _opened(self, api: str) -> StoredOperations:
        """The stored operations of an API, made ready at first use and beside the event loop: a worker has no other need of the graph."""
        async with self._opening:
            if api not in self._operations:
                folder = files(f"rest_compat.{DIALECTS[api].name}") / "operations"
                self._operations[api] = await asyncio.to_thread(lambda: StoredOperations(self._executor(), folder))
            return self._operations[api]
