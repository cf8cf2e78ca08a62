"""Those who meet the product in a browser: an integrator with a key, and a candidate who is invited."""

import email
import json
import re
from email import policy
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Tab
from tests.rest_compat.esc import hand

NAME, EMAIL = "Jürgen Groß", "juergen@example.com"
ITEMS = {item["de"]: item["key"] for scale in hand.BANK["scales"] for item in scale["items"]}
"""Keys by what a candidate reads."""


class Client:
    """An integrator with a key."""

    def __init__(self, session: ClientSession, base: str) -> None:
        self.session = session
        self.base = base
        self.key = ""

    async def fetch(self, method: str, path: str, **options: Any) -> bytes:
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        async with self.session.request(method, self.base + path, headers=headers, **options) as response:
            assert response.status < 300, await response.text()
            return await response.read()

    async def call(self, method: str, path: str, **options: Any) -> Any:
        return json.loads(await self.fetch(method, path, **options))

    async def data(self, method: str, path: str, **options: Any) -> Any:
        """What the esc Profile API answers."""
        return (await self.call(method, f"/api/v1{path}", **options))["data"]

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
    """Where an invitation leads."""
    message = email.message_from_bytes(mail.read_bytes(), policy=policy.default)
    assert message["To"] == f"{NAME} <{EMAIL}>"
    body = message.get_body(("plain",))
    assert body is not None
    found = re.search(r"https?://\S+/a/\S+", body.get_content())
    assert found is not None
    return found.group()


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


async def tab_of(chromium: Browser, *origins: str, locale: str = "de-DE") -> Tab:
    """A tab of somebody's own that goes nowhere but there."""
    context = await chromium.new_context(locale=locale)
    return Tab(await context.new_page(), *origins)
