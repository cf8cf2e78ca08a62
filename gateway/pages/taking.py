"""The beginning and the end of taking part: welcome, begin, finish, submit, thanks."""

from typing import Any

from aiohttp import web

from domain.kernel.errors import Kind
from gateway.pages.doors import TOKEN, Route
from gateway.pages.failures import NotFound, Refused
from gateway.pages.sheets import Sheets
from gateway.pages.visit import Visit

NO_CREDIT = "credit"


async def invited(visit: Visit, operation: str, **variables: Any) -> Any:
    """The invite of the link, by an operation that reads it; the page then speaks its language.

    Raises Refused.
    """
    viewer = (await visit.ask(operation, **variables))["viewer"]
    invite = viewer["invite"]
    if invite is None:
        raise NotFound
    visit.company = viewer["account"]["company"]
    visit.speak((invite["attempt"] or invite)["language"])
    return {**invite, "account": viewer["account"]}


def elsewhere(visit: Visit, invite: Any) -> web.Response | None:
    """Where to go instead, when the invite is not being answered."""
    match invite["status"]:
        case "STARTED":
            return None
        case "COMPLETED":
            return visit.go("/done")
        case "PENDING":
            return visit.go()
    return _over(visit, invite)


def _over(visit: Visit, invite: Any) -> web.Response:
    return visit.notice(invite["status"].lower(), 410, date=visit.text.moment(invite["expiresAt"]))


async def welcome(visit: Visit) -> web.Response:
    """Show what the invite asks for, and where it stands. Mail scanners open links, so this changes nothing."""
    invite = await invited(visit, "Welcome")
    match invite["status"]:
        case "PENDING" | "STARTED":
            facts = {"invite": invite, "account": invite["account"], "instrument": invite["instrument"]}
            return visit.page("welcome.html", **facts, until=visit.text.moment(invite["expiresAt"]))
        case "COMPLETED":
            return visit.notice("done", 200)
    return _over(visit, invite)


async def begin(visit: Visit) -> web.Response:
    """Begin the invite in the language that the page was read in; beginning it again goes on."""
    invite = await invited(visit, "Standing")
    await visit.do("StartAttempt", invite=invite["key"], language=visit.language.value.upper())
    return visit.go("/about")


async def review(visit: Visit) -> web.Response:
    """Show that everything is answered, or what is not."""
    invite = await invited(visit, "Questions", texts=False)
    if away := elsewhere(visit, invite):
        return away
    sheets = Sheets(invite["attempt"]["answers"])
    if visit.told([NO_CREDIT]) and not sheets.gaps:
        again = (visit.text("credit.action"), visit.link("/finish"))
        return visit.notice(NO_CREDIT, 200, action=again, date=visit.text.moment(invite["expiresAt"]))
    return visit.page("finish.html", sheets=sheets)


async def complete(visit: Visit) -> web.Response:
    """Submit the answers, once all statements have one."""
    invite = await invited(visit, "Questions", texts=False)
    if away := elsewhere(visit, invite):
        return away
    if Sheets(invite["attempt"]["answers"]).gaps:
        return visit.go("/finish")
    try:
        await visit.do("CompleteAttempt", attempt=str(invite["attempt"]["key"]))
    except Refused as refused:
        if refused.kind is not Kind.PAYMENT_REQUIRED:
            raise
        return visit.go("/finish", wrong=NO_CREDIT)
    return visit.go("/done")


async def back(visit: Visit) -> web.Response:
    """Send whoever opens the address of a form, as browsers do with old tabs, to where the invite stands."""
    await invited(visit, "Standing")
    return visit.go()


async def done(visit: Visit) -> web.Response:
    """Thank whoever completed it; send everybody else to where they stand."""
    invite = await invited(visit, "Standing")
    return visit.notice("done", 200) if invite["status"] == "COMPLETED" else visit.go()


ROUTES: tuple[Route, ...] = (
    Route(f"/a/{TOKEN}", {"GET": welcome}),
    Route(f"/a/{TOKEN}/begin", {"GET": back, "POST": begin}),
    Route(f"/a/{TOKEN}/finish", {"GET": review}),
    Route(f"/a/{TOKEN}/complete", {"GET": back, "POST": complete}),
    Route(f"/a/{TOKEN}/done", {"GET": done}),
)
