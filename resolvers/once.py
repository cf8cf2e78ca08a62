"""A mutation field for a caller who wants it carried out once, however often it is sent (Q-10)."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cached_property
from typing import Any

from pydantic import TypeAdapter

from domain.idempotency.claims import Claim
from domain.idempotency.errors import Settled
from domain.idempotency.first_work import FirstWork
from domain.kernel.errors import DomainError
from domain.kernel.work import UnitOfWork
from resolvers.context import Context


@asynccontextmanager
async def opened(context: Context, entered: int | None = None) -> AsyncIterator[UnitOfWork]:
    """The transaction of a mutation field, inside an account if one was found for the caller."""
    try:
        async with context.database.work(context.actor, request_id=context.request_id) as context.uow:
            if entered is not None:
                await context.uow.enter(entered)
            yield context.uow
    finally:
        context.uow = None


class Once:
    """Runs the function of a mutation field, or gives what it made before.

    What it returns goes into the record, so its annotation says how that is written and read.
    """

    def __init__(self, function: Callable[..., Any], *, told_once: bool = False) -> None:
        self.function = function
        self.told_once = told_once

    @cached_property
    def written(self) -> TypeAdapter[Any]:
        """How what the function makes is written and read; made at first use."""
        return TypeAdapter(inspect.signature(self.function, eval_str=True).return_annotation)

    async def run(self, context: Context, claim: Claim, entering: Awaitable[int] | None, function: Callable[[], Awaitable[Any]]) -> Any:
        """What the function makes now, recorded in its transaction; or what it made before.

        Raises Settled.
        """
        entered = await _outcome(entering)
        try:
            async with opened(context) as uow:
                before = await claim.look(uow)
                made = await self._made(uow, claim, entered, function) if before is None else self.written.validate_json(before)
        except Settled:
            raise
        except DomainError:
            since = await claim.found_since(context.database)
            if since is None:
                raise
            return self.written.validate_json(since)
        claim.committed()
        return made

    async def outside(self, context: Context, claim: Claim, function: Callable[[], Awaitable[Any]]) -> Any:
        """The same for a function that calls out: its first work goes through `context.first_work`.

        Raises Settled.
        """
        context.first_work = FirstWork(claim, self.written)
        try:
            made = await function()
        except DomainError:
            await claim.release(context.database)
            raise
        claim.committed()
        return made

    async def _made(self, uow: UnitOfWork, claim: Claim, entered: int | DomainError | None, function: Callable[[], Awaitable[Any]]) -> Any:
        if isinstance(entered, DomainError):
            raise entered
        if entered is not None:
            await uow.enter(entered)
        made = await function()
        await claim.keep(uow, None if self.told_once else self.written.dump_json(made))
        return made


async def _outcome(entering: Awaitable[int] | None) -> int | DomainError | None:
    """The account of an anonymous caller, or why there is none: a request that was carried out is answered all the same."""
    try:
        return await entering if entering else None
    except DomainError as error:
        return error
