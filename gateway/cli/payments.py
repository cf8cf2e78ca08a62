"""stripe-fake: test payments alone, for trying and testing integrations; `centil serve --prepare` brings its own."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.frame import Stop


def add_to(app: typer.Typer) -> None:
    app.command("stripe-fake")(stripe_fake)


def stripe_fake(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.", min=0, max=65535)] = 12111,
    webhook_url: Annotated[str, typer.Option(help="Where events go; without it they only gather.")] = "",
    secret: Annotated[str, typer.Option(help="What events are signed with. Default: made up, and said at start.")] = "",
    var: Annotated[Path | None, typer.Option(help="Folder that keeps payments. Default: nothing is kept.")] = None,
    copies: Annotated[int, typer.Option(help="How often each event is delivered.", min=1, max=20)] = 1,
    shuffle: Annotated[bool, typer.Option("--shuffle", help="Deliver events of the same moment in any order.")] = False,
    seed: Annotated[int | None, typer.Option(help="Orders of the same seed are the same.")] = None,
) -> None:
    """Serve test payments: the part of Stripe's API that Centil uses, a pay page, and signed events."""
    from gateway.stripe_fake import alone
    from gateway.stripe_fake.sending import Disorder

    try:
        alone.serve(port, webhook_url, secret, var, Disorder(copies=copies, shuffle=shuffle, seed=seed))
    except alone.CannotServe as error:
        raise Stop(str(error)) from None
