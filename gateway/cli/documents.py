"""schema, openapi, record and events: what the product says about itself, for tools, code generation and data protection."""

from typing import Annotated

import typer

from domain.kernel.language import Language
from gateway.cli import frame


def add_to(app: typer.Typer) -> None:
    app.command()(schema)
    app.command()(openapi)
    app.command()(record)
    app.command()(events)


def schema() -> None:
    """Print the graph as SDL."""
    from gateway import apis
    from resolvers.schema import written

    typer.echo(written(apis.served()))


def openapi(api: Annotated[str, typer.Argument(help="Which API: esc, flows, questionnaires.")]) -> None:
    """Print the OpenAPI document of a REST API."""
    settings = frame.settings()
    import orjson

    from gateway import apis

    if api not in apis.DIALECTS:
        raise frame.Stop(f"There is no API '{api}'. There are: {', '.join(apis.DIALECTS)}.")
    document = apis.openapi(apis.DIALECTS[api], settings.address)
    typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())


def events() -> None:
    """Print every type of event with its facts, as Markdown: docs/events.md."""
    from gateway import catalogue

    typer.echo(catalogue.page(), nl=False)


def record(
    account: Annotated[str | None, typer.Option(help="Whose: a key (cus_…) or an email address; left out: the demo account.")] = None,
    language: Annotated[Language, typer.Option(help="In which language.")] = Language.EN,
    as_json: Annotated[bool, typer.Option("--json", help="For programs, instead of Markdown.")] = False,
) -> None:
    """Print the record of processing activities (Art. 30 GDPR), with what the controller has to fill in."""
    settings = frame.settings()
    format = "json" if as_json else "md"

    async def made() -> bytes:
        from domain.kernel.downloads import DOWNLOADS
        from domain.privacy.record import KIND
        from gateway.app import ports_for

        async with frame.database(settings, jobs=False) as opened:
            found = await frame.account_id_of(opened, account)
            file = await DOWNLOADS[KIND](ports_for(settings, opened), found, format=format, language=language.value)
            return b"".join([piece async for piece in file.chunks()])

    typer.echo(frame.run(made).decode())
