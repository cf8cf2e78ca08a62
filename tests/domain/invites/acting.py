"""Verbs in transactions of their own, and looks at what came of them."""

from collections.abc import Callable, Coroutine, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import exc, func, select

from domain.billing import credits
from domain.invites import attempts, commands, entries, queries
from domain.kernel import events
from domain.kernel.actor import Actor
from domain.kernel.columns import Entity
from domain.kernel.errors import Unavailable
from domain.kernel.statements import ACCOUNT
from tests.support.world import World, some_answers

P = ParamSpec("P")
T = TypeVar("T")
_OWNED: list[Any] = [mapper.class_ for mapper in Entity.registry.mappers if hasattr(mapper.class_, "account_id")]
_COUNTS = [select(func.count()).select_from(entity).where(entity.account_id == ACCOUNT) for entity in _OWNED]


def patient(verb: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Come again when no connection was free for a second (Q-16), as clients do: on a slow machine many at once wait.

    Nothing has happened then. A deadlock is Unavailable, too, and is not borne with.
    """

    @wraps(verb)
    async def tried(*args: P.args, **kwargs: P.kwargs) -> T:
        while True:
            try:
                return await verb(*args, **kwargs)
            except Unavailable as busy:
                if not isinstance(busy.__cause__, (exc.TimeoutError, TimeoutError)):
                    raise

    return tried


@patient
async def send(world: World, email: str, actor: Actor | None = None, **options: Any) -> str:
    async with world.work(actor) as uow:
        return await commands.send(uow, email=email, **options)


@patient
async def cancel(world: World, key: str, actor: Actor | None = None, **options: Any) -> str:
    async with world.work(actor) as uow:
        return await commands.cancel(uow, key, **options)


@patient
async def remind(world: World, key: str, actor: Actor | None = None, **options: Any) -> str:
    async with world.work(actor) as uow:
        return await commands.remind(uow, key, **options)


@patient
async def start(world: World, key: str, actor: Actor | None = None, language: str | None = None) -> int:
    async with world.work(actor) as uow:
        return await attempts.start(uow, key, language=language)


@patient
async def save(world: World, attempt: int, answers: Mapping[str, int], actor: Actor | None = None) -> int:
    async with world.work(actor) as uow:
        return await attempts.save(uow, attempt, answers)


@patient
async def complete(world: World, attempt: int, actor: Actor | None = None) -> int:
    async with world.work(actor) as uow:
        return await attempts.complete(uow, attempt)


async def answered(world: World, email: str = "anna@example.com", *, seed: int = 1, **options: Any) -> tuple[str, int]:
    """An invite whose attempt is answered and not completed."""
    key = await world.invite(email, **options)
    attempt = await world.begin(key)
    await world.answer(key, attempt, some_answers(seed))
    return key, attempt


@patient
async def ask(world: World, email: str = "anna@example.com", name: str = "Anna Berg", language: str = "de") -> str:
    """Ask to take part by the open link."""
    async with world.work(Actor.system(world.account_id)) as uow:
        return await entries.request(uow, email=email, name=name, language=language)


@patient
async def confirm(world: World, entry: str) -> str:
    async with world.work(Actor.system(world.account_id)) as uow:
        return await entries.confirm(uow, entry)


async def drain(world: World, *, left: int) -> None:
    """Spend until so many credits are left."""
    available = (await world.balance()).available
    async with world.work() as uow:
        for number in range(available, left, -1):
            await credits.spend(uow, reference=f"drained {number}")


async def invite_row(world: World, key: str) -> Any:
    return (await queries.by_keys(world.database.read(), world.account_id, [key]))[key]


async def attempt_row(world: World, attempt: int) -> Any:
    return (await queries.attempts_by_id(world.database.read(), world.account_id, [attempt]))[attempt]


async def news(world: World, since: int = 0) -> list[Any]:
    """The events of the account after a number."""
    found: list[Any] = []
    while rows := await events.after(world.database.read(), world.account_id, found[-1].sequence if found else since):
        found += rows
    return found


async def now_at(world: World) -> int:
    """The number of the last event."""
    return await events.last(world.database.read(), world.account_id)


async def standing(world: World) -> Any:
    """All that a refusal must leave as it was: how many rows there are, the balance, the last event, and the jobs."""
    async with world.work() as uow:
        rows = [(await uow.session.execute(count, {"account_id": world.account_id})).scalar_one() for count in _COUNTS]
    return rows, tuple(await world.balance()), await now_at(world), list(world.jobs.due)
