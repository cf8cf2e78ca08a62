"""keys, credits, norms: what an operator does for accounts."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from gateway.cli import frame

Account = Annotated[str | None, typer.Option(help="The account: its key (cus_…) or its email address. Default: the demo account.")]
Test = Annotated[bool, typer.Option("--test", help="Of the account's sandbox.")]
keys = typer.Typer(help="API keys of an account.", no_args_is_help=True)
credits = typer.Typer(help="Credits of an account.", no_args_is_help=True)
norms = typer.Typer(help="Norm groups of an account.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(keys, name="keys")
    app.add_typer(credits, name="credits")
    app.add_typer(norms, name="norms")


@keys.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="What to call it, such as the system that will use it.")],
    account: Account = None,
    permission: Annotated[
        list[str] | None, typer.Option(help="What it may do, such as invites:read; repeat for more. Default: all.")
    ] = None,
    operator: Annotated[
        bool, typer.Option("--operator", help="For an operator: it may read and decide trial requests. Default then: nothing else.")
    ] = False,
    test: Test = False,
) -> None:
    """Make an API key and show it, once."""
    settings = frame.settings()
    from domain.access import commands
    from domain.kernel.actor import Actor
    from domain.kernel.permissions import OPERATING, Permission

    known = {one.value for one in Permission}
    if unknown := sorted(set(permission or ()) - known):
        raise frame.Stop(f"Unknown permission {', '.join(unknown)}. There are: {', '.join(sorted(known))}.")

    granted = {Permission(one) for one in permission or ()} | (OPERATING if operator else set()) or None

    async def make() -> str:
        async with frame.database(settings) as database:
            actor = Actor.system(await frame.account_id_of(database, account))
            async with database.work(actor) as uow:
                await commands.enter_mode(uow, "test" if test else None)
                return (await commands.create_key(uow, name=name, permissions=granted)).secret

    typer.echo(frame.run(make))
    typer.secho("Save it: it is shown only once.", err=True)


@keys.command("list")
def list_keys(account: Account = None, test: Test = False) -> None:
    """List the API keys of an account, never their secrets."""
    settings = frame.settings()
    from domain.access import queries
    from domain.kernel.paging import Window

    async def read() -> list[str]:
        async with frame.database(settings, jobs=False) as database:
            account_id = await frame.account_id_of(database, account)
            if test:
                account_id = await queries.in_mode(database.read(), account_id, "test")
            lines: list[str] = []
            window, now = Window(first=100), database.clock.now()
            while True:
                page = await queries.keys(database.read(), account_id, window, now=now)
                lines += [_line(row, now) for row in page.rows]
                if not page.has_next:
                    return lines
                window = Window(first=100, after=page.cursor(page.rows[-1]))

    for line in frame.run(read):
        typer.echo(line)


def _line(row: Any, now: datetime) -> str:
    ended = "revoked" if row.revoked_at else "expired" if row.expires_at and row.expires_at <= now else "active"
    used = f"used {row.last_used_at:%Y-%m-%d %H:%M}" if row.last_used_at else "never used"
    return f"{row.key}  {row.prefix}…{row.last_four}  {ended:8} {used:22} {row.name}"


@keys.command("revoke")
def revoke_key(key: Annotated[str, typer.Argument(help="The key of the key: key_…")], account: Account = None, test: Test = False) -> None:
    """End an API key at once."""
    settings = frame.settings()
    from domain.access import commands
    from domain.kernel.actor import Actor

    async def revoke() -> None:
        async with frame.database(settings) as database:
            actor = Actor.system(await frame.account_id_of(database, account))
            async with database.work(actor) as uow:
                await commands.enter_mode(uow, "test" if test else None)
                await commands.revoke_key(uow, key)

    frame.run(revoke)
    typer.echo(f"{key} is revoked.")


@keys.command("reissue")
def reissue_key(
    key: Annotated[str, typer.Argument(help="The key of the key: key_…")],
    account: Account = None,
    test: Test = False,
    overlap_hours: Annotated[int, typer.Option(help="How long the old one goes on working.", min=0, max=168)] = 24,
) -> None:
    """Replace an API key by one with the same permissions, and show it, once."""
    settings = frame.settings()
    from domain.access import commands
    from domain.kernel.actor import Actor

    async def reissue() -> str:
        async with frame.database(settings) as database:
            actor = Actor.system(await frame.account_id_of(database, account))
            async with database.work(actor) as uow:
                await commands.enter_mode(uow, "test" if test else None)
                return (await commands.reissue_key(uow, key, overlap=timedelta(hours=overlap_hours))).secret

    typer.echo(frame.run(reissue))
    typer.secho(f"Save it: it is shown only once. The old key ends in {overlap_hours} hours.", err=True)


@credits.command("grant")
def grant_credits(
    amount: Annotated[int, typer.Argument(help="How many.", min=1)],
    account: Account = None,
    reference: Annotated[str | None, typer.Option(help="What for; each reference gives credits once. Default: the time.")] = None,
) -> None:
    """Give an account credits without payment."""
    settings = frame.settings()
    from domain.billing import credits, queries
    from domain.kernel import inputs
    from domain.kernel.actor import Actor

    async def grant() -> int:
        async with frame.database(settings) as database:
            account_id = await frame.account_id_of(database, account)
            async with database.work(Actor.system(account_id)) as uow:
                await credits.grant(uow, amount, reference=inputs.line(reference, "reference") or f"operator {uow.now.isoformat()}")
            return int((await queries.balance(database.read(), account_id)).available)

    typer.echo(f"{frame.run(grant)} credits are available.")


@norms.command("compute")
def compute_norms(
    name: Annotated[str, typer.Argument(help="What to call the norm group.")],
    account: Account = None,
    use: Annotated[bool, typer.Option("--use", help="Compare new results with it from now on.")] = False,
) -> None:
    """Make an empirical norm group from the account's completed attempts; needs 200 of them."""
    settings = frame.settings()
    from domain.access import commands as access
    from domain.instruments import bank
    from domain.invites import queries
    from domain.kernel.actor import Actor
    from domain.results import commands

    instrument = bank.current(bank.PROFILE)
    assert instrument is not None

    async def compute() -> int:
        async with frame.database(settings) as database:
            account_id = await frame.account_id_of(database, account)
            total = await queries.completed_count(database.read(), account_id, instrument.key, instrument.version)
            with frame.progress("Attempts", total) as advance:
                answers = [
                    row.answers
                    async for row in queries.completed(database.read, account_id, instrument.key, instrument.version, seen=advance)
                ]
            async with database.work(Actor.system(account_id)) as uow:
                key = await commands.add_norm_group(uow, name=name, instrument=instrument, answers=answers)
                if use:
                    await access.change_account(uow, {"norm_group": key})
                return key

    key = frame.run(compute)
    typer.echo(f"Norm group {key} '{name}' is made{' and used from now on' if use else ''}.")
