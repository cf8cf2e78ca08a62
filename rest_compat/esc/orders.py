"""/orders of the esc Profile API: buy credits, and see whether they are paid."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from rest_compat.body import SAME, Address, Body, at, lower, may_lack
from rest_compat.problem import NOT_FOUND
from rest_compat.route import Parameters, Route


def _as_on_the_wire(value: str) -> str:
    return "cancelled" if value == "CANCELED" else lower(value)


OrderStatus = Annotated[Literal["pending_payment", "completed", "cancelled"], BeforeValidator(_as_on_the_wire)]
PaymentStatus = Annotated[
    Literal["unpaid", "processing", "paid", "failed", "expired", "cancelled", "mismatched", "partially_refunded", "refunded"],
    BeforeValidator(_as_on_the_wire),
]
Amount = Annotated[float, BeforeValidator(float)]


class CreateOrder(Parameters):
    product: str = Field(alias="product_id", description="The product to buy, such as pa-pack-10.", examples=["pa-pack-10"])
    email: str | None = Field(
        None, description="Who receives the receipt; left out: the account's own address.", json_schema_extra={"format": "email"}
    )


class OneOrder(Parameters):
    key: str = Field(alias="orderId", description="The order's id, such as ord_abc123xyz.")


class OrderedProduct(Body):
    id: str = at("key")
    name: str = at("name.en")
    credits: int = at("credits")


class Payment(Body):
    amount: Amount = at("gross")
    currency: str = at("currency")
    checkout_url: Address | None = may_lack("checkoutUrl")


class PlacedOrder(Body):
    order_id: str = at("key")
    status: OrderStatus = at("status")
    product: OrderedProduct = at("product")
    payment: Annotated[Payment, SAME]


class OrderStanding(Body):
    order_id: str = at("key")
    status: OrderStatus = at("status")
    payment_status: PaymentStatus = at("paymentStatus")


TAG = "Orders"
ROUTES = (
    Route(
        "POST",
        "/orders",
        "PlaceOrder",
        CreateOrder,
        PlacedOrder,
        "Create order",
        TAG,
        status=201,
        operation_id="createOrder",
        description="Answers the page at which people pay, with `amount` as it is charged there: net price and VAT. In the sandbox "
        "nothing is charged. When the payment provider does not answer (503), the same order again goes on with this one.",
    ),
    Route(
        "GET",
        "/orders/{orderId}",
        "GetOrder",
        OneOrder,
        OrderStanding,
        "Get order status",
        TAG,
        absent={"order": NOT_FOUND},
        refusals=(404,),
        operation_id="getOrder",
    ),
)
