"""The page that shows the key of a trial, once."""

import re
from datetime import timedelta

import pytest
from aiohttp.test_utils import TestClient, TestServer

from domain.kernel.actor import INSTALLATION, Actor
from domain.trials import commands
from gateway.app import make_server
from tests.domain.trials.acting import approve, ask, link_in_mail
from tests.gateway.pages.house import House

KEY = re.compile(r"pk_live_[0-9a-f]{32}")


async def path_of(house: House, email: str = "dev@ai-startup.de") -> str:
    """The path of a link in the mail of an approved trial."""
    await approve(house.world, await ask(house.world, email=email))
    return f"/trial/{await link_in_mail(house.world)}"


class TestThePage:
    async def test_is_looked_at_without_using_it_up(self, house: House) -> None:
        """Programs that look through mails open every link."""
        path = await path_of(house)
        keys = house.rows("select key from api_key")
        for _ in range(3):
            status, html = await house.get(path)
            assert (status, "Schlüssel anzeigen" in html, KEY.search(html)) == (200, True, None)
        assert "Show the key" in (await house.get(f"{path}?lang=en"))[1]
        assert house.rows("select key from api_key") == keys

    async def test_shows_the_key_once(self, house: House) -> None:
        path = await path_of(house)
        async with house.client.post(path, allow_redirects=False) as response:
            html = await response.text()
            headers = response.headers
        assert response.status == 200
        [secret] = KEY.findall(html)
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]

        for again in (await house.get(path), await house.post(path)):
            assert again[0] == 404
            assert secret not in again[1]
        async with house.client.get("/api/v1/balance", headers={"Authorization": f"Bearer {secret}"}) as response:
            assert (await response.json())["data"]["balance"]["credits_available"] == 3
        assert not any(
            secret in str(row) for table in ("api_key", "trial_request", "event") for row in house.rows(f"select * from {table}")
        )

    async def test_works_over_restarts(self, house: House) -> None:
        path = await path_of(house)
        again = TestClient(TestServer(make_server(house.settings, house.database).app))
        async with again, again.post(path) as response:
            assert KEY.search(await response.text())
        assert (await house.post(path))[0] == 404

    async def test_is_over_after_seven_days(self, house: House) -> None:
        path = await path_of(house)
        house.clock.advance(timedelta(days=7))
        assert (await house.get(path))[0] == (await house.post(path))[0] == 404

    @pytest.mark.parametrize("path", ["/trial/x", "/trial/forged.token", "/trial/%00", "/trial", "/trial/x/y"])
    async def test_is_not_found_by_other_links(self, house: House, path: str) -> None:
        assert (await house.get(path))[0] == 404
        assert (await house.post(path))[0] == 404

    async def test_escapes_what_was_typed(self, house: House) -> None:
        """Q-19."""
        async with house.world.work(Actor.anonymous()) as uow:
            key = await commands.request(uow, company="<script>alert(1)</script>", email="a@ai-startup.de", use_case="x")
        async with house.world.work(Actor.system(INSTALLATION)) as uow:
            await commands.approve(uow, key)
        async with house.client.get(f"/trial/{await link_in_mail(house.world)}") as response:
            html = await response.text()
        assert "&lt;script&gt;alert" in html
        assert "<script>alert" not in html
