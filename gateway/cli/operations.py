"""backup, restore, doctor: what keeps an installation well."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli import frame


def add_to(app: typer.Typer) -> None:
    app.command()(backup)
    app.command()(restore)
    app.command()(doctor)


def backup(file: Annotated[Path, typer.Argument(help="Where to put it; must not exist.")]) -> None:
    """Copy the whole database to a file while the product runs."""
    settings = frame.settings()
    from gateway import backups

    with _explained(), frame.progress("Pages", 100) as advance:
        backups.backup(settings, file, advance)
    typer.echo(f"Backed up to {file}. Keep it as safe as the database itself, with the secret ({settings.var / 'secret'}).")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `centil backup` made.", exists=True, dir_okay=False)],
    force: Annotated[bool, typer.Option("--force", help="Replace a database that is not empty.")] = False,
) -> None:
    """Put a backup in the place of the database; stop servers and workers first."""
    settings = frame.settings()
    from gateway import backups

    with _explained():
        again = backups.restore(settings, file, force=force)
    typer.echo(f"Restored. People erased since the backup who were erased again: {again}." if again else "Restored.")


@contextmanager
def _explained() -> Iterator[None]:
    """Say in a sentence why a backup or restore did not come about."""
    from gateway.backups import NotPossible
    from gateway.storage import WrongSchema

    try:
        yield
    except (NotPossible, WrongSchema) as error:
        raise frame.Stop(str(error)) from None
    except OSError as error:
        raise frame.Stop(f"{error.filename}: {error.strerror}. Choose another place, or make room there.") from None


def doctor() -> None:
    """Look at settings, database, migrations, clock, mail and folders, and say what to do."""
    settings = frame.settings()
    from gateway import checkup

    failed = 0
    for finding in checkup.findings(settings):
        failed += not finding.well
        mark, color = ("well", typer.colors.GREEN) if finding.well else ("look", typer.colors.RED)
        typer.secho(f"{mark}  {finding.subject}: {finding.says}", fg=color)
    if failed:
        raise typer.Exit(1)
