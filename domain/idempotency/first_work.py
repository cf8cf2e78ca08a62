"""The first transaction of a verb that calls out: what it makes is recorded there, so who repeats it goes on with the same."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

from domain.idempotency.claims import Claim
from domain.kernel.work import UnitOfWork

T = TypeVar("T")


class Written(Protocol):
    """How what a verb makes is written and read."""

    def dump_json(self, made: Any, /) -> bytes: ...

    def validate_json(self, written: bytes, /) -> Any: ...


class FirstWork:
    """What a verb that calls out does once, for a caller who wants that; done as it comes for all others.

    Whatever the verb does afterwards it may do again, also at the same time as somebody else: a lease that is over ends nobody.
    """

    def __init__(self, claim: Claim | None = None, written: Written | None = None) -> None:
        self._claim = claim
        self._written = written

    async def once(self, uow: UnitOfWork, make: Callable[[], Awaitable[T]]) -> T:
        """What `make` makes now, or made before; called in the first work of the verb, before anything else.

        Raises Settled.
        """
        if self._claim is None or self._written is None:
            return await make()
        before = await self._claim.look(uow)
        if before is not None:
            await self._claim.renew(uow)
            found: T = self._written.validate_json(before)
            return found
        made = await make()
        await self._claim.keep(uow, self._written.dump_json(made), hold=True)
        return made
