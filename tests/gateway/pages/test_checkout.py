"""The pages around paying: thanks, nothing was paid, and the checkout of the sandbox."""

from typing import Any

import pytest

from domain.kernel.actor import Actor
from domain.kernel.ports import NoPayments
from domain.orders import links, placing, queries
from domain.orders.placing import Till
from tests.gateway.pages.house import House


async def order(house: House) -> tuple[str, str]:
    """An order of the sandbox, and the path of its page."""
    till = Till(house.database, NoPayments(), Actor.system(house.world.sandbox_id))
    key = await placing.place(till, product="pa-pack-10")
    return key, (await row(house, key)).stored_checkout_url.removeprefix(house.settings.address)


async def row(house: House, key: str) -> Any:
    return (await queries.by_keys(house.database.read(), house.world.sandbox_id, [key]))[key]


class TestReturn:
    @pytest.mark.parametrize(
        ("page", "german", "english"), [("paid", "Vielen Dank", "Thank you"), ("canceled", "nichts bezahlt", "Nothing was paid")]
    )
    async def test_is_told_in_the_language_of_the_account(self, house: House, page: str, german: str, english: str) -> None:
        for language, words in (("de", german), ("en", english)):
            address = getattr(links, page)(house.database.environment, language).removeprefix(house.settings.address)
            answer = await house.client.get(address)
            assert answer.status == 200
            assert words in await answer.text()

    async def test_keeps_browsers_safe(self, house: House) -> None:
        answer = await house.client.get("/checkout/paid")
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"


class TestSandbox:
    async def test_shows_what_would_be_paid(self, house: House) -> None:
        _, path = await order(house)
        text = await (await house.client.get(path)).text()
        assert "Paket mit 10: 940,10 EUR" in text
        assert "nichts abgebucht" in text

    @pytest.mark.parametrize(("choice", "page", "status"), [("pay", "paid", "completed"), ("cancel", "canceled", "canceled")])
    async def test_is_settled_by_a_button(self, house: House, choice: str, page: str, status: str) -> None:
        key, path = await order(house)
        answer = await house.client.post(path, data={"choice": choice}, allow_redirects=False)
        assert answer.status == 303
        assert f"/checkout/{page}?lang=de" in answer.headers["Location"]
        assert (await row(house, key)).stored_status == status
        again = await house.client.post(path, data={"choice": "pay"}, allow_redirects=False)
        assert again.status == 303
        assert (await row(house, key)).stored_status == status
        assert (await house.client.get(path)).status == 200

    async def test_is_not_settled_by_looking(self, house: House) -> None:
        key, path = await order(house)
        await house.client.get(path)
        assert (await row(house, key)).stored_status == "pending_payment"

    @pytest.mark.parametrize("form", [{}, {"choice": "steal"}, {"choice": "pay", "more": "1"}])
    async def test_takes_no_other_form(self, house: House, form: dict[str, str]) -> None:
        key, path = await order(house)
        assert (await house.client.post(path, data=form)).status in (400, 415)
        assert (await row(house, key)).stored_status == "pending_payment"

    async def test_of_a_forged_address_is_not_found(self, house: House) -> None:
        """Q-5."""
        key, path = await order(house)
        forged = house.database.environment.signer.seal("invite-link", f"{house.world.sandbox_id}:{key}")
        for wrong in (path.replace("?lang", "x?lang"), f"/checkout/{forged}", "/checkout/nothing", "/checkout/"):
            assert (await house.client.get(wrong)).status == 404, wrong
            assert (await house.client.post(wrong, data={"choice": "pay"})).status in (404, 405), wrong
        assert (await row(house, key)).stored_status == "pending_payment"
