"""The guide of a questionnaire in a real browser: it fits, reads well, and nothing goes wrong."""

import pytest

from tests.browser.test_pages import DESKTOP, SMALL, shoot
from tests.domain.questionnaires.acting import join, make
from tests.gateway.pages.house import House
from tests.gateway.pages.test_guide import path_of

LEAST_CONTRAST = 4.5
CONTRAST = """() => {
  const light = (css) => { const [r, g, b] = css.match(/[0-9.]+/g).slice(0, 3).map(Number).map((v) => { v /= 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4 }); return 0.2126 * r + 0.7152 * g + 0.0722 * b };
  const behind = (element) => { for (let one = element; one; one = one.parentElement) { const css = getComputedStyle(one).backgroundColor;
    if (!/, 0\\)$/.test(css)) return css } return 'rgb(255, 255, 255)' };
  return [...document.querySelectorAll('main *')].filter((one) => [...one.childNodes].some((node) => node.nodeType === 3
    && node.data.trim())).map((one) => { const [a, b] = [light(getComputedStyle(one).color), light(behind(one))].sort((x, y) => y - x);
    return [(a + 0.05) / (b + 0.05), one.textContent.trim().slice(0, 40)] }) }"""
"""How each text of the page stands out from what is behind it (WCAG 2)."""


@pytest.mark.parametrize(("width", "scheme"), [(DESKTOP, "dark"), (SMALL, "light")])
async def test_it_fits_and_reads_well(house: House, open_tab, width, scheme):
    name = "Integritätsinterview für Führungskräfte im Donaudampfschifffahrtsbereich"
    questionnaire = await make(house.world, name, duration_minutes=20, guide_de="Bitte halten Sie Ihren Ausweis bereit.")
    path = await path_of(house, await join(house.world, questionnaire, language="Arabic"))
    tab = await open_tab(width, color_scheme=scheme)
    await tab.page.goto(f"{path}?lang=de")
    await shoot(tab, f"{width}-guide")
    told = await tab.page.evaluate(CONTRAST)
    assert len(told) > 15
    assert [one for one in told if one[0] < LEAST_CONTRAST] == []
    assert tab.wrong == []
