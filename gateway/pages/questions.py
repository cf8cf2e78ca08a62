"""The statements, page by page; answers are kept as they are given."""

from typing import Any

from aiohttp import web

from domain.kernel.errors import Kind
from gateway.bodies import BodyRefused
from gateway.pages import forms
from gateway.pages.doors import TOKEN, Route
from gateway.pages.failures import NotFound, Refused
from gateway.pages.sheets import Sheet, Sheets
from gateway.pages.taking import elsewhere, invited
from gateway.pages.visit import HEADERS, Visit

WAYS = ("next", "back")


async def first_open(visit: Visit) -> web.Response:
    """Go to the first page with an open statement, or to the finish."""
    invite = await invited(visit, "Questions", texts=False)
    if away := elsewhere(visit, invite):
        return away
    gaps = Sheets(invite["attempt"]["answers"]).gaps
    return visit.go(f"/questions/{gaps[0].number}" if gaps else "/finish")


async def show(visit: Visit) -> web.Response:
    """Show one page of statements."""
    invite = await invited(visit, "Questions", texts=True)
    if away := elsewhere(visit, invite):
        return away
    sheets = Sheets(invite["attempt"]["answers"])
    sheet = _sheet(visit, sheets)
    language = visit.language.value
    facts: dict[str, Any] = {
        "sheets": sheets,
        "sheet": sheet,
        "statements": [
            (sheet.first + index, answer["item"]["key"], answer["item"]["text"][language], answer["value"])
            for index, answer in enumerate(sheet.answers)
        ],
        "choices": [text[language] for text in invite["instrument"]["answers"]],
        "missing": sheet.open if "missing" in visit.request.query else (),
    }
    return visit.page("questions.html", **facts)


async def turn(visit: Visit) -> web.Response:
    """Keep the answers of a page, then turn to the next or the one before; forward only when none is open."""
    form = await forms.read(visit.request)
    invite = await invited(visit, "Questions", texts=False)
    if away := elsewhere(visit, invite):
        return away
    sheets = Sheets(invite["attempt"]["answers"])
    sheet = _sheet(visit, sheets)
    way = form.pop("go", "next")
    given = _given(form, sheet)
    if way not in WAYS:
        raise BodyRefused("There is no such way to go.")
    if given:
        await visit.do("SaveAnswers", attempt=str(invite["attempt"]["key"]), answers=given)
    if way == "back":
        return visit.go(f"/questions/{max(sheet.number - 1, 1)}")
    if set(sheet.open) - form.keys():
        return visit.go(f"/questions/{sheet.number}", missing=1)
    return visit.go("/finish" if sheet.number == len(sheets) else f"/questions/{sheet.number + 1}")


async def save(visit: Visit) -> web.Response:
    """Keep answers that the page's script sends as they are given."""
    answers = await forms.answers(visit.request)
    invite = await invited(visit, "Standing")
    if invite["attempt"] is None:
        raise Refused(Kind.WRONG_STATE, "NOT_BEGUN")
    await visit.do("SaveAnswers", attempt=str(invite["attempt"]["key"]), answers=answers)
    return web.Response(status=204, headers=HEADERS)


def _sheet(visit: Visit, sheets: Sheets) -> Sheet:
    sheet = sheets.get(int(visit.request.match_info["page"]))
    if sheet is None:
        raise NotFound
    return sheet


def _given(form: dict[str, str], sheet: Sheet) -> list[dict[str, Any]]:
    """The answers of a page's form.

    Raises BodyRefused for statements that are not on the page.
    """
    if form.keys() - set(sheet.keys) or not all(value.isascii() and value.isdigit() and len(value) == 1 for value in form.values()):
        raise BodyRefused("The form has answers that the page does not have.")
    return [{"item": key, "value": int(value)} for key, value in form.items()]


ROUTES: tuple[Route, ...] = (
    Route(f"/a/{TOKEN}/questions", {"GET": first_open}),
    Route(f"/a/{TOKEN}/questions/{{page:[0-9]{{1,4}}}}", {"GET": show, "POST": turn}),
    Route(f"/a/{TOKEN}/answers", {"POST": save}, speaks_json=True),
)
