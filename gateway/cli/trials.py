"""trials: what an operator decides about those who ask for an account."""

from typing import Annotated, Any

import typer

from gateway.cli import frame

Reference = Annotated[str, typer.Argument(help="The reference of the request: trial_…")]
trials = typer.Typer(help="Requests for a trial.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(trials, name="trials")


@trials.command("list")
def list_requests(everything: Annotated[bool, typer.Option("--all", help="Those that were decided, too.")] = False) -> None:
    """List who asks for a trial, newest first."""
    settings = frame.settings()
    from domain.kernel.paging import Window
    from domain.trials import queries
    from domain.trials.status import TrialStatus

    async def read() -> list[str]:
        async with frame.database(settings, jobs=False) as database:
            lines: list[str] = []
            window, given = Window(first=100), {} if everything else {"status": [TrialStatus.REQUESTED]}
            while True:
                page = await queries.requests(database.read(), window, given=given)
                lines += [line for row in page.rows for line in _lines(row)]
                if not page.has_next:
                    return lines
                window = Window(first=100, after=page.cursor(page.rows[-1]))

    for line in frame.run(read) or ["Nobody waits for a decision."]:
        typer.echo(line)


def _lines(row: Any) -> tuple[str, str]:
    who = ", ".join(filter(None, (row.company, row.contact_name, row.email, row.website)))
    opened = " (key shown)" if row.opened_at else ""
    return f"{row.key}  {row.requested_at:%Y-%m-%d %H:%M}  {row.status}{opened}  {who}", "    " + " ".join(row.use_case.split())


@trials.command("approve")
def approve(
    reference: Reference,
    country: Annotated[str | None, typer.Option(help="Of the account, as an ISO code. Default: what the address tells, else US.")] = None,
) -> None:
    """Open the account and mail the link to its key, once; again only when the link's time is over and nobody has opened it."""
    from domain.trials import commands

    _decide(lambda uow: commands.approve(uow, reference, country=country))
    typer.echo(f"{reference} is approved: the link to the key is mailed.")


@trials.command("decline")
def decline(reference: Reference) -> None:
    """Turn a request down and mail whoever asked."""
    from domain.trials import commands

    _decide(lambda uow: commands.decline(uow, reference))
    typer.echo(f"{reference} is declined: whoever asked is mailed.")


@trials.command("forget")
def forget(reference: Reference) -> None:
    """Delete a request with all that it says of whoever asked; an account that it has led to stays."""
    from domain.trials import keeping

    if not _decide(lambda uow: keeping.forget(uow, [reference])):
        raise frame.Stop("There is no such trial request.")
    typer.echo(f"{reference} is deleted.")


def _decide(verb: Any) -> Any:
    """Run a command in a transaction of the installation."""
    settings = frame.settings()
    from domain.kernel.actor import INSTALLATION, Actor

    async def decide() -> Any:
        async with frame.database(settings) as database, database.work(Actor.system(INSTALLATION)) as uow:
            return await verb(uow)

    return frame.run(decide)
