"""A real browser for pages, driven in the loop of the server that it asks; where the machine has none, its tests say so."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

from tests.gateway.pages.conftest import house, make_house
from tests.gateway.pages.house import House
from tests.support import missing
from tests.support.databases import Databases

__all__ = ["house", "make_house"]
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Tab:
    """A tab, and everything in it that went wrong: errors, refusals of the policy, requests to elsewhere."""

    def __init__(self, page: Page, *origins: str) -> None:
        self.page = page
        self.wrong: list[str] = []
        self._origins = origins
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        page.on("request", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.wrong.append(f"{message.type}: {message.text}")

    def _asked(self, request: Any) -> None:
        if not request.url.startswith(self._origins):
            self.wrong.append(f"request to {request.url}")

    async def fits(self) -> bool:
        """Whether nothing reaches beyond the right edge."""
        return bool(await self.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> Iterator[str]:
    """What browsers see does not depend on the database; the same pages are tested on both without one."""
    with databases.copy("sqlite", tmp_path) as url:
        yield url


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    missing.need_chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=missing.chromium(), headless=True, args=list(ARGUMENTS))
        yield browser
        await browser.close()


@pytest.fixture
def open_tab(chromium: Browser, house: House) -> Callable[..., Any]:
    """Open a tab of a certain size on the house's pages."""
    origin = str(house.client.make_url("/")).rstrip("/")

    async def open_at(width: int, height: int = 800, **options: Any) -> Tab:
        context = await chromium.new_context(viewport={"width": width, "height": height}, base_url=origin, **options)
        return Tab(await context.new_page(), origin)

    return open_at
