"""Instruments: what can be taken, its scales and items."""

from collections.abc import Collection
from typing import Annotated, Any

import strawberry

from domain.instruments import bank
from domain.kernel.language import Text
from domain.kernel.permissions import Access, Permission
from domain.kernel.statements import Read
from resolvers import ids
from resolvers.context import Context
from resolvers.enums import ScaleKind
from resolvers.fields import arg, attribute, computed, graph_type, query, unfold
from resolvers.nodes import Node, findable
from resolvers.texts import LocalizedText


def _keyed(context: Context, value: Any) -> Any:
    """How items are scored is not for those who are about to answer them."""
    return value if Permission.RESULTS_READ in context.actor.permissions else None


@graph_type(requires=Access.PUBLIC, description="One statement to agree or disagree with, 1 to 5.")
class Item:
    key: str = attribute("Its key, such as `detail_3`; answers are given by it.")
    scale_key: str | None = computed(
        _keyed, columns=("scale",), context=True, description="The scale it counts for; null without the permission to read results."
    )
    reverse: bool | None = computed(
        _keyed,
        columns=("reverse",),
        context=True,
        description="Whether it counts 6 minus the answer; null without the permission to read results.",
    )
    text: LocalizedText = attribute("The statement.")


@graph_type(requires=Access.PUBLIC, description="What five items measure together.")
class Scale:
    key: str = attribute("Its name in the documented API, such as `goal_orientation`.")
    kind: ScaleKind = attribute("What family it belongs to.")
    group_key: str = computed(lambda group: group, columns=("group",), description="The group it is shown in, such as `motivation`.")
    group_name: LocalizedText = attribute("What the group is called.")
    name: LocalizedText = attribute("What it is called.")
    description: LocalizedText = attribute("What a high and a low value say.")
    item_count: int = computed(len, columns=("items",), description="How many items it has.")


@graph_type(requires=Access.PUBLIC, description="One version of something that can be taken.")
class Instrument(Node):
    id: strawberry.ID = computed(
        lambda key, version: ids.encode("Instrument", f"{key}@{version}"), columns=("key", "version"), description="Opaque id."
    )
    key: str = attribute("Its key, such as `escprofile`.")
    version: str = attribute("Its version; a changed item makes a new one.")
    name: LocalizedText = attribute("What it is called.")
    description: LocalizedText = attribute("What it asks for.")
    duration_minutes: int = attribute("About how long it takes, in minutes.")
    answers: list[LocalizedText] = unfold(
        lambda en, de: [Text(*both) for both in zip(en, de, strict=True)],
        columns=("answers_en", "answers_de"),
        description="What the answers 1 to 5 mean, in that order.",
    )
    scales: list[Scale] = attribute("Its 23 scales in their published order.")
    items: list[Item] = computed(list, columns=("asked",), kind="unfold", description="Its items in the order they are asked.")
    item_count: int = computed(len, columns=("items",), description="How many items it has.")


@strawberry.type
class InstrumentQuery:
    @query(requires=Access.PUBLIC, description="One instrument; null for an unknown key or version.")
    async def instrument(
        context: Context,
        *,
        key: Annotated[strawberry.ID, arg("Its key, such as `escprofile`, or its id.")],
        version: Annotated[str | None, arg("Which version; left out: the one new invites get.")] = None,
    ) -> Instrument | None:
        name, _, pinned = ids.key_of("Instrument", key).partition("@")
        wanted = version or pinned
        return bank.find(name, wanted) if wanted else bank.current(name)  # type: ignore[return-value]

    @query(requires=Access.PUBLIC, description="What new invites can ask for; a handful.")
    async def instruments(context: Context) -> list[Instrument]:
        return list(map(bank.current, bank.CURRENT))  # type: ignore[arg-type]


async def _by_key(_read: Read, _account_id: int, keys: Collection[str]) -> dict[str, Any]:
    """Instruments by `key@version`; they are the same for all accounts and need no statement."""
    found = {key: bank.find(*key.split("@", 1)) for key in keys if "@" in key}
    return {key: value for key, value in found.items() if value is not None}


findable("Instrument", Access.PUBLIC, _by_key)


def of_version(key: str, version: str) -> bank.Instrument:
    """The instrument that a row was made with."""
    return bank.instrument(key, version)
