"""The command line: `centil`. Commands import what they need when they run, so that help is quick (Q-24)."""

import gc

gc.disable()  # no cycle is worth collecting while modules are imported; the server turns it on when it serves

import typer  # noqa: E402  after the line above

from gateway.cli import accounts, documents, listening, operations, payments, serving, simulation, trials  # noqa: E402

app = typer.Typer(
    name="centil",
    help="One GraphQL graph over the domains of assessment, and the documented REST APIs served from it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # formatted help would double the time to show it
)
for group in (serving, accounts, trials, simulation, listening, documents, operations, payments):
    group.add_to(app)


def main() -> None:
    """Run a command; what an operator can mend is said in a sentence, without a traceback."""
    from gateway.cli.frame import Stop

    try:
        app()
    except Stop as stop:
        typer.secho(str(stop), err=True, fg=typer.colors.RED)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
