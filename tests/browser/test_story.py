"""The main job, as it happens to people: from a registration to a result, through a real server, worker, mail and browser."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession
from playwright.async_api import Browser

from tests.browser.people import EMAIL, ITEMS, NAME, Client, link_of, take_part
from tests.rest_compat.esc import hand
from tests.support.databases import Databases
from tests.support.served import Served, serving

SEND = """mutation($input: SendInviteInput!) {
  sendInvite(input: $input) { ... on Invite { key status } ... on Problem { code message } } }"""
RESULT = """query($key: ID!) {
  invite(key: $key) { status attempt { language result {
    normGroup { key name { en } empirical } wirIch { wirPercent ichPercent tendency }
    scales { scale { key kind } rawPercent cValue label } } } }
  balance { available used } }"""


@pytest.fixture(params=["sqlite", "postgresql"])
async def served(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> AsyncIterator[Served]:
    """A server on each database; the pages are the same, what is below them is not."""
    with databases.copy(request.param, tmp_path) as url:
        async with serving(tmp_path, url, PUBLIC_RATE_LIMIT="1000") as running:  # nobody answers as fast as a test
            yield running


async def test_from_registration_to_result(served: Served, chromium: Browser) -> None:
    """R-ESC-2, R-ESC-31, Q-8, Q-9."""
    async with ClientSession() as session:
        client = Client(session, served.base)
        body = {"email": "hr@example.com", "company": "Nordlicht GmbH", "mode": "live"}
        client.key = (await client.data("POST", "/register", json=body))["api_key"]["key"]
        await served.command("credits", "grant", "1", "--account", "hr@example.com")
        sent = await client.graph(SEND, input={"email": EMAIL, "name": NAME, "language": "DE"})
        assert sent["sendInvite"]["status"] == "PENDING"
        invite = sent["sendInvite"]["key"]
        link = link_of(await served.mail("invitation"))

        given = await take_part(link, chromium, served.base)

        assert set(given) == set(ITEMS.values())
        await the_result_is_the_same_everywhere(client, invite, given)


async def the_result_is_the_same_everywhere(client: Client, invite: str, given: dict[str, int]) -> None:
    """By the graph, by REST, and worked out by hand."""
    by_rest = await client.data("GET", f"/invites/{invite}/results")
    by_graph = await client.graph(RESULT, key=invite)

    assert by_rest["dimensions"] == hand.scores(given, hand.DIMENSIONS)
    assert by_rest["graves_values"] == hand.scores(given, hand.GRAVES)
    assert by_rest["wir_ich_ratio"] == hand.wir_ich(given)

    assert by_graph["balance"] == {"available": 0, "used": 1}
    assert by_graph["invite"]["status"] == "COMPLETED"
    assert by_graph["invite"]["attempt"]["language"] == "DE"
    result = by_graph["invite"]["attempt"]["result"]
    by_hand = hand.scores(given, [*hand.DIMENSIONS, *hand.GRAVES])
    assert [score["scale"]["key"] for score in result["scales"]] == [*hand.DIMENSIONS, *hand.GRAVES]
    for score in result["scales"]:
        expected = by_hand[score["scale"]["key"]]
        assert (score["rawPercent"], score["cValue"]) == (expected["raw_percent"], expected["c_value"])
        if "label" in expected:
            assert score["label"].replace("_", " ").lower() == expected["label"].lower()
    wir_ich = hand.wir_ich(given)
    assert result["wirIch"]["wirPercent"] == wir_ich["wir_percent"]
    assert result["wirIch"]["ichPercent"] == wir_ich["ich_percent"]
    assert result["normGroup"]["key"] == by_rest["norm_group"]["id"]
    assert result["normGroup"]["name"]["en"] == by_rest["norm_group"]["name"]
