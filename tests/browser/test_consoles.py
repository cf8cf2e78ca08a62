"""GraphiQL and the API reference as their users meet them."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.async_api import Page, expect

from domain.access import commands
from gateway.consoles import examples
from tests.browser.conftest import Tab
from tests.gateway.listening import listening
from tests.gateway.pages.house import House

SHOTS = Path("test-artifacts/consoles")


async def with_demo_key(house: House) -> None:
    """Keep a key where the demo account's lies."""
    made = await house.work(commands.create_key, name="Demo", permissions=list(house.world.actor.permissions))
    (house.settings.var / "demo-key").write_text(made.secret)


async def graphiql(open_tab: Callable[..., Any]) -> Tab:
    tab: Tab = await open_tab(1280)
    await tab.page.goto("/graphiql")
    await expect(tab.page.get_by_role("button", name=re.compile("Execute query"))).to_be_visible()
    return tab


class TestGraphiQL:
    async def test_opens_with_examples_that_run_at_once(self, house: House, open_tab: Callable[..., Any]) -> None:
        await with_demo_key(house)
        await house.invite(name="Kim Muster")
        tab = await graphiql(open_tab)
        await expect(tab.page.locator(".graphiql-tab")).to_have_count(len(examples()))

        await tab.page.get_by_role("button", name=re.compile("Execute query")).click()

        await expect(tab.page.locator(".result-window")).to_contain_text("Kim Muster")
        await tab.page.screenshot(path=SHOTS / "graphiql.png")
        assert tab.wrong == []

    async def test_listens_to_what_happens(self, house: House, open_tab: Callable[..., Any]) -> None:
        await with_demo_key(house)
        tab = await graphiql(open_tab)
        await tab.page.locator(".graphiql-tab", has_text="Listen").click()
        with listening(house.world) as listeners:
            await tab.page.get_by_role("button", name=re.compile("Execute query")).click()
            await listeners.begun()
            await house.invite(name="Later Guest")
            await expect(tab.page.locator(".result-window")).to_contain_text("Later Guest")
        assert tab.wrong == []

    async def test_asks_for_a_key_where_there_is_none(self, house: House, open_tab: Callable[..., Any]) -> None:
        tab = await graphiql(open_tab)
        await expect(tab.page.get_by_text("Put your API key into the headers below")).to_be_visible()
        await expect(tab.page.locator(".graphiql-editor-tool")).to_contain_text("pk_live_…")
        assert tab.wrong == []

    async def test_explains_every_field(self, house: House, open_tab: Callable[..., Any]) -> None:
        await with_demo_key(house)
        tab = await graphiql(open_tab)
        await tab.page.get_by_role("button", name="Show Documentation Explorer").click()
        await tab.page.get_by_role("link", name="Query", exact=True).click()
        await expect(tab.page.get_by_text("The account of the credential.")).to_be_visible()
        assert tab.wrong == []


PATIENCE = 30.0
MORE = re.compile(r"^Show \d+ more")


async def scroll_to(page: Page, text: str) -> None:
    """Read on until a text is there: the reference makes its later parts only when somebody comes near, and folds long lists."""
    found = page.get_by_text(text, exact=True).first
    async with asyncio.timeout(PATIENCE):
        while not await found.count():
            for folded in await page.get_by_text(MORE).all():
                await folded.click()
            await page.mouse.wheel(0, 3_000)
            await page.evaluate("new Promise(requestIdleCallback)")


class TestReference:
    async def test_shows_every_operation(self, house: House, open_tab: Callable[..., Any]) -> None:
        tab = await open_tab(1280)
        await tab.page.goto("/api/v1/docs")
        await expect(tab.page.get_by_role("heading", level=1)).to_contain_text("Profile API")
        served = await (await house.client.get("/api/v1/openapi.json")).json()
        for path in served["paths"]:
            await scroll_to(tab.page, path)
        await tab.page.screenshot(path=SHOTS / "reference.png")
        assert tab.wrong == []
