"""schema and openapi: what the product says about itself, for tools and code generation."""

from typing import Annotated

import typer

from gateway.cli import frame


def add_to(app: typer.Typer) -> None:
    app.command()(schema)
    app.command()(openapi)


def schema() -> None:
    """Print the graph as SDL."""
    from gateway import apis
    from resolvers.schema import written

    typer.echo(written(apis.served()))


def openapi(api: Annotated[str, typer.Argument(help="Which API: esc.")]) -> None:
    """Print the OpenAPI document of a REST API."""
    settings = frame.settings()
    import orjson

    from gateway import apis

    if api not in apis.DIALECTS:
        raise frame.Stop(f"There is no API '{api}'. There are: {', '.join(apis.DIALECTS)}.")
    document = apis.openapi(apis.DIALECTS[api], settings.address)
    typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
