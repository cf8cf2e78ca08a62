"""Taking part by the signed link, from the welcome to the thanks."""

import asyncio
from datetime import timedelta

import pytest

from domain.billing import credits
from tests.gateway.pages.house import COMPANY, House, answers_given, names_of_radios

EVERYTHING = ("", "/about", "/questions", "/questions/1", "/finish", "/done")


async def answer_page(house: House, path: str, value: str = "4") -> str:
    """Answer all statements of a page and press the button; return where that leads."""
    _, html = await house.get(path)
    status, leads = await house.post(path, **dict.fromkeys(names_of_radios(html), value), go="next")
    assert status == 303
    return leads


class TestTheStory:
    async def test_is_told_in_german_to_the_end(self, house):
        path = await house.invite(language="de")

        status, html = await house.get(path)
        assert (status, f"Eine Einladung von {COMPANY}" in html, "Etwa 18 Minuten" in html, "1. April 2026, 09:00 Uhr (UTC)" in html) == (
            200,
            True,
            True,
            True,
        )
        assert await house.post(f"{path}/begin?lang=de") == (303, f"{path}/about?lang=de")
        assert await house.post(f"{path}/about?lang=de", go="skip") == (303, f"{path}/questions?lang=de")

        leads, pages = f"{path}/questions/1?lang=de", 0
        while "/questions/" in leads:
            leads, pages = await answer_page(house, leads), pages + 1
        assert (leads, pages) == (f"{path}/finish?lang=de", 17)

        assert "Alles ist beantwortet" in (await house.get(leads))[1]
        assert await house.post(f"{path}/complete?lang=de") == (303, f"{path}/done?lang=de")
        assert "Vielen Dank" in (await house.get(f"{path}/done?lang=de"))[1]
        assert house.one("select status, answered, language from attempt") == ("completed", 115, "de")
        assert house.one("select count(*) from result")[0] == 1
        assert house.one(f"select used from credit_balance where account_id = {house.account_id}")[0] == 1

    async def test_goes_on_where_it_stopped(self, house):
        path = await house.begun()
        await answer_page(house, f"{path}/questions/1")
        await answer_page(house, f"{path}/questions/2")

        _, html = await house.get(path)
        assert "Willkommen zurück" in html
        assert "Sie haben 13 von 115 Aussagen beantwortet." in html
        async with house.client.get(f"{path}/questions", allow_redirects=False) as response:
            assert (response.status, response.headers["Location"]) == (303, f"{path}/questions/3?lang=de")

    async def test_begins_in_the_language_that_was_chosen(self, house):
        path = await house.invite(language="de")
        _, html = await house.get(f"{path}?lang=en")
        assert f'action="{path}/begin?lang=en"' in html

        await house.post(f"{path}/begin?lang=en")

        assert house.one("select language from attempt")[0] == "en"
        assert "Welcome back" in (await house.get(path))[1]
        assert "Willkommen zurück" in (await house.get(f"{path}?lang=de"))[1]


class TestLooking:
    """Mail scanners open links, and browsers fetch ahead."""

    async def test_changes_nothing(self, house):
        path = await house.invite()
        before = house.events()

        for page in EVERYTHING:
            for ask in (house.client.get, house.client.head):
                async with ask(path + page) as response:
                    assert response.status == 200

        assert house.events() == before
        assert house.rows("select * from attempt") == []

    async def test_leads_to_where_the_invite_stands(self, house):
        path = await house.invite(language="de")
        assert [await house.get(path + page) for page in EVERYTHING[1:]] == [(303, "")] * 5
        for page in ("/begin", "/complete"):  # a browser that reopens its tabs asks for them with GET
            async with house.client.get(path + page, allow_redirects=False) as response:
                assert (response.status, response.headers["Location"]) == (303, f"{path}?lang=de")
        assert house.rows("select * from attempt") == []

        await house.post(f"{path}/begin")
        async with house.client.get(f"{path}/done", allow_redirects=False) as response:
            assert response.headers["Location"] == f"{path}?lang=de"


class TestALinkThatIsOver:
    async def test_says_that_it_has_expired(self, house):
        path = await house.begun()
        house.clock.advance(timedelta(days=30))

        for page in EVERYTHING[:-1]:
            status, html = await house.get(path + page)
            assert (status, "Diese Einladung ist abgelaufen" in html, "1. April 2026" in html) == (410, True, True)

    async def test_says_that_it_was_withdrawn(self, house):
        path = await house.invite(language="de")
        await house.cancel()

        status, html = await house.get(path)
        assert (status, "Diese Einladung wurde zurückgezogen" in html) == (410, True)
        assert await house.post(f"{path}/begin") == (303, f"{path}?lang=de")
        assert house.rows("select * from attempt") == []

    async def test_says_thanks_when_it_is_completed(self, house):
        path = await house.begun()
        await house.answer_all()
        await house.post(f"{path}/complete")

        for page in ("", "/done"):
            status, html = await house.get(path + page)
            assert (status, "Für Sie ist nichts mehr zu tun" in html) == (200, True)
        for page in ("/about", "/questions/1", "/finish"):
            assert (await house.get(path + page))[0] == 303
        assert await house.post(f"{path}/questions/1", goal_orientation_1="1") == (303, f"{path}/done?lang=de")
        assert answers_given(house)[0] == 4

    @pytest.mark.parametrize("token", ["forged.AAAAAAAAAAAAAAAAAAAAAA", "x", "a.b.c", "OTAwMDAwMTppbnY", "." * 300])
    async def test_is_not_found_when_forged(self, house, token):
        status, html = await house.get(f"/a/{token}", headers={"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"})
        assert (status, "Dieser Link funktioniert nicht" in html) == (404, True)
        assert (await house.post(f"/a/{token}/begin"))[0] == 404

    async def test_is_not_found_when_its_token_was_made_for_something_else(self, house):
        path = await house.invite()
        assert (await house.get(path.replace("/a/", "/enter/")))[0] == 404
        assert (await house.get(path[:-1] + ("A" if path[-1] != "A" else "B")))[0] == 404


class TestSubmitting:
    async def test_twice_completes_once(self, house):
        path = await house.begun()
        await house.answer_all()

        answers = await asyncio.gather(*(house.post(f"{path}/complete") for _ in range(5)))

        assert set(answers) <= {(303, f"{path}/done?lang=de"), (303, f"{path}?lang=de")}
        assert house.one("select count(*) from result")[0] == 1
        assert house.one("select count(*) from credit_entry where kind = 'completion'")[0] == 1

    async def test_beginning_twice_begins_once(self, house):
        path = await house.invite(language="de")

        answers = await asyncio.gather(*(house.post(f"{path}/begin") for _ in range(5)))

        assert set(answers) == {(303, f"{path}/about?lang=de")}
        assert house.one("select count(*) from attempt")[0] == 1

    async def test_with_gaps_shows_them(self, house):
        path = await house.begun()
        await answer_page(house, f"{path}/questions/1")

        assert await house.post(f"{path}/complete") == (303, f"{path}/finish?lang=de")
        _, html = await house.get(f"{path}/finish")
        assert "Noch nicht ganz fertig" in html
        assert "Seite 2: 7 offene Aussagen" in html
        assert "Seite 1:" not in html
        assert "Antworten absenden" not in html
        assert house.rows("select * from result") == []

    async def test_without_a_credit_loses_nothing(self, house):
        path = await house.begun()
        await house.answer_all()
        await house.work(credits.spend, reference="elsewhere:1")
        await house.work(credits.spend, reference="elsewhere:2")
        await house.work(credits.spend, reference="elsewhere:3")

        status, leads = await house.post(f"{path}/complete")
        assert (status, leads) == (303, f"{path}/finish?wrong=credit&lang=de")
        _, html = await house.get(leads)
        assert ("Ihre Antworten sind gespeichert" in html, "spätestens bis zum 1. April 2026" in html) == (True, True)
        assert house.one("select status, answered from attempt") == ("in_progress", 115)

        await house.work(credits.grant, amount=1, reference="bought")
        assert await house.post(f"{path}/complete") == (303, f"{path}/done?lang=de")
