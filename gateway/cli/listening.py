"""listen, trigger: what happens in an account, as it happens, on a terminal or handed on to a program that is being written."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli import frame
from gateway.cli.accounts import Account

if TYPE_CHECKING:
    from gateway.client.forward import Forwarder
    from gateway.client.listener import Happened, Listener

URL_VARIABLE, KEY_VARIABLE, SECRET_VARIABLE = "CENTIL_CLIENT_URL", "CENTIL_CLIENT_KEY", "CENTIL_CLIENT_SECRET"
FORMATS = ("standard", "esc")


def add_to(app: typer.Typer) -> None:
    app.command()(listen)
    app.command()(trigger)


def listen(
    types: Annotated[list[str] | None, typer.Option("--types", help="Only these events, such as invite.*; repeat for more.")] = None,
    forward: Annotated[str | None, typer.Option(help="Post each to this address, signed like a webhook.")] = None,
    format: Annotated[str, typer.Option(help="How to sign: standard, or esc for its header beside it.")] = "standard",
    secret: Annotated[
        str | None, typer.Option(envvar=SECRET_VARIABLE, help="What to sign with: whsec_…; default: one that is made now.")
    ] = None,
    after: Annotated[int | None, typer.Option(help="Begin after this event, by its number; default: now.", min=0)] = None,
    count: Annotated[int | None, typer.Option(help="End after so many events.", min=1)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document a line.")] = False,
    url: Annotated[str | None, typer.Option(envvar=URL_VARIABLE, help="The server. Default: the one of these settings.")] = None,
    key: Annotated[
        str | None, typer.Option(envvar=KEY_VARIABLE, help="An API key with events:read. Default: that of the demo account.")
    ] = None,
) -> None:
    """Print what happens in an account, as it happens, until Ctrl+C; it goes on by itself when the server was away."""
    if format not in FORMATS:
        raise frame.Stop(f"There is no format '{format}'. There are: {', '.join(FORMATS)}.")
    if url is None or key is None:
        settings = frame.settings()
        url, key = url or settings.address, key or settings.demo_key
    if key is None:
        raise frame.Stop(f"Give an API key with --key or {KEY_VARIABLE}; there is no demo account here.")
    from domain.webhooks import signing
    from gateway.client.listener import Refused

    signs = secret or signing.new_secret()
    if forward is not None:
        _note(f"Forwarding to {forward}, signed with {signs}")
    try:
        asyncio.run(_listen(url, key, list(types or ()), after, count, _Printer(as_json=as_json), forward, signs, format))
    except Refused as error:
        raise frame.Stop(str(error)) from None


def trigger(
    event: Annotated[str, typer.Argument(help="What is to happen, such as invite.completed.")],
    account: Account = None,
) -> None:
    """Make an event happen in the sandbox of an account, so that listeners and webhooks can be tried."""
    settings = frame.settings()
    from domain.access import queries
    from domain.kernel.actor import Actor
    from gateway.demo import triggers

    try:
        wanted = triggers.named(event)
    except KeyError as error:
        raise frame.Stop(str(error.args[0])) from None

    async def make() -> tuple[int, bool]:
        async with frame.database(settings) as database:
            sandbox = await queries.in_mode(database.read(), await frame.account_id_of(database, account), "test")
            async with database.work(Actor.system(sandbox)) as uow:
                return sandbox, await triggers.trigger(uow, wanted)

    sandbox, done = frame.run(make)
    typer.echo(f"{wanted.name} {'happened' if done else 'was recorded with sample facts'} in the sandbox cus_{sandbox}.")


async def _listen(
    url: str,
    key: str,
    types: list[str],
    after: int | None,
    count: int | None,
    printer: "_Printer",
    forward: str | None,
    secret: str,
    format: str,
) -> None:
    from gateway.client.forward import Format, Forwarder
    from gateway.client.listener import Listener, session

    async with session() as client:
        forwarder = Forwarder(client, forward, secret, Format(format)) if forward else None
        listener = Listener(client, url, key, _note)
        _note(f"Listening to {url}. Ctrl+C ends it.")
        with contextlib.suppress(asyncio.CancelledError):
            async with _ended_by_signals():
                await _tell(listener, types, after, count, printer, forwarder)
        _note(f"Told {printer.told}; the last was number {listener.reached}." if printer.told else "Nothing happened.")


async def _tell(
    listener: "Listener", types: list[str], after: int | None, count: int | None, printer: "_Printer", forwarder: "Forwarder | None"
) -> None:
    async with contextlib.aclosing(listener.follow(types, after)) as events:  # type: ignore[type-var]
        async for happened in events:
            printer.tell(happened)
            if forwarder is not None:
                outcome = await forwarder.forward(happened)
                _note(f"  {'->' if outcome.well else '!!'} {outcome}")
            if printer.told == count:
                return


@contextlib.asynccontextmanager
async def _ended_by_signals() -> AsyncIterator[None]:
    """Let SIGINT and SIGTERM end the block like a cancelation, where this is the main thread."""
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert task is not None
    handled = []
    # where no handler can be had, Ctrl+C ends the block by KeyboardInterrupt
    with contextlib.suppress(ValueError, RuntimeError, NotImplementedError):  # no main thread, or Windows, whose loops hear no signals
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
            handled.append(number)
    try:
        yield
    finally:
        for number in handled:
            loop.remove_signal_handler(number)


class _Printer:
    """Writes events, a line each."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self.told = 0

    def tell(self, happened: "Happened") -> None:
        import dataclasses

        import orjson

        self.told += 1
        if self._as_json:
            typer.echo(orjson.dumps(dataclasses.asdict(happened)).decode())
            return
        facts = " ".join(f"{name}={orjson.dumps(value).decode()}" for name, value in happened.facts.items())
        typer.echo(f"{happened.at}  {happened.sequence:>6}  {happened.name:<24} {happened.subject}  {facts}".rstrip())


def _note(sentence: str) -> None:
    """Say something that is no event: it goes to standard error, so that lines of events can be piped."""
    typer.secho(sentence, err=True, fg=typer.colors.BRIGHT_BLACK)
