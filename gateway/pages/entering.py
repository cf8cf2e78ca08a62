"""Taking part by the account's open link: ask for a mail, confirm it."""

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
NOTICES = {"TOO_MANY_ENTRIES": "too_many_entries", "TOO_MANY_UNCONFIRMED": "too_many_unconfirmed", "LINK_CLOSED": "closed"}
"""Failures that the form cannot mend, and the texts that tell them."""
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
    """Show who invites, and a form for name and email address."""
    link = await _opened(visit)
    if told := visit.told(NOTICES.values()):
        return visit.notice(told[0], 200)
    return visit.page("open.html", account=link, instrument=link["instrument"], wrong=visit.told(FIELDS))


async def request(visit: Visit) -> web.Response:
    """Ask for the mail; the answer is the same whether or not the address is known."""
    form = await forms.read(visit.request)
    await _opened(visit)
    language = language_of(form.get("language"))
    if form.keys() - {*FIELDS, "language"} or language is None:
        raise BodyRefused("The form has fields or choices that the page does not have.")
    front, slug = visit.site.front, visit.request.match_info["slug"]
    await front.rates.take_for("open-link", slug, front.settings.public_rate_limit * LINK_FACTOR)
    details = {name: form.get(name, "") for name in FIELDS}
    try:
        await visit.do("RequestEntry", slug=slug, language=language.value.upper(), **details)
    except Refused as refused:
        if refused.code in NOTICES:
            return visit.go(wrong=NOTICES[refused.code])
        if refused.kind is not Kind.BAD_INPUT:
            raise
        return visit.go(wrong=".".join(name for name in FIELDS if name in refused.fields or not details[name].strip()))
    return visit.go("/sent")


async def sent(visit: Visit) -> web.Response:
    """Say that a mail is on its way."""
    await _opened(visit)
    return visit.notice("sent", 200)


async def enter(visit: Visit) -> web.Response:
    """Show one button; what it confirms is confirmed by pressing it, not by opening the link."""
    entry = await _entry(visit)
    return visit.page("enter.html", entry=entry, account=entry)


async def confirm(visit: Visit) -> web.Response:
    """Confirm the email address and go on to the invite."""
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
