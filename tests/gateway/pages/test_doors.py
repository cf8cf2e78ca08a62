"""What holds for every page: headers, limits, calm failures, and nothing of others let through."""

import logging
from html import escape

import pytest

from tests.gateway.pages.house import House

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HOSTILE = "<script>alert(1)</script> \"'&{{7919*7919}} GmbH"


class TestHeaders:
    async def test_stand_on_every_page(self, house):
        path = await house.begun()
        paths = ["", "/about", "/questions", "/questions/1", "/finish", "/done", "/nonsense", "/begin"]
        for page in [*(path + page for page in paths), "/a/forged", "/open/unknown", "/enter/forged", "/pages/nonsense"]:
            async with house.client.get(page, allow_redirects=False) as response:
                assert response.headers["Content-Security-Policy"] == POLICY
                assert response.headers["Referrer-Policy"] == "no-referrer"
                assert response.headers["Cache-Control"] == "no-store"
                assert response.headers["X-Robots-Tag"] == "noindex"
                assert response.headers["X-Content-Type-Options"] == "nosniff"
                assert "Set-Cookie" not in response.headers

    async def test_need_no_exception_for_what_the_pages_hold(self, house):
        path = await house.begun()
        for page in ("", "/about", "/questions/1", "/finish"):
            _, html = await house.get(path + page)
            assert "<style" not in html
            assert " style=" not in html
            assert " onclick" not in html
            assert html.count("<script") == html.count('<script src="/pages/static/')
            assert "http://" not in html
            assert "https://" not in html


class TestWordsOfOthers:
    async def test_are_escaped(self, make_house):
        house = await make_house(company=HOSTILE)
        await house.change_account(privacy=f"{HOSTILE}\njavascript:alert(1) https://example.com/x", imprint=HOSTILE)
        path = await house.invite(name=HOSTILE, language="de")
        slug = house.one("select slug from account where mode = 'live'")[0]
        await house.post(f"{path}/begin")

        for page in (path, f"{path}?lang=en", f"{path}/about", f"{path}/questions/1", f"{path}/finish", f"/open/{slug}"):
            async with house.client.get(page) as response:
                html = await response.text()
            assert "<script>" not in html
            assert escape("<script>alert(1)</script>", quote=False) in html
            assert "62710561" not in html.split("</header>")[0]
            assert 'href="javascript' not in html

    async def test_are_shown_instead_of_ours(self, house):
        await house.change_account(privacy="Unsere Worte.\n\nZweiter Absatz.", imprint="Nordlicht, Hamburg")
        _, html = await house.get(await house.invite(language="de"))

        assert "Unsere Worte.\n\nZweiter Absatz." in html
        assert "Nordlicht, Hamburg" in html
        assert "Datenschutzbehörde" not in html

    async def test_typed_into_a_form_are_escaped_when_it_is_shown_again(self, house):
        path = await house.begun()
        async with house.client.post(f"{path}/about", data={"given_name": '"><script>', "birth_year": "1"}) as response:
            assert "<script>" not in (await response.text()).replace("<script src=", "")


class TestFailures:
    async def test_too_many_requests_by_one_link(self, make_house):
        house = await make_house(public_rate_limit=3)
        path = await house.invite()
        statuses = [(await house.get(path))[0] for _ in range(4)]
        assert statuses == [200, 200, 200, 429]

        async with house.client.get(f"{path}?lang=de") as response:
            assert (response.status, int(response.headers["Retry-After"]) > 0) == (429, True)
            html = await response.text()
        assert "Einen Moment, bitte" in html
        assert f'href="{path}?lang=de">Erneut versuchen' in html

    async def test_guessing_is_limited_for_each_address(self, make_house):
        house = await make_house(public_rate_limit=3)
        assert [(await house.get(f"/a/guess{number}"))[0] for number in range(4)] == [404, 404, 404, 429]

    async def test_no_room(self, make_house):
        house = await make_house(requests_in_flight=1)
        path = await house.invite(language="de")
        with house.server.front.in_flight.one(None):
            async with house.client.get(f"{path}?lang=de") as response:
                assert (response.status, response.headers["Retry-After"]) == (503, "1")
                assert "Hier ist gerade sehr viel los." in await response.text()
            async with house.client.post(f"{path}/answers", json={}) as response:
                assert (response.status, response.content_type) == (503, "application/json")

    async def test_something_unexpected_is_masked_and_can_be_reported(self, house, caplog):
        path = await house.invite()
        await run(house, "alter table invite rename to gone")

        with caplog.at_level(logging.CRITICAL):
            async with house.client.get(f"{path}?lang=de") as response:
                html = await response.text()
                assert (response.status, "Da ist etwas schiefgegangen" in html) == (500, True)
                assert response.headers["X-Request-Id"] in html
        assert "gone" not in html

    @pytest.mark.parametrize(
        ("page", "allowed"), [("", "GET, HEAD"), ("/about", "GET, HEAD, POST"), ("/begin", "GET, HEAD, POST"), ("/answers", "POST")]
    )
    async def test_other_methods(self, house, page, allowed):
        path = await house.invite()
        async with house.client.delete(path + page) as response:
            assert (response.status, response.headers["Allow"]) == (405, allowed)

    async def test_a_link_opens_nothing_but_its_own_invite(self, house):
        path, other = await house.begun(), await house.invite(email="other@example.com")
        await house.post(f"{other}/begin")
        [mine, theirs] = [row[0] for row in house.rows("select attempt_id from attempt order by attempt_id")]

        await house.post(f"{path}/questions/1", goal_orientation_1="3")

        answered = dict(house.rows("select attempt_id, answered from attempt"))
        assert (answered[mine], answered[theirs]) == (1, 0)


class TestFiles:
    @pytest.mark.parametrize(
        ("name", "kind"), [("pages.css", "text/css"), ("questions.js", "text/javascript"), ("mark.svg", "image/svg+xml")]
    )
    async def test_are_kept_for_ever_by_the_address_that_names_their_content(self, house, name, kind):
        _, html = await house.get(f"{await house.begun()}/questions/1")
        address = next(part for part in html.split('"') if name in part)

        async with house.client.get(address) as response:
            assert (response.status, response.content_type) == (200, kind)
            assert "immutable" in response.headers["Cache-Control"]
        async with house.client.get(f"/pages/static/{name}?v=old") as response:
            assert "immutable" not in response.headers["Cache-Control"]

    @pytest.mark.parametrize("name", ["nonsense.css", "..%2fsite.py", "texts.toml"])
    async def test_are_only_those(self, house, name):
        async with house.client.get(f"/pages/static/{name}") as response:
            assert response.status == 404


async def run(house: House, sql: str) -> None:
    """Change the database behind the server's back."""
    connection = house.connection()
    connection.execute(sql)
    connection.close()
