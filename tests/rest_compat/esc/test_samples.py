"""What the reference shows to paste does what it says."""

from typing import Any

import pytest

from domain.invoices import queries as invoices
from domain.orders.payments import NoticeKind
from tests.domain.orders.buying import Provider, buy, tell
from tests.domain.teams.acting import add, create
from tests.rest_compat.esc import stories
from tests.rest_compat.esc.conftest import BASE, DOCUMENT, ON_ONE_DATABASE, Esc
from tests.rest_compat.pasted import read
from tests.support.world import World

SAMPLES = {
    f"{method.upper()} {path}": operation["x-codeSamples"]
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}


async def set_scene(world: World, name: str) -> dict[str, str]:
    """What has to be there before, and what stands for the placeholders of the sample."""
    if name in ("DELETE /invites/{inviteId}", "POST /invites/{inviteId}/remind"):
        invite = await world.invite("lena@example.com")
        world.advance(hours=25)
        return {"INVITE_ID": invite}
    invite = await world.invite("lena@example.com")
    session = await stories.take(world, invite, stories.answers_without(seed=5))
    team, profile = await create(world), await stories.profile(world)
    if not name.startswith("POST /teams"):
        await add(world, team, session)
    numbers = {f"/{place}/1": f"/{place}/{session}" for place in ("profiles", "candidates", "members")} | {"[1001]": f"[{session}]"}
    order = await buy(world)
    await tell(world, order, NoticeKind.PAID, "evt_1")
    invoice = (await invoices.by_order(world.database.read(), world.account_id, [order]))[order].key
    keys = {"INVITE_ID": invite, "PROFILE_ID": profile, "ORDER_ID": order, "INVOICE_ID": invoice}
    return {**keys, **numbers, "/teams/1": f"/teams/{team}"}


@ON_ONE_DATABASE
@pytest.mark.parametrize("name", SAMPLES)
async def test_every_curl_call_succeeds_when_pasted(name: str, esc: Esc, world: World) -> None:
    source = SAMPLES[name][0]["source"]
    for placeholder, value in (await set_scene(world, name)).items():
        source = source.replace(placeholder, value)
    method, path, headers, body = read(source, BASE)
    esc.http.server.front.payments = Provider()
    options: dict[str, Any] = {"data": body} if body else {}
    credential = headers.pop("Authorization", None)
    assert credential in (None, "Bearer YOUR_KEY")
    reply = await esc.call(method, path, headers=headers, **options, **({} if credential else {"key": None}))
    assert method == name.partition(" ")[0]
    assert reply.status in (200, 201, 204), reply.text


@pytest.mark.parametrize("name", SAMPLES)
def test_every_operation_shows_its_twin_in_the_graph(name: str) -> None:
    _, twin = SAMPLES[name]
    assert twin["lang"] == "GraphQL"
    assert twin["source"].startswith(("query ", "mutation "))
