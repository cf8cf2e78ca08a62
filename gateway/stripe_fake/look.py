"""How the pages look and what they say: templates, words in two languages, and sums of money."""

import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

import jinja2
from aiohttp import web

from domain.kernel.language import Language
from gateway.pages.assets import Assets
from gateway.pages.texts import language_of, preferred
from gateway.stripe_fake.guard import HEADERS
from gateway.stripe_fake.readers import WITHOUT_CENTS

PACKAGE = "gateway.stripe_fake"


@cache
def assets() -> Assets:
    """The style of the candidate pages and what is added to it here."""
    return Assets(resources.files("gateway.pages") / "static", "", resources.files(PACKAGE) / "static")


@cache
def _templates() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.PackageLoader(PACKAGE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals["asset"] = assets().address
    made.filters["moment"] = lambda at: f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S}"
    return made


@cache
def _catalogue() -> dict[str, dict[str, str]]:
    sections = tomllib.loads((resources.files(PACKAGE) / "texts.toml").read_text("utf-8"))
    return {f"{section}.{name}": text for section, texts in sections.items() for name, text in texts.items()}


def words(language: Language) -> Callable[..., str]:
    """The texts in a language, by their keys."""

    def text(key: str, **facts: Any) -> str:
        return _catalogue()[key][language.value].format_map(facts)

    return text


def language_for(request: web.Request, locale: str | None) -> Language:
    """The language that is asked for, else that of the session, else that of the browser."""
    return language_of(request.query.get("lang")) or language_of(locale) or preferred(request.headers.get("Accept-Language", ""))


def money(amount: int, currency: str, language: Language) -> str:
    """A sum as people write it."""
    from babel.numbers import format_currency  # only when a page is shown: it would slow every start

    value = Decimal(amount) if currency in WITHOUT_CENTS else Decimal(amount) / 100
    return format_currency(value, currency.upper(), locale=language.value)


def page(template: str, facts: dict[str, Any], *, status: int = 200, leads_to: tuple[str | None, ...] = ()) -> web.Response:
    """A page that loads nothing from elsewhere, and whose forms may lead to some addresses only."""
    allowed = sorted({origin for address in leads_to if (origin := _origin(address))})
    forms = " ".join(["'self'", *allowed])
    policy = f"default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action {forms}"
    body = _templates().get_template(template).render(facts)
    headers = {**HEADERS, "Content-Security-Policy": policy}
    return web.Response(text=body, status=status, content_type="text/html", headers=headers)


def _origin(address: str | None) -> str | None:
    """The origin of an address that was accepted, in a form that can add nothing else to a policy."""
    parts = urlsplit(address or "")
    if not parts.hostname or not all(letter.isalnum() or letter in "-._:" for letter in parts.hostname):
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{host}{port}"
