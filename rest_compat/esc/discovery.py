"""GET /, /products and POST /register: what anybody may call."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from rest_compat.body import SAME, Address, Body, at, constant, may_lack
from rest_compat.esc.dialect import Mode, Permission
from rest_compat.route import Nothing, Parameters, Route
from rest_compat.values import IN_DIGITS, Price, WebPage


class ApiInfo(Body):
    name: str = at("title")
    version: str = at("version")
    description: str = at("description")


class ListProducts(Parameters):
    category: str | None = Field(None, description="Only products of this category.")
    maxPrice: Price | None = Field(None, alias="max_price", description="Only products at this net price or below.")
    minCredits: Annotated[int, Field(ge=-(2**31), lt=2**31), IN_DIGITS] | None = Field(
        None, alias="min_credits", description="Only products with at least this many credits."
    )


class Offers(Body):
    price: str = at("price")
    priceCurrency: str = at("currency")


class Product(Body):
    productID: str = at("key")
    name: str = at("name.en")
    description: str = at("description.en")
    offers: Annotated[Offers, SAME]
    credits: int = at("credits")
    features: Annotated[list[str], BeforeValidator(lambda features: [feature["en"] for feature in features])] = at("features")


class Products(Body):
    products: Annotated[list[Product], SAME]
    total: Annotated[int, BeforeValidator(len), SAME]


class Register(Parameters):
    email: str = Field(description="The email address of the account.", json_schema_extra={"format": "email"})
    company: str = Field(description="The company or organisation.")
    contactName: str | None = Field(None, alias="name", description="Contact person.")
    street: str | None = Field(None, alias="address", description="Street address.")
    postalCode: str | None = Field(None, alias="zip", description="Postal code.")
    city: str | None = Field(None, description="City.")
    country: str | None = Field("US", description="Country, as an ISO code of two letters.")
    vatId: str | None = Field(None, alias="vat_id", description="VAT number for invoices.")
    billingAttention: str | None = Field(None, alias="billing_contact", description="Who receives invoices.")
    phone: str | None = Field(None, description="Phone number.")
    website: WebPage | None = Field(None, description="Website.")
    product: Literal["pa-single", "pa-pack-10", "pa-pack-50"] | None = Field(
        None,
        alias="product_id",
        description="A product to buy at once: opens a checkout.",
    )
    mode: Literal["live", "test"] = Field("live", description="Which key is answered: of the live account or of its sandbox.")

    def variables(self) -> dict[str, Any]:
        return {**super().variables(), "mode": self.mode.upper()}


class NewCustomer(Body):
    id: str = at("accountKey")
    company: str = at("company")
    email: str = at("email")
    is_new: Annotated[bool, constant(True), SAME]


class ApiKey(Body):
    key: str = at("secret")
    prefix: str = at("prefix")
    mode: Mode = at("mode")
    permissions: list[Permission] = at("permissions")
    rate_limit: int = at("rateLimit")


NEXT_STEPS = {
    "1": "Save the API key: it is shown only once.",
    "2": "Send it as 'Authorization: Bearer <key>'.",
    "3": "Look at the products: GET /products.",
    "4": "Invite a candidate: POST /invites.",
}


class FirstOrder(Body):
    order_id: str = at("key")
    checkout_url: Address | None = may_lack("checkoutUrl")
    """Left out when the payment provider did not answer; `POST /orders` then goes on with the order."""


class Registered(Body):
    message: Annotated[str, constant("Registration successful. Save the API key: it is shown only once."), SAME]
    customer: Annotated[NewCustomer, SAME]
    api_key: Annotated[ApiKey, SAME]
    order: FirstOrder | None = may_lack("order")
    """Present when a product was ordered (R-ESC-10)."""
    next_steps: Annotated[dict[str, str], constant(NEXT_STEPS), SAME]


ROUTES = (
    Route("GET", "/", "GetApiInfo", Nothing, ApiInfo, "API information", "Discovery", operation_id="getApiInfo"),
    Route(
        "GET",
        "/products",
        "ListProducts",
        ListProducts,
        Products,
        "List products",
        "Discovery",
        operation_id="listProducts",
    ),
    Route(
        "POST",
        "/register",
        "RegisterAccount",
        Register,
        Registered,
        "Register API access",
        "Registration",
        status=201,
        refusals=(409,),
        operation_id="registerApiAccess",
        description="Opens an account and a sandbox beside it, and answers an API key, which is shown only here. "
        "With a product, an order comes along with the page at which people pay it.",
    ),
)
