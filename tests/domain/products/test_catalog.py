"""The catalogue of what can be bought."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.products import catalog
from domain.products.catalog import Product

CONTRACT = {"pa-single": 1, "pa-pack-10": 10, "pa-pack-50": 50}
"""The products that the documented API names, with their credits."""
PRICES = st.one_of(
    st.decimals(0, 5000, places=2), st.sampled_from([product.price for product in catalog.catalog()]), st.none(), st.decimals(-1, 1)
)


def keys(products: list[Product]) -> list[str]:
    return [product.key for product in products]


class TestCatalog:
    def test_has_the_products_of_the_contract_cheapest_first(self) -> None:
        """R-ESC-10."""
        assert {product.key: product.credits for product in catalog.catalog()} == CONTRACT
        prices = [product.price for product in catalog.catalog()]
        assert prices == sorted(prices)
        assert {product.currency for product in catalog.catalog()} == {"EUR"}

    def test_prices_are_decimals_with_two_places_and_larger_packages_cost_less_each(self) -> None:
        assert [str(product.price) for product in catalog.catalog()] == ["89.00", "790.00", "3450.00"]
        each = [product.price / product.credits for product in catalog.catalog()]
        assert each == sorted(each, reverse=True)
        assert len(set(each)) == 3

    def test_is_described_in_both_languages(self) -> None:
        for product in catalog.catalog():
            assert all([product.name.en, product.name.de, product.description.en, product.description.de])
            assert len(product.features) >= 3

    def test_product_is_found_by_its_exact_key(self) -> None:
        assert [getattr(catalog.find(key), "key", None) for key in CONTRACT] == list(CONTRACT)
        assert [catalog.find(key) for key in ("", "pa", "PA-SINGLE", "pa-single ", "pa-pack-100")] == [None] * 5


class TestMatching:
    @pytest.mark.parametrize(
        ("wanted", "found"),
        [
            ({}, ["pa-single", "pa-pack-10", "pa-pack-50"]),
            ({"category": "assessment"}, ["pa-single", "pa-pack-10", "pa-pack-50"]),
            ({"category": "Assessment"}, []),
            ({"category": ""}, []),
            ({"max_price": Decimal("88.99")}, []),
            ({"max_price": Decimal(89)}, ["pa-single"]),
            ({"max_price": Decimal("790.00")}, ["pa-single", "pa-pack-10"]),
            ({"max_price": Decimal(0)}, []),
            ({"min_credits": 0}, ["pa-single", "pa-pack-10", "pa-pack-50"]),
            ({"min_credits": 10}, ["pa-pack-10", "pa-pack-50"]),
            ({"min_credits": 51}, []),
            ({"min_credits": 2, "max_price": Decimal(1000)}, ["pa-pack-10"]),
            ({"category": "other", "min_credits": 1, "max_price": Decimal(9999)}, []),
        ],
        ids=str,
    )
    def test_all_that_is_wanted_holds_together(self, wanted: dict[str, object], found: list[str]) -> None:
        """R-ESC-12, I-ESC-21."""
        assert keys(catalog.matching(**wanted)) == found  # type: ignore[arg-type]

    @given(PRICES, st.none() | st.integers(-1, 60))
    def test_leaves_out_what_does_not_fit_and_nothing_else(self, max_price: Decimal | None, min_credits: int | None) -> None:
        found = catalog.matching(max_price=max_price, min_credits=min_credits)
        fits = [
            product
            for product in catalog.catalog()
            if not (max_price is not None and product.price_cents > max_price * 100)
            and not (min_credits is not None and product.credits < min_credits)
        ]
        assert found == fits
