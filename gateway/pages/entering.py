"""Taking part by the account's open link: ask for a mail, confirm it."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web
from yarl import URL

from domain.kernel.errors import Kind
from gateway.bodies import BodyRefused
from gateway.pages import forms
from gateway.pages.doors import TOKEN, Route
from gateway.pages.failures import NotFound, Refused
from gateway.pages.texts import language_of
from gateway.pages.visit import Visit

SLUG = "{slug:[0-9a-z-]+}"
FIELDS = ("name", "email")
LINK_FACTOR = 5
"""How many addresses' worth of requests one open link takes a minute."""


async def _opened(visit: Visit) -> Any:
    """The open link; the page then speaks its language.

    Raises NotFound.
    """
    link = (await visit.ask("OpenLink", slug=visit.request.match_info["slug"]))["openLink"]
    if link is None:
        raise NotFound
    visit.company = link["company"]
    visit.speak(link["language"])
    return link


async def ask(visit: Visit) -> web.Response:
    """Show who invites, and a form for name and mail address."""
    return _form(visit, await _opened(visit), {})


async def request(visit: Visit) -> web.Response:
    """Ask for the mail; the answer is the same whether or not the address is known."""
    form = await forms.read(visit.request)
    link = await _opened(visit)
    language = language_of(form.get("language"))
    if form.keys() - {*FIELDS, "language"} or language is None:
        raise BodyRefused("The form has fields or choices that the page does not have.")
    front, slug = visit.site.front, visit.request.match_info["slug"]
    await front.rates.take_for("open-link", slug, front.settings.public_rate_limit * LINK_FACTOR)
    details = {name: form.get(name, "") for name in FIELDS}
    try:
        await visit.do("RequestEntry", slug=slug, language=language.value.upper(), **details)
    except Refused as refused:
        if refused.code == "TOO_MANY_ENTRIES":
            response = visit.notice("too_many_entries", 429)
            response.headers["Retry-After"] = str(refused.retry_after)
            return response
        if refused.kind is not Kind.BAD_INPUT:
            raise
        wrong = [name for name in FIELDS if name in refused.fields or not details[name].strip()]
        return _form(visit, link, form, wrong)
    return visit.go("/sent")


async def sent(visit: Visit) -> web.Response:
    """Say that a mail is on its way."""
    await _opened(visit)
    return visit.notice("sent", 200)


def _form(visit: Visit, link: Any, values: Mapping[str, str], wrong: list[str] | None = None) -> web.Response:
    facts = {"account": link, "instrument": link["instrument"], "values": values, "wrong": wrong or []}
    return visit.page("open.html", 422 if wrong else 200, **facts)


async def enter(visit: Visit) -> web.Response:
    """Show one button; what it confirms is confirmed by pressing it, not by opening the link."""
    entry = await _entry(visit)
    return visit.page("enter.html", entry=entry, account=entry)


async def confirm(visit: Visit) -> web.Response:
    """Confirm the mail address and go on to the invite."""
    await _entry(visit)
    made = await visit.do("ConfirmEntry", token=visit.request.match_info["token"])
    path = URL(made["link"]).raw_path  # the path alone, so that no answer of ours leads to another server
    return visit.away(f"/{path.lstrip('/')}?lang={visit.language.value}")


async def _entry(visit: Visit) -> Any:
    entry = (await visit.ask("Entry", token=visit.request.match_info["token"]))["entry"]
    if entry is None:
        raise NotFound
    visit.company = entry["company"]
    visit.speak(entry["language"])
    return entry


ROUTES: tuple[Route, ...] = (
    Route(f"/open/{SLUG}", {"GET": ask, "POST": request}),
    Route(f"/open/{SLUG}/sent", {"GET": sent}),
    Route(f"/enter/{TOKEN}", {"GET": enter, "POST": confirm}),
)
