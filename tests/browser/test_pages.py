"""The questionnaire in a real browser: with mouse, finger and keyboard, offline, and without scripts."""

import json
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Tab
from tests.gateway.pages.house import House, answers_given

SHOTS = Path("test-artifacts/pages")
DESKTOP, PHONE, SMALL = 1280, 375, 360


async def answer_page(tab: Tab, choice: int = 3, *, but: int | None = None) -> None:
    """Choose an answer for every statement of the page, but for one."""
    statements = tab.page.locator("fieldset.statement")
    for index in range(await statements.count()):
        if index != but:
            await statements.nth(index).locator("label").nth(choice).click()


async def go_on(tab: Tab, name: str = "Weiter") -> None:
    async with tab.page.expect_navigation():
        await tab.page.get_by_role("button", name=name, exact=True).click()


async def shoot(tab: Tab, name: str) -> None:
    """Take a picture of the page, for people to look at."""
    assert await tab.fits(), f"{name} is wider than the screen"
    await tab.page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


@pytest.mark.parametrize(("width", "touch"), [pytest.param(DESKTOP, False, marks=pytest.mark.long), (PHONE, True)])
async def test_the_whole_questionnaire(house: House, open_tab, width, touch):
    path = await house.invite(language="de")
    tab = await open_tab(width, has_touch=touch, is_mobile=touch)
    await tab.page.goto(path)
    await shoot(tab, f"{width}-1-welcome")
    await go_on(tab, "Beginnen")
    await shoot(tab, f"{width}-2-about")
    await tab.page.get_by_label("Geburtsjahr").fill("1985")
    await tab.page.get_by_text("Divers", exact=True).click()
    await go_on(tab, "Speichern und weiter")

    await shoot(tab, f"{width}-3-questions")
    await answer_page(tab, but=2)
    await go_on(tab)
    await expect(tab.page.get_by_role("alert")).to_have_text("Eine Aussage auf dieser Seite ist noch offen. Sie ist markiert.")
    await expect(tab.page.locator("fieldset").nth(2).locator("input").first).to_be_focused()
    await shoot(tab, f"{width}-4-missing")
    await answer_page(tab)
    await go_on(tab)

    await tab.page.close()  # and come back by the link
    later = await open_tab(width, has_touch=touch, is_mobile=touch)
    await later.page.goto(path)
    await shoot(later, f"{width}-5-back")
    await later.page.get_by_role("link", name="Fortsetzen").click()
    await later.page.wait_for_url("**/questions/2?*")
    while "/questions/" in later.page.url:
        await answer_page(later)
        await go_on(later)

    await expect(later.page.get_by_role("heading", level=1)).to_have_text("Alles ist beantwortet")
    await shoot(later, f"{width}-6-finish")
    await go_on(later, "Antworten absenden")
    await expect(later.page.get_by_role("heading", level=1)).to_have_text("Vielen Dank")
    await shoot(later, f"{width}-7-done")

    assert house.one("select status, answers from attempt") == ("completed", json.dumps([4] * 115, separators=(",", ":")))
    assert house.one("select gender, birth_year from candidate") == ("diverse", 1985)
    assert tab.wrong == later.wrong == []


async def test_answers_are_saved_as_they_are_given(house: House, open_tab):
    path = await house.begun()
    tab = await open_tab(DESKTOP)
    await tab.page.goto(f"{path}/questions/1")

    await tab.page.locator("fieldset").first.locator("label").nth(4).click()

    await expect(tab.page.get_by_role("status")).to_have_text("Gespeichert")
    assert answers_given(house) == [5]
    await expect(tab.page.locator("#progress")).to_have_js_property("value", 1)
    assert tab.wrong == []


async def test_the_keys_1_to_5_answer_and_move_on(house: House, open_tab):
    path = await house.begun()
    tab = await open_tab(DESKTOP)
    await tab.page.goto(f"{path}/questions/1")
    await tab.page.locator("fieldset").first.locator("input").first.focus()

    for key in "12345":
        await tab.page.keyboard.press(key)
    await expect(tab.page.locator("fieldset").nth(5).locator("input").first).to_be_focused()
    await tab.page.keyboard.press("1")

    await expect(tab.page.get_by_role("button", name="Weiter")).to_be_focused()
    async with tab.page.expect_navigation():
        await tab.page.keyboard.press("Enter")
    await expect(tab.page).to_have_url(f"{tab.page.url.partition('/a/')[0]}{path}/questions/2?lang=de")
    assert answers_given(house) == [1, 2, 3, 4, 5, 1]
    assert tab.wrong == []


async def test_nothing_is_lost_without_a_connection(house: House, open_tab):
    path = await house.begun()
    tab = await open_tab(PHONE)
    await tab.page.goto(f"{path}/questions/1")

    await tab.page.context.set_offline(True)
    await answer_page(tab, 1)
    await expect(tab.page.get_by_role("status")).to_have_text("Noch nicht gespeichert – wird erneut versucht")
    await shoot(tab, f"{PHONE}-8-offline")
    await tab.page.get_by_role("button", name="Weiter").click()
    assert answers_given(house) == []

    await tab.page.context.set_offline(False)
    await tab.page.wait_for_url("**/questions/2?*")
    assert answers_given(house) == [2] * 6
    assert all("ERR_INTERNET_DISCONNECTED" in fault for fault in tab.wrong)


async def test_works_without_scripts(house: House, open_tab):
    path = await house.begun(language="en")
    tab = await open_tab(SMALL, java_script_enabled=False)
    await tab.page.goto(f"{path}/questions/1?lang=en")
    await answer_page(tab, but=0)

    await go_on(tab, "Next")
    await expect(tab.page.get_by_text("Please choose an answer.")).to_have_count(1)
    assert len(answers_given(house)) == 5
    await tab.page.keyboard.press("Space")  # the first open statement has the focus
    await go_on(tab, "Next")
    await go_on(tab, "Back")

    assert tab.page.url.endswith(f"{path}/questions/1?lang=en")
    assert answers_given(house)[0] == 1
    assert tab.wrong == []


async def test_a_double_click_does_it_once(house: House, open_tab):
    path = await house.invite(language="de")
    tab = await open_tab(DESKTOP)
    await tab.page.goto(path)

    await tab.page.get_by_role("button", name="Beginnen").dblclick()

    await tab.page.wait_for_url("**/about?*")
    assert house.events().count("invite.started") == 1
    assert tab.wrong == []


async def test_the_way_back_shows_what_was_answered(house: House, open_tab):
    path = await house.begun()
    tab = await open_tab(DESKTOP)
    await tab.page.goto(f"{path}/questions/1")
    await answer_page(tab)
    await go_on(tab)

    await tab.page.go_back()
    await expect(tab.page.locator("input:checked")).to_have_count(6)
    await tab.page.locator("fieldset").first.locator("label").first.click()
    await go_on(tab)

    assert answers_given(house)[0] == 1
    assert tab.wrong == []


async def test_the_way_back_leads_over_forms_that_were_refused(house: House, open_tab):
    """Chromium shows an error page instead of the answer to a form."""
    path = await house.begun()
    tab = await open_tab(DESKTOP)
    await tab.page.goto(f"{path}/about")
    await tab.page.get_by_label("Vorname").fill("Kim")
    await tab.page.get_by_label("Geburtsjahr").fill("85")
    await go_on(tab, "Speichern und weiter")
    await expect(tab.page.get_by_label("Geburtsjahr")).to_be_focused()
    await tab.page.get_by_role("link", name="Datenschutz und Impressum").click()
    await expect(tab.page.get_by_role("heading", level=1)).to_have_text("Willkommen zurück")

    await tab.page.go_back()
    await expect(tab.page.get_by_role("alert")).to_contain_text("Alles andere ist gespeichert.")
    await expect(tab.page.get_by_label("Vorname")).to_have_value("Kim")
    await tab.page.go_back()
    await expect(tab.page.get_by_role("heading", level=1)).to_contain_text("Angaben zu Ihrer Person")
    assert tab.wrong == []


async def test_a_mistyped_address_is_shown_before_anything_is_sent(house: House, open_tab):
    slug = house.one("select slug from account where mode = 'live'")[0]
    tab = await open_tab(PHONE)
    await tab.page.goto(f"/open/{slug}?lang=de")
    await tab.page.get_by_label("Ihr Name").fill("Kim Muster")
    await tab.page.get_by_label("Ihre Mailadresse").fill("kim")
    await tab.page.get_by_role("button", name="Link zuschicken").click()

    await expect(tab.page.get_by_label("Ihre Mailadresse")).to_be_focused()
    await expect(tab.page.get_by_label("Ihr Name")).to_have_value("Kim Muster")
    assert house.rows("select * from entry") == []
    assert tab.wrong == []


@pytest.mark.parametrize(("language", "scheme"), [("de", "light"), ("en", "dark")])
async def test_every_page_fits_a_small_phone(house: House, open_tab, language, scheme):
    await house.change_account(
        company="Donaudampfschifffahrtsgesellschaftskapitänswitwenverein eingetragene Genossenschaft", imprint="x" * 200
    )
    path = await house.begun()
    slug = house.one("select slug from account where mode = 'live'")[0]
    tab = await open_tab(SMALL, color_scheme=scheme)
    pages = {
        "welcome": path,
        "about": f"{path}/about",
        "questions": f"{path}/questions/2",
        "finish": f"{path}/finish",
        "open": f"/open/{slug}",
    }
    for name, page in (pages | {"sent": f"/open/{slug}/sent"}).items():
        await tab.page.goto(f"{page}?lang={language}")
        await shoot(tab, f"{SMALL}-{language}-{scheme}-{name}")
    assert tab.wrong == []
