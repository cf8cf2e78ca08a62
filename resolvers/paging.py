"""Connections: pages of lists by cursor, with the fields that Relay names."""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from operator import attrgetter
from typing import Annotated, Any, ClassVar, Generic, TypeVar

import strawberry
from strawberry.types.arguments import StrawberryArgumentAnnotation

from domain.kernel.inputs import email_address
from domain.kernel.paging import Page, Total, Window
from domain.kernel.permissions import Access, Requirement
from resolvers import ids
from resolvers.context import Context
from resolvers.declared import Declared, Guarded, arg, attribute, batched, graph_type, level_field, root_field

Node = TypeVar("Node")
FIRST = "How many from the beginning, 1 to 100. Give this or `last`."
AFTER = "Go on after this cursor; with `first`."
LAST = "How many from the end, 1 to 100."
BEFORE = "Go back from this cursor; with `last`."
OFFSET = "Skip this many first; with `first`, for interfaces that page by number. Cursors are faster and never skip or repeat."
ORDER = "In which order."
FILTER = "Which ones; every condition given must hold."
First = Annotated[int | None, arg(FIRST)]
After = Annotated[str | None, arg(AFTER)]
Last = Annotated[int | None, arg(LAST)]
Before = Annotated[str | None, arg(BEFORE)]
Offset = Annotated[int, arg(OFFSET)]


@graph_type(requires=Access.PUBLIC, description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = attribute("Whether more follow this page.")
    has_previous_page: bool = attribute("Whether some come before this page.")
    start_cursor: str | None = attribute("The cursor of the first of the page; null when it is empty.")
    end_cursor: str | None = attribute("The cursor of the last of the page; null when it is empty.")


@strawberry.type(description="One place of a list, with its cursor.")
class Edge(Generic[Node]):
    __requires__: ClassVar[Any] = Access.PUBLIC
    node: Node = attribute("What stands there.")
    cursor: str = attribute("Its place: give it as `after` or `before` to go on from here.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[Node]):
    __requires__: ClassVar[Any] = Access.PUBLIC
    nodes: list[Node] = attribute("What the page holds.")
    edges: list[Edge[Node]] = attribute("The same with the cursor of each.")
    page_info: PageInfo = attribute("Where the page lies in the list.")

    @batched("How many the whole list has. Counted only when asked for; on long lists it costs more than the page.")
    async def total_count(parents: Sequence[Any], context: Context) -> list[int]:
        return await _counts([parent.total for parent in parents])


@dataclass(frozen=True, slots=True)
class _Edge:
    graph_type: ClassVar[str] = "Edge"
    node: Any
    cursor: str


@dataclass(frozen=True, slots=True)
class _Info:
    graph_type: ClassVar[str] = "PageInfo"
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


class Pages:
    """A page of rows as the graph's connection reads it; edges and page info are made only when asked for."""

    __slots__ = ("_page",)
    graph_type: ClassVar[str] = "Connection"

    def __init__(self, page: Page) -> None:
        self._page = page

    @property
    def nodes(self) -> list[Any]:
        return self._page.rows

    @property
    def edges(self) -> list[_Edge]:
        return [_Edge(row, self._page.cursor(row)) for row in self._page.rows]

    @property
    def page_info(self) -> _Info:
        rows, cursor = self._page.rows, self._page.cursor
        first, last = (cursor(rows[0]), cursor(rows[-1])) if rows else (None, None)
        return _Info(self._page.has_next, self._page.has_previous, first, last)

    @property
    def total(self) -> Total:
        return self._page.total


async def _counts(totals: Sequence[Total]) -> list[int]:
    """Count each list, those of the same source together."""
    by_source: dict[Any, list[Total]] = {}
    for total in totals:
        by_source.setdefault(total.source, []).append(total)
    counted: dict[Any, dict[Any, int]] = {}
    for source, group in by_source.items():
        counted[source] = await group[0].count([total.key for total in group])
    return [counted[total.source].get(total.key, 0) for total in totals]


PagesOf = Callable[[Context, Sequence[Any], Window, str, Mapping[str, Any]], Awaitable[Mapping[Any, Page]]]


def connection(pages: PagesOf, *, of: Any, key: str, order: type[Enum], default: Enum, filter: type | None = None, description: str) -> Any:
    """A paged list per parent: `pages(context, keys, window, order, filters) -> {key: page}`, one statement for a level."""

    async def level(parents: Sequence[Any], context: Context, *, order_by: Any, filter: Any = None, **window: Any) -> list[Pages]:
        keys = list(map(key_of, parents))
        found = await pages(context, list(dict.fromkeys(keys)), Window(**window), order_by.value, filters(filter))
        return [Pages(found[key]) for key in keys]

    key_of = attrgetter(key)
    declared = Declared("connection", level, columns=(key,), source=pages, takes_reads=True)
    return level_field(declared, page_arguments(order, default, filter), Connection[of], description)


PageOf = Callable[[Context, Window, str, Mapping[str, Any]], Awaitable[Page]]


def listing(
    page: PageOf,
    *,
    of: Any,
    requires: Requirement,
    order: type[Enum] | None = None,
    default: Enum | None = None,
    filter: type | None = None,
    offset: bool = True,
    description: str,
) -> Any:
    """A paged list of the whole account, as a root field: `page(context, window, order, filters) -> Page`.

    Without an order it is newest first. `offset` lets interfaces that page by number skip the first ones.
    """

    async def found(context: Context, *, order_by: Any = None, filter: Any = None, **window: Any) -> Pages:
        return Pages(await page(context, Window(**window), order_by.value if order_by else "newest", filters(filter)))

    arguments = page_arguments(order, default, filter, offset=offset)
    return root_field(found, arguments, Connection[of], Guarded(requires), description, takes_reads=True)


def page_arguments(
    order: type[Enum] | None = None, default: Enum | None = None, filter: type | None = None, *, offset: bool = False
) -> list[inspect.Parameter]:
    """The arguments that every list has."""
    arguments = [
        _argument("first", int | None, FIRST, None),
        _argument("after", str | None, AFTER, None),
        _argument("last", int | None, LAST, None),
        _argument("before", str | None, BEFORE, None),
    ]
    if offset:
        arguments.append(_argument("offset", int, OFFSET, 0))
    if filter is not None:
        arguments.append(_argument("filter", filter | None, FILTER, None))
    if order is not None:
        arguments.append(_argument("order_by", order, ORDER, default))
    return arguments


def _argument(name: str, kind: Any, description: str, default: Any) -> inspect.Parameter:
    described: StrawberryArgumentAnnotation = arg(description)
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, described])


def filters(given: Any) -> dict[str, Any]:
    """The conditions of a filter input as the domain takes them: enums by their values, ids as keys."""
    if given is None:
        return {}
    found = {name: _plain(value) for name, value in vars(given).items() if value is not None}
    return {name: _KEYS[name](value) if name in _KEYS else value for name, value in found.items()}


_KEYS: dict[str, Callable[[Any], Any]] = {
    "candidate": lambda keys: [ids.key_of("Candidate", key) for key in keys],
    "instrument": lambda key: ids.key_of("Instrument", key),
    "email": email_address,
    "norm_group": lambda key: ids.number_of("NormGroup", key),
    "team": lambda key: ids.number_of("Team", key),
    "webhook": lambda key: ids.key_of("Webhook", key),
    "anonymized": lambda wanted: [str(wanted)],
}
"""Conditions whose values are not what the graph shows, by their name in any filter."""


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value.value if isinstance(value, Enum) else value
