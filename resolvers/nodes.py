"""Anything that can be fetched again by its id."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import strawberry

from domain.kernel.actor import authorize_type
from domain.kernel.errors import BadInput
from domain.kernel.permissions import Access, Requirement
from resolvers import ids
from resolvers.context import Context
from resolvers.fields import arg, attribute, query

MOST_NODES = 100


@strawberry.interface(description="Anything that can be fetched again by its id.")
class Node:
    id: strawberry.ID = attribute("Opaque and unique over all types; give it to `node`.")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        definition = cls.__strawberry_definition__  # type: ignore[attr-defined]
        return bool(getattr(type(value), "graph_type", type(value).__name__) == definition.name)


@dataclass(frozen=True, slots=True)
class Source:
    """How the nodes of one type are found again."""

    requirement: Requirement
    load: Callable[[Context, Sequence[str]], Awaitable[Mapping[str, Any]]]


SOURCES: dict[str, Source] = {}
"""By type name; each module of types adds its own."""


def findable(type_name: str, requirement: Requirement, query: Callable[..., Awaitable[Mapping[Any, Any]]], *, number: bool = False) -> None:
    """Let nodes of a type be found by their keys through a batch query; `number` for keys that are numbers."""

    async def load(context: Context, keys: Sequence[str]) -> Mapping[str, Any]:
        asked = {key: ids.number_of(type_name, key) if number else key for key in keys}
        found = await query(context.read, context.account_id, list(asked.values()))
        return {key: found[value] for key, value in asked.items() if value in found}

    SOURCES[type_name] = Source(requirement, load)


@strawberry.type
class NodeQuery:
    @query(requires=Access.SIGNED_IN, description="Anything by its id; null when there is no such thing in this account.")
    async def node(context: Context, *, id: Annotated[strawberry.ID, arg("The id that any node gives.")]) -> Node | None:
        [found] = await _find(context, [id])
        return found  # type: ignore[no-any-return]

    @query(requires=Access.SIGNED_IN, description="Several things by their ids, in that order; null where there is no such thing.")
    async def nodes(context: Context, *, ids: Annotated[list[strawberry.ID], arg("Up to 100 ids, of any types.")]) -> list[Node | None]:
        if len(ids) > MOST_NODES:
            raise BadInput.field("ids", message=f"At most {MOST_NODES} ids at a time.")
        return await _find(context, ids)


async def _find(context: Context, wanted: Sequence[str]) -> list[Any]:
    """Find nodes of any types, one query a type; permission is asked for each type as if it were selected by name."""
    decoded = [ids.decode(text) for text in wanted]
    by_type: dict[str, list[str]] = {}
    for type_name, key in filter(None, decoded):
        if type_name in SOURCES:
            by_type.setdefault(type_name, []).append(key)
    found: dict[tuple[str, str], Any] = {}
    for type_name, keys in by_type.items():
        authorize_type(context.actor, SOURCES[type_name].requirement)
        rows = await SOURCES[type_name].load(context, list(dict.fromkeys(keys)))
        found |= {(type_name, key): row for key, row in rows.items()}
    return [found.get(place) if place else None for place in decoded]
