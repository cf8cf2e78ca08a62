"""Forms: whatever stripe's library encodes is read as it was, and whatever else comes is refused in words."""

import contextlib
import inspect
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stripe._encode import _api_encode
from stripe.params import RefundCreateParams
from stripe.params.checkout import _session_create_params as session_params

from gateway.stripe_fake import parameters
from gateway.stripe_fake.forms import tree
from gateway.stripe_fake.readers import group, many, metadata, text, whole
from gateway.stripe_fake.refusals import Refusal

NAMES = st.text(st.characters(categories=("L", "N", "P", "Z"), exclude_characters="[]"), min_size=1, max_size=10)
VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
INNER = st.recursive(VALUES, lambda inner: st.dictionaries(NAMES, inner, min_size=1, max_size=3), max_leaves=8)
TREES = st.dictionaries(NAMES, INNER, max_size=5)
TEXTS = VALUES.filter(bool)
ITEMS = st.lists(st.fixed_dictionaries({"name": TEXTS, "count": st.integers(0, 999)}), min_size=1, max_size=15)


def encoded(params: Any) -> str:
    """As stripe's library writes it."""
    return urlencode(list(_api_encode(params))).replace("%5B", "[").replace("%5D", "]")


@given(TREES)
def test_nested_groups_are_read_as_they_were(params: Any) -> None:
    assert tree(encoded(params)) == params


@given(ITEMS, st.dictionaries(NAMES, TEXTS, max_size=4))
def test_lists_of_groups_are_read_in_their_order(items: Any, facts: Any) -> None:
    reader = group(items=many(group(name=text(), count=whole())), facts=metadata)
    read = reader(tree(encoded({"items": items, "facts": facts})), "")
    assert read == {"items": items, **({"facts": facts} if facts else {})}


@given(st.text(st.sampled_from("ab[]=&%0019+é"), max_size=40))
def test_any_text_is_read_or_refused(form: str) -> None:
    """Nothing but a refusal is raised, whatever comes."""
    with contextlib.suppress(Refusal):
        parameters.SESSION(tree(form), "")


@pytest.mark.parametrize(
    "form", ["a[b", "a]b=1", "[a]=1", "a=1&a[b]=2", "a[b]=1&a=2", "a" + "[b]" * 10 + "=1", "&".join(f"a[{n}]=1" for n in range(1001)), "a"]
)
def test_what_is_no_form_is_refused(form: str) -> None:
    with pytest.raises(Refusal):
        tree(form)


def test_empty_brackets_count_up() -> None:
    assert many(text())(tree("a[]=x&a[]=y")["a"], "a") == ["x", "y"]


@pytest.mark.parametrize(
    ("reader", "declared"),
    [
        (parameters.SESSION, session_params.SessionCreateParams),
        (parameters.LINE_ITEM, session_params.SessionCreateParamsLineItem),
        (parameters.PRICE, session_params.SessionCreateParamsLineItemPriceData),
        (parameters.PRODUCT, session_params.SessionCreateParamsLineItemPriceDataProductData),
        (parameters.PAYMENT, session_params.SessionCreateParamsPaymentIntentData),
        (parameters.REFUND, RefundCreateParams),
    ],
)
def test_every_parameter_is_one_of_stripes(reader: Any, declared: Any) -> None:
    """Held to what the library declares, so that none is misspelt here."""
    ours = set(inspect.getclosurevars(reader).nonlocals["readers"])
    assert len(ours) >= 3
    assert ours <= set(declared.__annotations__)
