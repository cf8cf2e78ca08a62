"""GET / and GET /products: what anybody may see, with or without a key."""

import pytest

from gateway import rest
from tests.rest_compat.esc.conftest import ON_ONE_DATABASE, Esc

SINGLE, TEN, FIFTY = "pa-single", "pa-pack-10", "pa-pack-50"


@ON_ONE_DATABASE
class TestApiInfo:
    async def test_says_what_this_is(self, esc: Esc) -> None:
        assert await esc.answer("GET", "/", key=None) == {
            "success": True,
            "data": {
                "name": "esc Profile API",
                "version": "1.4.0",
                "description": "Profile assessments for recruiting and talent development: invite candidates, read results, search.",
            },
        }

    async def test_is_there_without_the_last_slash_too(self, esc: Esc) -> None:
        assert (await esc.http.esc("GET", "", key=None)).body == (await esc.http.esc("GET", "/", key=None)).body

    async def test_serves_its_own_description_and_reference(self, esc: Esc) -> None:
        document = (await esc.http.esc("GET", "/openapi.json", key=None)).json()
        assert document["openapi"] == "3.1.0"
        assert document["servers"] == [{"url": "http://127.0.0.1:8000/api/v1"}]
        page = await esc.http.esc("GET", "/docs", key=None)
        assert page.status == 200
        assert "esc Profile API" in page.text

    async def test_its_description_is_sent_again_only_when_it_changed(self, esc: Esc) -> None:
        first = await esc.http.esc("GET", "/openapi.json", key=None)
        for tags, status in ((first.headers["ETag"], 304), (f'"x", {first.headers["ETag"]}', 304), ('"x"', 200)):
            again = await esc.http.esc("GET", "/openapi.json", key=None, headers={"If-None-Match": tags})
            assert (again.status, again.body) == (status, b"" if status == 304 else first.body)
            assert again.headers["ETag"] == first.headers["ETag"]

    async def test_its_description_is_made_once(self, esc: Esc, monkeypatch: pytest.MonkeyPatch) -> None:
        """Q-16: anybody may ask for it, as often as they like."""
        made: list[int] = []
        monkeypatch.setattr(rest, "document", lambda *_: made.append(1) or {})
        for _ in range(3):
            assert (await esc.http.esc("GET", "/openapi.json", key=None)).status == 200
        assert made == [1]


@ON_ONE_DATABASE
class TestProducts:
    async def test_lists_every_product_cheapest_first(self, esc: Esc) -> None:
        data = await esc.data("GET", "/products", key=None)
        assert data["total"] == 3
        assert data["products"][0] == {
            "productID": "pa-single",
            "name": "Single assessment",
            "description": "One profile assessment for one candidate.",
            "offers": {"price": "89.00", "priceCurrency": "EUR"},
            "credits": 1,
            "features": ["23 scales with norm comparison", "Results as JSON", "Report in English and German"],
        }
        assert [(product["productID"], product["credits"], product["offers"]["price"]) for product in data["products"]] == [
            (SINGLE, 1, "89.00"),
            (TEN, 10, "790.00"),
            (FIFTY, 50, "3450.00"),
        ]

    async def test_filters(self, esc: Esc) -> None:
        """R-ESC-12, I-ESC-21."""
        wanted = {
            "category=assessment": [SINGLE, TEN, FIFTY],
            "category=training": [],
            "category=": [],
            "max_price=89": [SINGLE],
            "max_price=88.99": [],
            "max_price=790.0": [SINGLE, TEN],
            "max_price=7.9e2": [SINGLE, TEN],
            "max_price=-1": [],
            "min_credits=10": [TEN, FIFTY],
            "min_credits=51": [],
            "min_credits=-1": [SINGLE, TEN, FIFTY],
            "min_credits=2&max_price=1000&category=assessment": [TEN],
            "colour=red": [SINGLE, TEN, FIFTY],
        }
        found = {query: await esc.data("GET", f"/products?{query}", key=None) for query in wanted}
        assert {query: [product["productID"] for product in data["products"]] for query, data in found.items()} == wanted
        assert {query: data["total"] for query, data in found.items()} == {query: len(keys) for query, keys in wanted.items()}

    async def test_refuses_what_is_no_number(self, esc: Esc) -> None:
        """Q-17."""
        wrong = {
            "max_price": ["cheap", "", "NaN", "Infinity", "1e9999", "1_000", "0x10", "+1", "9" * 200],
            "min_credits": ["ten", "", "1.5", "1_0", "+1", "%201", "%C2%B2", "2147483648", "9223372036854775808", "9" * 5000],
        }
        for name, values in wrong.items():
            for value in values:
                status, code, message = await esc.told("GET", f"/products?{name}={value}", key=None)
                assert (status, code) == (400, "BAD_REQUEST"), value
                assert f"'{name}'" in message


@ON_ONE_DATABASE
class TestPublic:
    async def test_does_not_look_at_credentials(self, esc: Esc) -> None:
        """R-ESC-1: a key that has ended does not keep anybody from what needs none."""
        for credential in ("Bearer pk_live_00000000000000000000000000000000", "Bearer", "Basic eDp5", "nonsense"):
            for path in ("/", "/products"):
                await esc.data("GET", path, key=None, headers={"Authorization": credential})

    async def test_registers_whoever_shows_an_old_key(self, esc: Esc) -> None:
        body = {"email": "dev@example.com", "company": "Example Ltd"}
        headers = {"Authorization": "Bearer pk_live_00000000000000000000000000000000"}
        assert (await esc.call("POST", "/register", key=None, headers=headers, json=body)).status == 201
