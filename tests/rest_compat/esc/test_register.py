"""POST /register: an account, its sandbox, and a key that is shown here only."""

import asyncio
from typing import Any

import pytest

from domain.access import queries as access
from tests.rest_compat.esc.conftest import ON_ONE_DATABASE, Esc
from tests.support.world import World

ASKED = {"email": "Developer@Example.com", "company": "Example Ltd"}
DETAILS = {
    "name": "John Smith",
    "address": "123 Main Street",
    "zip": "10001",
    "city": "New York",
    "country": "US",
    "vat_id": "US12345678",
    "billing_contact": "Accounting",
    "phone": "+1 212 555 1234",
    "website": "https://www.example.com",
}
PERMISSIONS = [
    "account:read",
    "account:write",
    "attempts:read",
    "attempts:write",
    "billing:read",
    "billing:write",
    "candidates:read",
    "candidates:write",
    "events:read",
    "exports:read",
    "exports:write",
    "flows:read",
    "flows:write",
    "invites:read",
    "invites:write",
    "job_profiles:read",
    "job_profiles:write",
    "keys:read",
    "keys:write",
    "participants:delete",
    "participants:read",
    "participants:write",
    "privacy:read",
    "privacy:write",
    "questionnaire_keys:delete",
    "questionnaire_keys:read",
    "questionnaire_keys:write",
    "questionnaire_results:read",
    "questionnaire_results:write",
    "questionnaires:read",
    "questionnaires:write",
    "reports:read",
    "reports:write",
    "results:read",
    "statistics:read",
    "teams:read",
    "teams:write",
    "webhooks:read",
    "webhooks:write",
]
WRONG: list[tuple[Any, str]] = [
    ({}, "'email' is required."),
    ({"email": "a@example.com"}, "'company' is required."),
    ({"email": None, "company": "X"}, "'email'"),
    ({"email": "nobody", "company": "X"}, "email address"),
    ({"email": "a@example.com", "company": " "}, "'company'"),
    ({"email": "a@example.com", "company": 5}, "'company'"),
    ({**ASKED, "country": "USA"}, "'country'"),
    ({**ASKED, "mode": "LIVE"}, "'mode'"),
    ({**ASKED, "mode": None}, "'mode'"),
    ({**ASKED, "product_id": "pa-pack-11"}, "'product_id'"),
    ({**ASKED, "website": "javascript:alert(1)"}, "'website'"),
    ({**ASKED, "name": "x" * 201}, "'name'"),
    ({**ASKED, "address": "x" * 201}, "'address'"),
    ({**ASKED, "zip": "x" * 201}, "'zip'"),
    ({**ASKED, "billing_contact": "x" * 201}, "'billing_contact'"),
    ({**ASKED, "vat_id": "a\u0007b"}, "'vat_id'"),
]


async def register(esc: Esc, **body: Any) -> Any:
    return await esc.data("POST", "/register", status=201, key=None, json={**ASKED, **body})


async def account_of(world: World, email: str = "developer@example.com") -> int | None:
    """The account of an email address; none after a refusal."""
    return await access.by_email(world.database.read(), email)


class TestAnswer:
    async def test_is_what_the_contract_says(self, esc: Esc) -> None:
        """R-ESC-3, R-ESC-8: `message` stands inside `data`."""
        data = await register(esc)
        key = data["api_key"]["key"]
        assert data == {
            "message": "Registration successful. Save the API key: it is shown only once.",
            "customer": {"id": data["customer"]["id"], "company": "Example Ltd", "email": "developer@example.com", "is_new": True},
            "api_key": {"key": key, "prefix": key[:12], "mode": "live", "permissions": PERMISSIONS, "rate_limit": 100},
            "next_steps": {
                "1": "Save the API key: it is shown only once.",
                "2": "Send it as 'Authorization: Bearer <key>'.",
                "3": "Look at the products: GET /products.",
                "4": "Invite a candidate: POST /invites.",
            },
        }

    @pytest.mark.parametrize(("mode", "prefix", "credits"), [("live", "pk_live_", 0), ("test", "pk_test_", 100)])
    async def test_gives_a_key_of_the_mode_asked_for(self, esc: Esc, mode: str, prefix: str, credits: int) -> None:
        """R-ESC-11, I-ESC-19: a key that works at once; the sandbox has credits to try things."""
        data = await register(esc, mode=mode)
        secret = data["api_key"]["key"]
        assert secret.startswith(prefix)
        assert len(secret) == len(prefix) + 32
        assert set(secret.removeprefix(prefix)) <= set("0123456789abcdef")
        account = await esc.data("GET", "/account", key=secret)
        assert account["account"]["id"] == data["customer"]["id"]
        balance = await esc.data("GET", "/balance", key=secret)
        assert balance["balance"] == {"credits_available": credits, "credits_used": 0, "pending_invites": 0}

    async def test_keeps_every_detail(self, esc: Esc) -> None:
        key = (await register(esc, **DETAILS))["api_key"]["key"]
        shown = await esc.data("GET", "/account", key=key)
        assert shown["contact"] == {
            "email": "developer@example.com",
            "first_name": "John",
            "last_name": "Smith",
            "phone": "+1 212 555 1234",
            "website": "https://www.example.com",
            "address": "123 Main Street",
        }
        assert shown["billing"] == {
            "email": "developer@example.com",
            "company": "Example Ltd",
            "street": "123 Main Street",
            "city": "10001 New York",
            "vat_id": "US12345678",
            "attention": "Accounting",
        }

    @ON_ONE_DATABASE
    async def test_takes_null_for_not_given(self, esc: Esc) -> None:
        key = (await register(esc, **dict.fromkeys([*DETAILS, "product_id"])))["api_key"]["key"]
        assert (await esc.data("GET", "/account", key=key))["contact"]["phone"] == ""

    @ON_ONE_DATABASE
    async def test_passes_over_words_that_it_does_not_know(self, esc: Esc) -> None:
        assert (await register(esc, newsletter=True))["customer"]["is_new"] is True


class TestRefusal:
    async def test_names_what_is_wrong_by_the_words_of_the_wire(self, esc: Esc, world: World) -> None:
        """R-ESC-8."""
        for body, word in WRONG:
            status, code, message = await esc.told("POST", "/register", key=None, json=body)
            assert (status, code) == (400, "BAD_REQUEST"), body
            assert word in message, body
        assert await account_of(world) is None
        assert await account_of(world, "a@example.com") is None

    async def test_of_an_address_that_has_an_account(self, esc: Esc, world: World) -> None:
        """R-ESC-9: whichever mode, however it is spelled."""
        await register(esc)
        before = await account_of(world)
        for mode in ("live", "test"):
            for again in ("developer@example.com", " DEVELOPER@example.COM "):
                body = {"email": again, "company": "Other", "mode": mode}
                assert await esc.refusal("POST", "/register", key=None, json=body) == (409, "CONFLICT")
        assert await account_of(world) == before is not None

    async def test_of_all_but_one_who_come_at_once(self, esc: Esc, world: World) -> None:
        """R-ESC-9, Q-7."""
        replies = await asyncio.gather(*(esc.call("POST", "/register", key=None, json=ASKED) for _ in range(8)))
        assert sorted(reply.status for reply in replies) == [201, *[409] * 7]
