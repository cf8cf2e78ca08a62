"""Orders in the graph: placed, listed, found, and told by problems."""

from typing import Any

import pytest

from domain.access import commands as access
from domain.kernel.permissions import Permission
from domain.kernel.ports import CheckoutUnanswered
from domain.orders.model import PlacedOrder
from domain.orders.payments import NoticeKind
from tests.domain.orders.buying import Provider, tell
from tests.support.http import Http

PLACE = """mutation($input: PlaceOrderInput!) { placeOrder(input: $input) { __typename
  ... on Order { id key status paymentStatus checkoutUrl currency net taxKind vatRate vat gross refunded credits email expiresAt completedAt
    product { key credits } }
  ... on Problem { kind code retryAfter fields { path } } } }"""
LIST = """query($filter: OrderFilter, $order: ListOrder!) { orders(first: 10, filter: $filter, orderBy: $order) {
  totalCount nodes { key status } } }"""
REGISTER = """mutation($input: RegisterAccountInput!) { registerAccount(input: $input) { __typename
  ... on Registration { secret order { key checkoutUrl } } ... on Problem { kind code fields { path } } } }"""

AROUND = """query($order: ID!) { order(key: $order) { ...O }
  invoices(first: 5) { nodes { number order { key } } }
  creditEntries(first: 5) { nodes { kind amount order { key credits } } }
  balance { packages { credits order { key } product { key name { en } } } } }
fragment O on Order { invoice { number order { key } } invoices { number kind gross order { key } } }"""


@pytest.fixture
def provider(http: Http) -> Provider:
    """A payment provider of this server's."""
    made = Provider()
    http.server.front.payments = made
    return made


async def place(http: Http, product: str = "pa-pack-10", **options: Any) -> Any:
    return (await http.graph(PLACE, input={"product": product, **options}))["placeOrder"]


class TestPlace:
    async def test_answers_the_order(self, http: Http, provider: Provider) -> None:
        async with http.world.work() as uow:
            await access.change_account(uow, {"country": "DE"})
        order = await place(http, email="Bills@Example.com")
        assert order == {
            "__typename": "Order",
            "id": order["id"],
            "key": order["key"],
            "status": "PENDING_PAYMENT",
            "paymentStatus": "UNPAID",
            "checkoutUrl": "https://pay.example/cs_0",
            "currency": "EUR",
            "net": "790.00",
            "taxKind": "STANDARD",
            "vatRate": "19.00",
            "vat": "150.10",
            "gross": "940.10",
            "refunded": "0.00",
            "credits": 10,
            "email": "bills@example.com",
            "expiresAt": "2026-03-03T08:00:00.000Z",
            "completedAt": None,
            "product": {"key": "pa-pack-10", "credits": 10},
        }

    async def test_wrong_input_is_a_problem(self, http: Http, provider: Provider) -> None:
        for wrong, path in (({"product": "x"}, ["product"]), ({"email": "x"}, ["email"])):
            answer = await place(http, **wrong)
            assert answer == {
                "__typename": "Problem",
                "kind": "BAD_INPUT",
                "code": "BAD_REQUEST",
                "retryAfter": None,
                "fields": [{"path": path}],
            }
        assert await http.world.count(PlacedOrder) == 0

    async def test_a_provider_that_does_not_answer_is_a_problem(self, http: Http, provider: Provider) -> None:
        provider.fails = [CheckoutUnanswered]
        answer = await place(http)
        assert (answer["kind"], answer["code"], answer["retryAfter"]) == ("UNAVAILABLE", "PAYMENTS_UNAVAILABLE", 1)
        [order] = (await http.graph(LIST, order="NEWEST"))["orders"]["nodes"]
        assert (await place(http))["key"] == order["key"]

    async def test_without_a_provider_is_a_problem(self, http: Http) -> None:
        answer = await place(http)
        assert (answer["kind"], answer["code"]) == ("UNAVAILABLE", "PAYMENTS_NOT_SET_UP")

    async def test_needs_the_permission(self, http: Http, provider: Provider) -> None:
        async with http.world.work() as uow:
            made = await access.create_key(uow, name="Reads", permissions=[Permission.BILLING_READ])
        [error] = await http.graph_errors(PLACE, key=made.secret, input={"product": "pa-single"})
        assert error["extensions"]["code"] == "FORBIDDEN"
        assert await http.world.count(PlacedOrder) == 0

    async def test_two_in_one_request_are_two(self, http: Http, provider: Provider) -> None:
        text = """mutation { a: placeOrder(input: {product: "pa-single"}) { ... on Order { key } }
          b: placeOrder(input: {product: "pa-single"}) { ... on Order { key } } }"""
        done = await http.graph(text)
        assert done["a"] != done["b"]


class TestRead:
    async def test_lists_by_how_they_stand_now(self, http: Http, provider: Provider) -> None:
        over, paid = (await place(http))["key"], (await place(http, "pa-single"))["key"]
        await tell(http.world, paid, NoticeKind.PAID, "evt_1")
        http.world.advance(hours=23)
        waiting = (await place(http, "pa-single"))["key"]
        for status, keys in (("CANCELED", [over]), ("COMPLETED", [paid]), ("PENDING_PAYMENT", [waiting])):
            found = (await http.graph(LIST, filter={"status": [status]}, order="NEWEST"))["orders"]
            assert (found["totalCount"], found["nodes"]) == (len(keys), [{"key": key, "status": status} for key in keys])
        everything = (await http.graph(LIST, filter={"status": ["CANCELED", "COMPLETED", "PENDING_PAYMENT"]}, order="OLDEST"))["orders"]
        assert {node["key"] for node in everything["nodes"]} == {over, paid, waiting}
        narrowed = {"product": ["pa-single"], "createdFrom": "2026-03-03T00:00:00Z", "createdUntil": "2026-03-04T00:00:00Z"}
        assert [node["key"] for node in (await http.graph(LIST, filter=narrowed, order="NEWEST"))["orders"]["nodes"]] == [waiting]

    async def test_is_found_by_key_and_id(self, http: Http, provider: Provider) -> None:
        order = await place(http)
        text = "query($k: ID!) { order(key: $k) { key } }"
        assert (
            (await http.graph(text, k=order["key"]))["order"] == (await http.graph(text, k=order["id"]))["order"] == {"key": order["key"]}
        )
        node = await http.graph("query($i: ID!) { node(id: $i) { __typename ... on Order { key } } }", i=order["id"])
        assert node["node"] == {"__typename": "Order", "key": order["key"]}

    async def test_of_another_account_is_not_found(self, http: Http, provider: Provider) -> None:
        """Q-2."""
        order = await place(http)
        _, other = await http.world.other_account()
        text = "query($k: ID!) { order(key: $k) { key } }"
        for key in (order["key"], order["id"], "ord_unknown"):
            assert (await http.graph(text, key=other.secret, k=key))["order"] is None


class TestAround:
    """What belongs to an order is reached from it, and it from all of that."""

    async def test_everything_leads_to_everything(self, http: Http, provider: Provider) -> None:
        other, key = (await place(http, "pa-single"))["key"], (await place(http))["key"]
        for order in (other, key):
            await tell(http.world, order, NoticeKind.PAID, f"evt_{order}")
            http.world.advance(minutes=1)
        for cents in (7_900, 15_800):
            await tell(http.world, key, NoticeKind.REFUNDED, f"evt_{cents}", cents)
            http.world.advance(minutes=1)
        it, one, two = {"key": key}, {"key": other}, "2026/1001/"
        ours = {"key": key, "credits": 10}
        assert await http.graph(AROUND, order=key) == {
            "order": {
                "invoice": {"number": f"{two}2", "order": it},
                "invoices": [
                    {"number": f"{two}2", "kind": "INVOICE", "gross": "790.00", "order": it},
                    {"number": f"{two}3", "kind": "CREDIT_NOTE", "gross": "-79.00", "order": it},
                    {"number": f"{two}4", "kind": "CREDIT_NOTE", "gross": "-79.00", "order": it},
                ],
            },
            "invoices": {"nodes": [{"number": f"{two}{place}", "order": of} for place, of in ((4, it), (3, it), (2, it), (1, one))]},
            "creditEntries": {
                "nodes": [
                    {"kind": "REFUND", "amount": -1, "order": ours},
                    {"kind": "REFUND", "amount": -1, "order": ours},
                    {"kind": "PURCHASE", "amount": 10, "order": ours},
                    {"kind": "PURCHASE", "amount": 1, "order": {"key": other, "credits": 1}},
                    {"kind": "GRANT", "amount": 100, "order": None},
                ]
            },
            "balance": {
                "packages": [
                    {"credits": 10, "order": it, "product": {"key": "pa-pack-10", "name": {"en": "Package of 10"}}},
                    {"credits": 1, "order": one, "product": {"key": "pa-single", "name": {"en": "Single assessment"}}},
                    {"credits": 100, "order": None, "product": None},
                ]
            },
        }

    async def test_of_an_unpaid_order_there_is_nothing_yet(self, http: Http, provider: Provider) -> None:
        key = (await place(http))["key"]
        assert (await http.graph(AROUND, order=key))["order"] == {"invoice": None, "invoices": []}

    async def test_what_is_not_sold_any_more_has_no_product(self, http: Http, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
        await tell(http.world, (await place(http))["key"], NoticeKind.PAID, "evt_1")
        monkeypatch.setattr("domain.products.catalog.find", lambda _key: None)
        [bought, _] = (await http.graph("{ balance { packages { orderKey product { key } } } }"))["balance"]["packages"]
        assert bought["orderKey"].startswith("ord_")
        assert bought["product"] is None


class TestRegister:
    async def test_answers_its_order(self, http: Http, provider: Provider) -> None:
        given = {"email": "new@example.com", "company": "New Ltd", "product": "pa-single"}
        made = (await http.graph(REGISTER, key=None, input=given))["registerAccount"]
        assert made["order"]["checkoutUrl"] == "https://pay.example/cs_0"
        found = await http.graph("query($k: ID!) { order(key: $k) { status } }", key=made["secret"], k=made["order"]["key"])
        assert found["order"] == {"status": "PENDING_PAYMENT"}

    async def test_of_an_unknown_product_is_a_problem(self, http: Http, provider: Provider) -> None:
        given = {"email": "new@example.com", "company": "New Ltd", "product": "x"}
        made = (await http.graph(REGISTER, key=None, input=given))["registerAccount"]
        assert made == {"__typename": "Problem", "kind": "BAD_INPUT", "code": "BAD_REQUEST", "fields": [{"path": ["product"]}]}
        assert (await http.graph(REGISTER, key=None, input={**given, "product": None}))["registerAccount"]["order"] is None
