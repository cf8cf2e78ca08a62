"""What will happen, told to somebody who is asked to take a questionnaire outside of this product."""

from aiohttp import web

from gateway.pages.doors import TOKEN, Route
from gateway.pages.failures import NotFound
from gateway.pages.visit import Visit


async def show(visit: Visit) -> web.Response:
    """Show the page; there is nothing to do on it."""
    guide = (await visit.ask("ParticipantGuide", token=visit.request.match_info["token"]))["participantGuide"]
    if guide is None:
        raise NotFound
    visit.company = guide["company"]
    visit.speak(guide["language"])
    own, other = ("guideDe", "guideEn") if visit.language.value == "de" else ("guideEn", "guideDe")
    code = guide["accessCode"]
    return visit.page("guide.html", guide=guide, account=guide, words=guide[own] or guide[other], code=f"{code[:3]} {code[3:6]} {code[6:]}")


ROUTES: tuple[Route, ...] = (Route(f"/guide/{TOKEN}", {"GET": show}),)
