"""The products and their prices."""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import ClassVar

from domain.kernel.language import Text


@dataclass(frozen=True, slots=True)
class Product:
    """Something that can be bought: a number of credits for a price."""

    graph_type: ClassVar[str] = "Product"
    key: str
    number: int
    category: str
    name: Text
    description: Text
    credits: int
    price_cents: int
    currency: str
    features: tuple[Text, ...]

    @property
    def price(self) -> Decimal:
        """The net price in whole units of the currency, with two decimals."""
        return Decimal(self.price_cents).scaleb(-2)


@cache
def catalog() -> tuple[Product, ...]:
    """All products, cheapest first."""
    raw = tomllib.loads((files(__package__) / "data" / "catalog.toml").read_text("utf-8"))
    return tuple(sorted(map(_product, raw["products"]), key=lambda product: product.price_cents))


def _product(raw: dict[str, object]) -> Product:
    features = raw.pop("features")
    assert isinstance(features, dict)
    texts = {name: Text.of(raw.pop(name)) for name in ("name", "description")}  # type: ignore[arg-type]
    return Product(**raw, **texts, features=tuple(Text(*both) for both in zip(features["en"], features["de"], strict=True)))  # type: ignore[arg-type]


def find(key: str) -> Product | None:
    return next((product for product in catalog() if product.key == key), None)


def matching(*, category: str | None = None, max_price: Decimal | None = None, min_credits: int | None = None) -> list[Product]:
    """The products of a category, at a price or below, with a number of credits or more (R-ESC-12, I-ESC-21)."""
    return [
        product
        for product in catalog()
        if (category is None or product.category == category)
        and (max_price is None or product.price <= max_price)
        and (min_credits is None or product.credits >= min_credits)
    ]
