"""What commands share: settings, a database for the time of a command, progress bars, and failures as sentences."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from domain.kernel.database import Database
    from gateway.settings import Settings

T = TypeVar("T")


class Stop(Exception):
    """Something that the operator can mend; the message says how."""


def settings() -> "Settings":
    """The settings, or a sentence about what is wrong with them."""
    from gateway.settings import WrongSettings, load

    try:
        return load()
    except WrongSettings as error:
        raise Stop(str(error)) from None


def run(function: Callable[[], Awaitable[T]]) -> T:
    """Run an asynchronous command; failures of the domain become sentences."""
    from domain.kernel.errors import DomainError
    from gateway.storage import WrongSchema

    async def guarded() -> T:
        try:
            return await function()
        except (DomainError, WrongSchema) as error:
            raise Stop(str(error)) from None

    return asyncio.run(guarded())


@asynccontextmanager
async def database(found: "Settings", *, jobs: bool = True) -> AsyncIterator["Database"]:
    """Open the database for the time of a command, with a queue for the jobs that commands make necessary."""
    from domain.kernel.jobs import NoQueue
    from gateway import storage
    from gateway.app import open_for
    from gateway.jobs.queue import DurableQueue

    storage.check(found)
    queue = DurableQueue(found) if jobs else None
    opened = await open_for(found, queue or NoQueue())
    try:
        yield opened
    finally:
        await opened.close()
        if queue:
            queue.close()


async def account_id_of(opened: "Database", account: str | None) -> int:
    """The account that an operator means: by its key, by the email address it was registered with, or the demo account."""
    from domain.access import queries
    from domain.kernel import inputs
    from gateway.demo.account import EMAIL

    named, number = account or EMAIL, None
    if re.fullmatch("cus_[0-9]{1,18}", named):
        found = await queries.by_id(opened.read(), int(named[4:]))
        number = found.account_id if found else None
    elif "@" in named:
        number = await queries.by_email(opened.read(), inputs.email_address(named))
    if number is None:
        raise Stop(f"There is no account {named}. Give one with --account: its key (cus_…) or its email address.")
    return int(number)


@contextmanager
def progress(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar, told by how much it goes on."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=False) as bar:
        task = bar.add_task(title, total=total)
        yield lambda by: bar.advance(task, by)
