"""Products and the documented REST APIs: what anybody may see."""

from collections.abc import Collection
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from domain.kernel.permissions import Access
from domain.kernel.statements import Read
from domain.products import catalog
from resolvers import ids
from resolvers.context import Context
from resolvers.fields import arg, attribute, computed, graph_type, query
from resolvers.nodes import Node, findable
from resolvers.texts import LocalizedText


@graph_type(requires=Access.PUBLIC, description="Something that can be bought: a number of credits for a price.")
class Product(Node):
    id: strawberry.ID = computed(ids.encoder("Product"), columns=("key",), description="Opaque id.")
    key: str = attribute("The key in the documented API, such as `pa-pack-10`.")
    category: str = attribute("What family it belongs to.")
    name: LocalizedText = attribute("What it is called.")
    description: LocalizedText = attribute("What it is.")
    credits: int = attribute("How many credits a purchase adds.")
    price: Decimal = attribute("The net price in whole units of the currency.")
    currency: str = attribute("The currency by its ISO code.")
    features: list[LocalizedText] = attribute("What comes with it.")


@graph_type(requires=Access.PUBLIC, description="A documented REST API that this server answers from the graph.")
class RestApi:
    name: str = attribute("Its short name, such as `esc`.")
    title: str = attribute("Its title.")
    version: str = attribute("The version of its contract.")
    description: str = attribute("What it is for.")
    base_path: str = attribute("Where its paths begin.")


@strawberry.type
class ProductQuery:
    @query(requires=Access.PUBLIC, description="What can be bought, cheapest first; at most a handful.")
    async def products(
        context: Context,
        *,
        category: Annotated[str | None, arg("Only those of this family.")] = None,
        max_price: Annotated[Decimal | None, arg("Only those at this net price or below, in whole units of the currency.")] = None,
        min_credits: Annotated[int | None, arg("Only those with at least this many credits.")] = None,
    ) -> list[Product]:
        return catalog.matching(category=category, max_price=max_price, min_credits=min_credits)  # type: ignore[return-value]

    @query(requires=Access.PUBLIC, description="A documented REST API of this server; null for an unknown name.")
    async def rest_api(context: Context, *, name: Annotated[str, arg("The short name, such as `esc`.")]) -> RestApi | None:
        found = next((api for api in context.apis if api.name == name), None)
        return RestApi(**found._asdict()) if found else None


async def by_key(_read: Read, _account_id: int, keys: Collection[str]) -> dict[str, Any]:
    """Products by their keys; they are the same for all accounts and need no statement."""
    return {product.key: product for product in catalog.catalog() if product.key in keys}


findable("Product", Access.PUBLIC, by_key)
