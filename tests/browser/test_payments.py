"""The pay page and the desk of the test payments in a real browser: with finger and keyboard, in both languages."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import Tab
from tests.gateway.stripe_fake.conftest import Shop, open_shop, receiver, shop

__all__ = ["open_shop", "receiver", "shop"]
SHOTS = Path("test-artifacts/payments")
DESKTOP, PHONE = 1280, 375
OpenAt = Callable[..., Awaitable[Tab]]


@pytest.fixture
async def open_pay(chromium: Browser, shop: Shop) -> AsyncIterator[OpenAt]:
    """Open a tab of a certain size on the shop's pages."""
    async with AsyncExitStack() as stack:

        async def open_at(width: int, **options: Any) -> Tab:
            context = await chromium.new_context(viewport={"width": width, "height": 800}, base_url=shop.fake.address, **options)
            stack.push_async_callback(context.close)
            return Tab(await context.new_page(), shop.fake.address)

        yield open_at


async def own_order(shop: Shop, **changes: Any) -> Any:
    """An order that leads back to a page of this server, so that nothing is asked of elsewhere."""
    back = f"{shop.fake.address}/_fake/"
    return await shop.order(success_url=f"{back}?paid={{CHECKOUT_SESSION_ID}}", cancel_url=f"{back}?canceled", **changes)


async def shoot(tab: Tab, name: str) -> None:
    assert await tab.fits(), f"{name} is wider than the screen"
    await tab.page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
async def test_says_plainly_that_no_money_moves_and_pays(shop: Shop, open_pay: OpenAt, width: int) -> None:
    session = await own_order(shop, locale="de")
    tab = await open_pay(width, has_touch=width == PHONE)
    await tab.page.goto(session.url)
    await expect(tab.page.get_by_role("complementary", name="Testzahlung – es fließt kein Geld")).to_be_visible()
    await expect(tab.page.get_by_role("heading", level=1)).to_contain_text("177,31")
    await shoot(tab, f"{width}-pay")

    await tab.page.get_by_role("button", name="mit Karte bezahlen").click()

    await expect(tab.page).to_have_url(f"{shop.fake.address}/_fake/?paid={session.id}")
    assert (await shop.again(session)).payment_status == "paid"
    await shoot(tab, f"{width}-desk")
    assert tab.wrong == []


async def test_a_declined_card_is_said_aloud_and_the_next_way_works(shop: Shop, open_pay: OpenAt) -> None:
    session = await own_order(shop, locale="en")
    tab = await open_pay(PHONE)
    await tab.page.goto(session.url)

    await tab.page.get_by_role("button", name="Card is declined").click()
    await expect(tab.page.get_by_role("alert")).to_have_text("Your card was declined. Please pay in another way.")
    await shoot(tab, f"{PHONE}-declined")
    await tab.page.get_by_role("button", name="Pay later: succeeds").click()

    await expect(tab.page.get_by_text("payment pending")).to_be_visible()
    await tab.page.get_by_role("button", name="Money arrives", exact=True).click()
    await expect(tab.page.get_by_text("paid", exact=True)).to_be_visible()
    await shop.delivered()
    assert shop.receiver.types()[-1] == "checkout.session.async_payment_succeeded"
    assert tab.wrong == []


async def test_works_by_keyboard_alone(shop: Shop, open_pay: OpenAt) -> None:
    session = await own_order(shop, locale="en")
    tab = await open_pay(DESKTOP)
    await tab.page.goto(session.url)
    await tab.page.keyboard.press("Tab")
    await expect(tab.page.get_by_role("link", name="Skip to content")).to_be_focused()
    await tab.page.keyboard.press("Enter")
    await tab.page.keyboard.press("Tab")
    pay = tab.page.get_by_role("button", name="Pay €177.31 by card")
    await expect(pay).to_be_focused()
    await expect(pay).to_have_accessible_description("Card 4242 4242 4242 4242: the payment succeeds at once.")

    await tab.page.keyboard.press("Enter")

    await expect(tab.page).to_have_url(f"{shop.fake.address}/_fake/?paid={session.id}")
    assert tab.wrong == []


async def test_cancel_leads_back_and_pays_nothing(shop: Shop, open_pay: OpenAt) -> None:
    session = await own_order(shop, locale="en")
    tab = await open_pay(DESKTOP)
    await tab.page.goto(session.url)
    await tab.page.get_by_role("link", name="Cancel and go back").click()
    await expect(tab.page).to_have_url(f"{shop.fake.address}/_fake/?canceled")
    assert (await shop.again(session)).status == "open"
    assert tab.wrong == []


async def test_a_double_click_pays_once(shop: Shop, open_pay: OpenAt) -> None:
    session = await own_order(shop, locale="en")
    tab = await open_pay(DESKTOP)
    await tab.page.goto(session.url)
    await tab.page.get_by_role("button", name="by card").dblclick()
    await expect(tab.page).to_have_url(f"{shop.fake.address}/_fake/?paid={session.id}")
    assert len((await shop.client.v1.charges.list_async()).data) == 1


async def test_the_desk_refunds_a_part_and_says_why_not_more(shop: Shop, open_pay: OpenAt) -> None:
    session = await shop.paid()
    tab = await open_pay(PHONE, color_scheme="dark")
    await tab.page.goto("/_fake/")
    amount = tab.page.get_by_label("Amount in EUR, empty for all that is left")
    await amount.fill("12.50")
    await tab.page.get_by_role("button", name="Refund").click()
    await expect(tab.page.get_by_text("partly refunded")).to_be_visible()
    await shoot(tab, f"{PHONE}-desk-dark")

    await amount.fill("500")
    await tab.page.get_by_role("button", name="Refund").click()
    await expect(tab.page.get_by_role("alert")).to_contain_text("greater than unrefunded amount")
    [charge] = (await shop.client.v1.charges.list_async()).data
    assert (charge.amount_refunded, charge.payment_intent) == (1_250, session.payment_intent)
