"""The main job, as it happens to people: from a registration to a result, through a real server, worker, mail and browser."""

import email
import re
from collections.abc import AsyncIterator
from email import policy
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Tab
from tests.rest_compat.esc import hand
from tests.support.databases import Databases
from tests.support.served import Served, serving

ITEMS = {item["de"]: item["key"] for scale in hand.BANK["scales"] for item in scale["items"]}
"""Keys by what a candidate reads."""
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


class Client:
    """An integrator with a key."""

    def __init__(self, session: ClientSession, base: str) -> None:
        self.session = session
        self.base = base
        self.key = ""

    async def call(self, method: str, path: str, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        async with self.session.request(method, self.base + path, headers=headers, **options) as response:
            assert response.status < 300, await response.text()
            return await response.json()

    async def graph(self, query: str, **variables: Any) -> Any:
        answer = await self.call("POST", "/graphql", json={"query": query, "variables": variables})
        assert "errors" not in answer, answer
        return answer["data"]


def answer_to(item: str) -> int:
    """An answer to every item that differs between items and between the scales."""
    return (sum(map(ord, item)) * 7 + len(item)) % 5 + 1


async def answer_page(page: Page) -> dict[str, int]:
    """Answer every statement that is shown, by what it says."""
    given = {}
    statements = page.locator("fieldset.statement")
    for index in range(await statements.count()):
        statement = statements.nth(index)
        words = " ".join((await statement.locator("legend").inner_text()).split())
        item = next(key for text, key in ITEMS.items() if words.endswith(text))
        given[item] = answer_to(item)
        await statement.locator("label").nth(given[item] - 1).click()
    async with page.expect_navigation():
        await page.get_by_role("button", name="Weiter", exact=True).click()
    return given


def link_of(mail: Path) -> str:
    message = email.message_from_bytes(mail.read_bytes(), policy=policy.default)
    assert message["To"] == "Jürgen Groß <juergen@example.com>"
    body = message.get_body(("plain",))
    assert body is not None
    found = re.search(r"https?://\S+/a/\S+", body.get_content())
    assert found is not None
    return found.group()


async def test_from_registration_to_result(served: Served, chromium: Browser) -> None:
    """R-ESC-2, R-ESC-31, Q-8, Q-9."""
    async with ClientSession() as session:
        client = Client(session, served.base)
        body = {"email": "hr@example.com", "company": "Nordlicht GmbH", "mode": "live"}
        registered = await client.call("POST", "/api/v1/register", json=body)
        client.key = registered["data"]["api_key"]["key"]
        await served.command("credits", "grant", "1", "--account", "hr@example.com")
        sent = await client.graph(SEND, input={"email": "juergen@example.com", "name": "Jürgen Groß", "language": "DE"})
        assert sent["sendInvite"]["status"] == "PENDING"
        invite = sent["sendInvite"]["key"]
        link = link_of(await served.mail("invitation"))

        given = await take_part(link, chromium, served.base)

        assert set(given) == set(ITEMS.values())
        await the_result_is_the_same_everywhere(client, invite, given)


async def take_part(link: str, chromium: Browser, base: str) -> dict[str, int]:
    """Open the link, answer some pages, close the browser, come back and finish."""
    first = await tab_of(chromium, base)
    await first.page.goto(link)
    async with first.page.expect_navigation():
        await first.page.get_by_role("button", name="Beginnen").click()
    async with first.page.expect_navigation():
        await first.page.get_by_role("button", name="Seite überspringen").click()
    given = await answer_page(first.page) | await answer_page(first.page)
    await first.page.context.close()

    second = await tab_of(chromium, base)
    await second.page.goto(link)
    await second.page.get_by_role("link", name="Fortsetzen").click()
    await second.page.wait_for_url("**/questions/3?*")
    while "/questions/" in second.page.url:
        given |= await answer_page(second.page)
    async with second.page.expect_navigation():
        await second.page.get_by_role("button", name="Antworten absenden").click()
    await expect(second.page.get_by_role("heading", level=1)).to_have_text("Vielen Dank")
    assert first.wrong == second.wrong == []
    return given


async def tab_of(chromium: Browser, base: str) -> Tab:
    context = await chromium.new_context(locale="de-DE")
    return Tab(await context.new_page(), base)


async def the_result_is_the_same_everywhere(client: Client, invite: str, given: dict[str, int]) -> None:
    """By the graph, by REST, and worked out by hand."""
    by_rest = (await client.call("GET", f"/api/v1/invites/{invite}/results"))["data"]
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
