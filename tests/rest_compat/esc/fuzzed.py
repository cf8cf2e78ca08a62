"""What fuzzing the esc Profile API begins with."""

from collections.abc import Mapping
from typing import Any

from domain.orders.payments import NoticeKind
from tests.domain.orders.buying import buy, tell
from tests.domain.teams.acting import add, create
from tests.rest_compat.esc import stories
from tests.rest_compat.esc.conftest import DOCUMENT
from tests.rest_compat.fuzzing import Subject
from tests.support.http import Http
from tests.support.world import World

MAY_REFUSE = (
    "POST /register",
    "POST /invites",
    "POST /request-trial",
    "POST /orders",
    "POST /webhooks",
    "DELETE /invites/{inviteId}",
    "POST /invites/{inviteId}/remind",
    "GET /invites/{inviteId}/results",
    "GET /search",
    "GET /invites/{inviteId}/match",
    "POST /job-profiles",
    "PUT /job-profiles/{profileId}",
    "POST /teams",
    "PUT /teams/{teamId}",
    "DELETE /teams/{teamId}",
    "POST /teams/{teamId}/members",
    "DELETE /teams/{teamId}/members",
    "DELETE /teams/{teamId}/members/{sessionId}",
    "DELETE /gdpr/candidates/{sessionId}",
    "GET /invites/{inviteId}/report",
)


async def people(world: World) -> None:
    await world.complete()
    await stories.enter(world)
    await stories.take(world, await world.invite("begun@example.com"), complete=False)
    await world.invite("pending@example.com")


async def there(http: Http) -> Mapping[str, Any]:
    [profile, *_] = (await http.esc("GET", "/profiles")).json()["data"]["profiles"]
    session, team = profile["session_id"], await create(http.world)
    await add(http.world, team, session)
    job_profiles = {name: await stories.profile(http.world) for name in ("profileId", "profile_id")}  # one is deleted on the way
    order = await buy(http.world)
    await tell(http.world, order, NoticeKind.PAID, "evt_1")
    invoice = (await http.esc("GET", "/invoices")).json()["data"]["invoices"][0]["id"]
    invite, _attempt = await http.world.complete("kept@example.com", "Kim Kept")  # of whom the session is not told
    return {"sessionId": session, "teamId": team, "orderId": order, "invoiceId": invoice, **job_profiles, "inviteId": invite}


def shown(method: str, name: str, operation: Mapping[str, Any]) -> bool:
    """Whether it may be found, and not be gone afterwards."""
    return operation["operationId"] != "deleteTeam" and (name != "inviteId" or method == "get")


ESC = Subject("esc", DOCUMENT, MAY_REFUSE, people, there, shown, {"limit": 2**63 - 1})
"""A longer limit is cut (R-ESC-4)."""
