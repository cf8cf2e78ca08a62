"""What candidates see, from the signed link to the finish, the account's open link, and the pages beside: paying, trials, guides."""

from aiohttp import web

from gateway.front import Front
from gateway.pages import about, checkout, entering, guide, questions, taking, trials
from gateway.pages.doors import LinkDoor, PublicDoor, Route
from gateway.pages.site import Site

ROUTES = (*taking.ROUTES, *about.ROUTES, *questions.ROUTES)
PUBLIC_ROUTES = (*entering.ROUTES, *checkout.ROUTES, *trials.ROUTES, *guide.ROUTES)


def add_pages(app: web.Application, front: Front) -> None:
    """Serve the candidate pages, what they load, and a calm 404 for everything else below their paths."""
    site = Site(front)
    app.router.add_get("/pages/static/{name}", site.assets.answer)
    for door, routes in ((LinkDoor(site), ROUTES), (PublicDoor(site), PUBLIC_ROUTES)):
        for route in routes:
            app.router.add_route("*", route.path, door.handler(route))
    nowhere = PublicDoor(site).handler(Route("", {}))
    for start in ("a", "open", "enter", "checkout", "trial", "guide", "pages"):
        app.router.add_route("*", f"/{start}/{{rest:.*}}", nowhere)
