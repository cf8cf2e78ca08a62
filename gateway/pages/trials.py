"""The key of a trial: shown once, to whoever presses the button behind the link in the mail."""

from typing import Any

from aiohttp import web

from gateway.pages.doors import TOKEN, Route
from gateway.pages.failures import NotFound
from gateway.pages.visit import Visit


async def offer(visit: Visit) -> web.Response:
    """Show one button; opening the link uses up nothing, as programs that look through mails open every link."""
    trial = await _trial(visit)
    return visit.page("trial.html", trial=trial)


async def show(visit: Visit) -> web.Response:
    """Make the key and show it in this answer, which nothing keeps; a reload finds the link used."""
    await _trial(visit)
    made = await visit.do("OpenTrial", token=visit.request.match_info["token"])
    return visit.page("key.html", secret=made["secret"], account=made["accountKey"])


async def _trial(visit: Visit) -> Any:
    trial = (await visit.ask("Trial", token=visit.request.match_info["token"]))["trial"]
    if trial is None:
        raise NotFound
    visit.company = trial["company"]
    visit.speak(trial["language"])
    return trial


ROUTES: tuple[Route, ...] = (Route(f"/trial/{TOKEN}", {"GET": offer, "POST": show}),)
