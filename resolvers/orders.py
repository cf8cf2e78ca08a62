"""Orders: what an account buys, and how its payment stands."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from domain.invoices import queries as invoices
from domain.kernel.permissions import Permission
from domain.orders import placing, queries
from domain.orders.placing import Till
from domain.orders.status import OrderStatus, PaymentStatus, order_status, payment_status
from resolvers import ids
from resolvers.context import Context
from resolvers.enums import ListOrder, graph_enum
from resolvers.fields import Connection, Info, arg, attribute, computed, edge, graph_type, listing, mutation, query, read_by
from resolvers.inputs import defaulted, given, required
from resolvers.invoices import Invoice, TaxKind
from resolvers.nodes import Node, findable
from resolvers.products import Product, by_key

READ, WRITE = Permission.BILLING_READ, Permission.BILLING_WRITE


graph_enum(
    OrderStatus,
    name="OrderStatus",
    description="Where an order stands.",
    values={
        OrderStatus.PENDING_PAYMENT: "It waits to be paid at its checkout, or for the money to arrive.",
        OrderStatus.COMPLETED: "It is paid, and its credits are there.",
        OrderStatus.CANCELED: "It was not paid in time, or the payment failed. If money comes after all, it is completed.",
    },
)
graph_enum(
    PaymentStatus,
    name="PaymentStatus",
    description="Where the payment of an order stands.",
    values={
        PaymentStatus.UNPAID: "Nothing was paid yet.",
        PaymentStatus.PROCESSING: "A payment is on its way, such as a direct debit; that can take days.",
        PaymentStatus.PAID: "It is paid.",
        PaymentStatus.FAILED: "The payment failed.",
        PaymentStatus.EXPIRED: "Nobody paid in time.",
        PaymentStatus.CANCELED: "The checkout was left without paying (in the sandbox).",
        PaymentStatus.MISMATCHED: "Money came, but not what was asked for; nothing was credited, and people look into it.",
        PaymentStatus.PARTIALLY_REFUNDED: "A part was given back.",
        PaymentStatus.REFUNDED: "All was given back.",
    },
)
STANDING = ("stored_status", "stored_payment_status", "expires_at")


def _money(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def _status(context: Context, stored: str, payment: str, expires_at: datetime) -> OrderStatus:
    return order_status(stored, payment, expires_at, context.now)


def _payment(context: Context, stored: str, payment: str, expires_at: datetime) -> PaymentStatus:
    return payment_status(stored, payment, expires_at, context.now)


def _checkout(context: Context, url: str | None, stored: str, payment: str, expires_at: datetime) -> str | None:
    """Where it can be paid, as long as it can."""
    unpaid = payment_status(stored, payment, expires_at, context.now) is PaymentStatus.UNPAID
    return url if unpaid and stored == OrderStatus.PENDING_PAYMENT else None


@graph_type(requires=READ, description="A product that the account buys, at the price and with the tax of the moment it was ordered.")
class Order(Node):
    id: strawberry.ID = computed(ids.encoder("Order"), columns=("key",), description="Opaque id.")
    key: str = attribute("Its key: `ord_…`.")
    product: Product | None = edge(by_key, key="product", description="What is bought; null when it is not sold any more.")
    credits: int = attribute("How many credits it adds when it is paid.")
    status: OrderStatus = computed(_status, columns=STANDING, context=True, description="Where it stands.")
    payment_status: PaymentStatus = computed(_payment, columns=STANDING, context=True, description="Where its payment stands.")
    checkout_url: str | None = computed(
        _checkout,
        columns=("stored_checkout_url", *STANDING),
        context=True,
        description="The page at which people pay it; null when it is settled, over, or its checkout could not be opened.",
    )
    currency: str = attribute("The currency by its ISO code.")
    net: Decimal = computed(_money, columns=("net_cents",), description="The price without VAT, in whole units of the currency.")
    tax_kind: TaxKind = computed(TaxKind, columns=("tax_kind",), description="How it is taxed.")
    vat_rate: Decimal = computed(_money, columns=("vat_rate",), description="VAT in percent.")
    vat: Decimal = computed(_money, columns=("vat_cents",), description="The VAT, in whole units of the currency.")
    gross: Decimal = computed(_money, columns=("gross_cents",), description="What is to be paid, in whole units of the currency.")
    refunded: Decimal = computed(_money, columns=("refunded_cents",), description="What was given back so far.")
    credits_taken_back: int = attribute("Credits that went with what was given back.")
    credits_not_recovered: int = attribute("Credits that should have gone with what was given back, but had been used.")
    invoice: Invoice | None = edge(
        invoices.by_order, key="key", description="Its invoice; null before it is paid, and in the sandbox, where nothing is sold."
    )
    invoices: list[Invoice] = edge(
        invoices.all_by_order,
        key="key",
        otherwise=(),
        description="Its invoice and the credit notes that took it back, oldest first; at most 101.",
    )
    email: str | None = attribute("Who receives the receipt; null for the account itself.")
    created_at: datetime = attribute("When it was placed.")
    expires_at: datetime = attribute("Until when it can be paid.")
    completed_at: datetime | None = attribute("When it was paid.")


@strawberry.input(description="Which orders.")
class OrderFilter:
    status: list[OrderStatus] | None = defaulted("Those that stand so.", None)
    product: list[strawberry.ID] | None = defaulted("Those of these products, by key or id.", None)
    created_from: datetime | None = defaulted("Placed at this moment or later.", None)
    created_until: datetime | None = defaulted("Placed before this moment.", None)


@strawberry.input(description="What to buy.")
class PlaceOrderInput:
    product: str = required("The key of a product, such as `pa-pack-10`.")
    email: str | None = defaulted("Who receives the receipt; left out: the account's own address.", None)


async def _page(context: Context, window: Any, order: str, given: Any) -> Any:
    wanted = {**given, "product": [ids.key_of("Product", key) for key in given["product"]]} if "product" in given else given
    return await queries.page(context.read, context.account_id, window, order=order, given=wanted, now=context.now)


@strawberry.type
class OrderQuery:
    @query(requires=READ, description="One order; null when there is no such key in this account.")
    async def order(context: Context, *, key: Annotated[strawberry.ID, arg("Its key (`ord_…`) or id.")]) -> Order | None:
        wanted = ids.key_of("Order", key)
        return (await queries.by_keys(context.read, context.account_id, [wanted])).get(wanted)  # type: ignore[return-value]

    orders: Connection[Order] = listing(
        _page,
        of=Order,
        requires=READ,
        order=ListOrder,
        default=ListOrder.NEWEST,
        filter=OrderFilter,
        description="The account's orders.",
    )


def till(context: Context) -> Till:
    """What an order is placed with in this request."""
    return Till(context.database, context.payments, context.actor, context.request_id, context.first_work)


@strawberry.type
class OrderMutation:
    @mutation(
        requires=WRITE,
        answers=Order,
        then=read_by(queries.by_keys),
        transaction=False,
        description="Order a product and open a checkout at which people pay it. When the payment provider does not answer "
        "(`PAYMENTS_UNAVAILABLE`), the order is kept, and the same order again within the hour goes on with it. In the sandbox the "
        "checkout is a page of ours, at which nothing is charged.",
    )
    async def place_order(self, info: Info, input: Annotated[PlaceOrderInput, arg("What to buy.")]) -> str:
        return await placing.place(till(info.context), **given(input))


findable("Order", READ, queries.by_keys)
