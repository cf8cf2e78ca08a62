"""Where invoices go, and what is said of a VAT number."""

from types import SimpleNamespace
from typing import Any

import pytest

from domain.access import commands, queries
from domain.access.billing import COLUMNS, BillingAddress, address_of, vat_warning
from domain.kernel.errors import BadInput
from tests.support.world import World

CONTACT = {"email": "a@b.example", "company": "A", "street": "S 1", "postal_code": "1", "city": "C", "country": "DE", "vat_id": "V"}


def address(**billing: str) -> BillingAddress:
    return address_of(SimpleNamespace(**{**dict.fromkeys(COLUMNS), **CONTACT, **billing}))


class TestAddress:
    def test_is_that_of_the_contact(self) -> None:
        assert address() == BillingAddress("a@b.example", "A", None, "S 1", "1", "C", "DE", "V")

    def test_has_what_is_given_for_billing(self) -> None:
        told = address(billing_email="i@b.example", billing_company="B", billing_attention="Z")
        assert told == BillingAddress("i@b.example", "B", "Z", "S 1", "1", "C", "DE", "V")

    @pytest.mark.parametrize("name", ["street", "postal_code", "city"])
    def test_mixes_no_street_of_one_with_the_city_of_another(self, name: str) -> None:
        told = address(**{f"billing_{name}": "X"})._asdict()
        assert {part: told[part] for part in ("street", "postal_code", "city")} == {
            **dict.fromkeys(("street", "postal_code", "city")),
            name: "X",
        }


class TestChange:
    async def test_of_billing_details_is_kept_and_taken_away(self, world: World) -> None:
        changes = {"billing_email": "Invoices@Example.COM", "billing_company": "Billing  Ltd", "billing_city": "Wien", "country": "at"}
        async with world.work() as uow:
            await commands.change_account(uow, changes)
        account: Any = await queries.by_id(world.database.read(), world.account_id)
        told = address_of(account)
        assert (told.email, told.company, told.city, told.country) == ("invoices@example.com", "Billing Ltd", "Wien", "AT")
        async with world.work() as uow:
            await commands.change_account(uow, {"billing_email": None, "billing_company": "", "billing_city": None})
        account = await queries.by_id(world.database.read(), world.account_id)
        assert address_of(account).email == "owner@example.com"

    @pytest.mark.parametrize("wrong", [{"billing_email": "nobody"}, {"billing_street": "x" * 201}, {"country": "Austria"}])
    async def test_to_what_is_not_valid_is_refused(self, world: World, wrong: dict[str, str]) -> None:
        before = (await queries.by_id(world.database.read(), world.account_id), await world.rows())
        with pytest.raises(BadInput):
            async with world.work() as uow:
                await commands.change_account(uow, wrong)
        assert (await queries.by_id(world.database.read(), world.account_id), await world.rows()) == before


class TestVatWarning:
    @pytest.mark.parametrize(
        ("number", "country", "warns"),
        [
            ("DE136695976", "DE", False),
            (" de 136 695 976 ", "DE", False),
            ("ATU12345675", "AT", False),
            ("EL094259216", "GR", False),
            ("DE136695976", "AT", False),
            ("DE136695977", "DE", True),
            ("12345", "DE", True),
            ("ATX", "US", True),
            ("US12345678", "US", False),
            ("CHE-123.456.788 MWST", "CH", False),
            (None, "DE", False),
        ],
    )
    def test_is_about_numbers_of_the_union_alone(self, number: str | None, country: str, warns: bool) -> None:
        """The contract's own example, US12345678, passes."""
        assert (vat_warning(number, country) is not None) == warns
