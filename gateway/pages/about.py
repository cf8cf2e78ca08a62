"""What candidates tell about themselves, voluntarily."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from gateway.bodies import BodyRefused
from gateway.pages import forms
from gateway.pages.doors import TOKEN, Route
from gateway.pages.failures import Refused
from gateway.pages.taking import elsewhere, invited
from gateway.pages.visit import Visit

PAGE = "/about"
FIELDS = {"given_name": "givenName", "family_name": "familyName", "gender": "gender", "birth_year": "birthYear"}
"""The fields of the form and what the graph calls them."""
GENDERS = ("", "male", "female", "diverse")
NOT_A_YEAR = -1
"""What stands for text that is no year, so that the graph refuses both in the same way."""


async def ask(visit: Visit) -> web.Response:
    """Show the page, with what is known already."""
    invite = await invited(visit, "About")
    return elsewhere(visit, invite) or _page(visit, _known(invite["candidate"]), visit.told(FIELDS))


async def tell(visit: Visit) -> web.Response:
    """Keep what was changed, unless the page was skipped; of several details those that are right."""
    form = await forms.read(visit.request)
    invite = await invited(visit, "About")
    if away := elsewhere(visit, invite):
        return away
    if form.pop("go", "") == "skip":
        return visit.go("/questions")
    wrong = await _keep(visit, invite["candidate"]["key"], _changes(invite["candidate"], form))
    return visit.go(PAGE, wrong=".".join(wrong)) if wrong else visit.go("/questions")


async def _keep(visit: Visit, candidate: str, changes: dict[str, Any]) -> list[str]:
    """Keep changes and return the fields whose details are wrong."""
    if not changes:
        return []
    try:
        await visit.do("UpdateCandidate", key=candidate, **changes)
    except Refused as refused:
        wrong = [name for name, field in FIELDS.items() if field in refused.fields]
        if not wrong:
            raise
        right = {field: value for field, value in changes.items() if field not in refused.fields}
        return wrong + await _keep(visit, candidate, right)
    return []


def _known(candidate: Any) -> dict[str, str]:
    """What is known of a candidate, as the form shows it."""
    known = {name: str(candidate[field] or "") for name, field in FIELDS.items()}
    return known | {"gender": known["gender"].lower()}


def _changes(candidate: Any, form: Mapping[str, str]) -> dict[str, Any]:
    """What a form changes of what was told before; names that were only guessed count as not told.

    Raises BodyRefused for fields that the page does not have.
    """
    if form.keys() - FIELDS.keys() or form.get("gender", "") not in GENDERS:
        raise BodyRefused("The form has fields or choices that the page does not have.")
    told = {FIELDS[name]: _value(name, text.strip()) for name, text in form.items()}
    return {field: value for field, value in told.items() if value != _before(candidate, field)}


def _before(candidate: Any, field: str) -> Any:
    return candidate[field] if candidate.get(f"{field}Source", True) else None


def _value(name: str, text: str) -> Any:
    if not text:
        return None
    if name == "gender":
        return text.upper()
    if name == "birth_year":
        return int(text) if text.isascii() and text.isdigit() and len(text) == 4 else NOT_A_YEAR
    return text


def _page(visit: Visit, values: Mapping[str, str], wrong: list[str]) -> web.Response:
    facts: dict[str, Any] = {"values": values, "wrong": wrong, "genders": GENDERS, "year": visit.site.front.database.clock.now().year}
    return visit.page("about.html", **facts)


ROUTES: tuple[Route, ...] = (Route(f"/a/{TOKEN}{PAGE}", {"GET": ask, "POST": tell}),)
