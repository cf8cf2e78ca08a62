"""serve, worker, migrate, demo: what runs the product."""

from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli import frame
from gateway.cli.frame import Stop

if TYPE_CHECKING:
    from gateway.settings import Settings

FIRST_CANDIDATES = 200


def add_to(app: typer.Typer) -> None:
    app.command()(serve)
    app.command()(worker)
    app.command()(migrate)
    app.command()(demo)


def serve(
    prepare: Annotated[
        bool, typer.Option("--prepare", help="First migrate the database and make a demo account, where needed; with test payments.")
    ] = False,
) -> None:
    """Serve the graph, the REST APIs and the candidate pages; with jobs, unless CENTIL_WORKER=false."""
    settings = frame.settings()
    from gateway import erasures, process, storage
    from gateway.settings import WrongSettings

    try:
        if prepare:
            _prepare(settings)
        storage.check(settings)
        erasures.check(settings)
        process.serve(settings, test_payments=prepare)
    except (storage.WrongSchema, WrongSettings) as error:
        raise Stop(str(error)) from None


def _prepare(settings: "Settings") -> None:
    from gateway import storage
    from gateway.migrations import HEAD

    if storage.revision(settings) != HEAD:
        migrate()
    from gateway.demo import account

    there, opens = frame.run(lambda: account.standing(settings))
    if not (there and opens):
        demo(0 if there else FIRST_CANDIDATES)


def worker() -> None:
    """Run jobs alone, beside servers that have CENTIL_WORKER=false; any number of workers share the work."""
    settings = frame.settings()
    from gateway import erasures, process, storage
    from gateway.settings import WrongSettings

    try:
        storage.check(settings)
        erasures.check(settings)
        process.work(settings)
    except (storage.WrongSchema, WrongSettings) as error:
        raise Stop(str(error)) from None


def migrate() -> None:
    """Bring the database to the schema of this release; safe to run again."""
    settings = frame.settings()
    from gateway import storage
    from gateway.migrations import HEAD

    try:
        before = storage.migrate(settings)
    except storage.WrongSchema as error:
        raise Stop(str(error)) from None
    typer.echo(f"The database is at step {HEAD}." if before == HEAD else f"Migrated from {before or 'nothing'} to step {HEAD}.")


def demo(
    candidates: Annotated[int, typer.Option(help="How many candidates to add.", min=0)] = 0,
) -> None:
    """Make the demo account unless there is one, and fill it with made-up candidates."""
    settings = frame.settings()
    from gateway import storage
    from gateway.demo import account

    async def fill() -> bool:
        storage.check(settings)
        with frame.progress("Candidates", candidates) as advance:
            return await account.make(settings, candidates, advance)

    made = frame.run(fill)
    where = settings.var / "demo-key"
    typer.echo(f"{'Made' if made else 'There is'} the demo account {account.EMAIL}; its key is in {where}.")
