"""GET /balance and GET /account."""

from tests.rest_compat.esc import stories
from tests.rest_compat.esc.conftest import Esc
from tests.support.world import World

NOW = "2026-03-02T09:00:00.000Z"
BASE = "http://127.0.0.1:8000/api/v1"


class TestBalance:
    async def test_is_what_the_contract_says(self, esc: Esc, world: World) -> None:
        """R-ESC-15: pending invites are told and reserve nothing."""
        await world.invite("pending@example.com")
        await world.complete()
        [package] = (await esc.data("GET", "/balance"))["packages"]
        assert await esc.answer("GET", "/balance") == {
            "success": True,
            "data": {
                "customer": {"id": f"cus_{world.account_id}", "company": "Owner Ltd", "email": "owner@example.com"},
                "balance": {"credits_available": 99, "credits_used": 1, "pending_invites": 1},
                "packages": [
                    {
                        "id": package["id"],
                        "type": "grant",
                        "credits": 100,
                        "credits_used": 1,
                        "credits_refunded": 0,
                        "credits_remaining": 99,
                        "purchased_at": NOW,
                    }
                ],
            },
        }

    async def test_counts_a_credit_at_completion_and_not_before(self, esc: Esc, world: World) -> None:
        """R-ESC-23."""
        invite = await world.invite()
        await stories.take(world, invite, complete=False)
        assert (await esc.data("GET", "/balance"))["balance"] == {"credits_available": 100, "credits_used": 0, "pending_invites": 0}

    async def test_of_the_sandbox_is_its_own(self, esc: Esc, world: World) -> None:
        await world.complete()
        key = await stories.key_of(world, account_id=world.sandbox_id)
        data = await esc.data("GET", "/balance", key=key)
        assert data["customer"]["id"] == f"cus_{world.sandbox_id}"
        assert data["balance"] == {"credits_available": 100, "credits_used": 0, "pending_invites": 0}


class TestAccount:
    async def test_is_what_the_contract_says(self, esc: Esc, world: World) -> None:
        """A field that nobody filled is an empty text, for none of them may be null."""
        await esc.data("GET", "/balance")
        await esc.http.server.front.authenticator.close()  # the use of the key is noted in the background
        data = await esc.data("GET", "/account")
        slug, [key] = data["account"]["slug"], data["api_keys"]
        assert slug.startswith("owner-ltd-")
        assert data == {
            "account": {
                "id": f"cus_{world.account_id}",
                "company": "Owner Ltd",
                "slug": slug,
                "type": "API",
                "status": "active",
                "created_at": NOW,
                "assessment_link": f"http://127.0.0.1:8000/open/{slug}",
            },
            "contact": {"email": "owner@example.com", "first_name": "", "last_name": "", "phone": "", "website": "", "address": ""},
            "billing": {"email": "owner@example.com", "company": "Owner Ltd", "street": "", "city": "", "vat_id": "", "attention": ""},
            "api_keys": [
                {
                    "key_prefix": world.key.secret[:12],
                    "name": "First key",
                    "mode": "live",
                    "created_at": NOW,
                    "last_used_at": NOW,
                    "rate_limit": 100,
                    "permissions": key["permissions"],
                }
            ],
            "links": {
                "balance": f"{BASE}/balance",
                "invites": f"{BASE}/invites",
                "job_profiles": f"{BASE}/job-profiles",
                "documentation": f"{BASE}/docs",
            },
        }
        assert key["permissions"][:2] == ["account:read", "account:write"]

    async def test_shows_who_is_invoiced_beside_the_contact(self, esc: Esc) -> None:
        """What is not given for billing is the contact's; a VAT number that looks wrong is kept, and the graph warns of it."""
        text = """mutation($input: UpdateAccountInput!) { updateAccount(input: $input) { ... on Account { billing { vatWarning country } }
          ... on Problem { code } } }"""
        contact = {"street": "Main 1", "postalCode": "10115", "city": "Berlin", "country": "DE", "vatId": "DE123"}
        told = await esc.http.graph(text, input={**contact, "billingEmail": "invoices@example.com"})
        assert told["updateAccount"]["billing"]["country"] == "DE"
        assert "VAT number" in told["updateAccount"]["billing"]["vatWarning"]
        data = await esc.data("GET", "/account")
        assert data["contact"]["email"] == "owner@example.com"
        same = {"company": "Owner Ltd", "vat_id": "DE123", "attention": ""}
        assert data["billing"] == {"email": "invoices@example.com", "street": "Main 1", "city": "10115 Berlin", **same}
        await esc.http.graph(text, input={"billingCompany": "Billing Ltd", "billingCity": "Wien", "billingAttention": "Frau Graf"})
        data = await esc.data("GET", "/account")
        assert data["contact"]["address"] == "Main 1"
        assert data["billing"] == {
            "email": "invoices@example.com",
            "company": "Billing Ltd",
            "street": "",
            "city": "Wien",
            "vat_id": "DE123",
            "attention": "Frau Graf",
        }

    async def test_never_shows_a_whole_key(self, esc: Esc, world: World) -> None:
        """R-ESC-16."""
        other = await stories.key_of(world)
        reply = await esc.call("GET", "/account")
        assert world.key.secret[:12] in reply.text
        for secret in (world.key.secret, other):
            assert secret not in reply.text
            assert secret[13:] not in reply.text

    async def test_leaves_out_when_a_key_was_used_if_it_never_was(self, esc: Esc, world: World) -> None:
        unused = await stories.key_of(world)
        keys = {key["key_prefix"]: key for key in (await esc.data("GET", "/account"))["api_keys"]}
        assert "last_used_at" not in keys[unused[:12]]

    async def test_shows_only_keys_that_work_newest_first(self, esc: Esc, world: World) -> None:
        world.advance(minutes=1)
        brief = await stories.key_of(world, expires_at=world.advance(minutes=1).replace(year=2027))
        shown = [key["key_prefix"] for key in (await esc.data("GET", "/account"))["api_keys"]]
        assert shown == [brief[:12], world.key.secret[:12]]
        world.advance(days=400)
        assert [key["key_prefix"] for key in (await esc.data("GET", "/account"))["api_keys"]] == [world.key.secret[:12]]

    async def test_leads_to_where_its_links_say(self, esc: Esc) -> None:
        links = (await esc.data("GET", "/account"))["links"]
        statuses = {name: (await esc.http.esc("GET", link.removeprefix(BASE))).status for name, link in links.items()}
        assert statuses == {"balance": 200, "invites": 200, "job_profiles": 200, "documentation": 200}
