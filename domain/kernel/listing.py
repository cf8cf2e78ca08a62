"""Lists with filters and orders: one statement per shape, compiled at first use and kept (never `:x IS NULL OR …`)."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select, tuple_

from domain.kernel.columns import UtcDateTime
from domain.kernel.paging import Listed, Page, Window, decode_cursor, encode_cursor
from domain.kernel.statements import ACCOUNT, Keys, Often, Read, Row, Statement, any_of, group, with_columns

SHAPES_KEPT = 256
WALKED = 1_000
"""Rows that are looked at in the order of a list, before an index is asked for all that pass a filter and those are sorted."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A filter in use: what it adds to the shape, its condition, and its parameters."""

    shape: str
    condition: ColumnElement[bool]
    parameters: Mapping[str, Any]
    walked: ColumnElement[bool] | None = None
    """The same condition for rows that are read in the order of the list anyway; only one that an index would answer slowly has it."""


Filter = Callable[[Any], Fragment]


def where(name: str, condition: ColumnElement[bool], convert: Callable[[Any], Any] | None = None) -> Filter:
    """A filter with one parameter, named like the filter."""
    return lambda value: Fragment(name, condition, {name: convert(value) if convert else value})


def one_of(name: str, column: Any) -> Filter:
    """A filter on a set of values of one column, as one array parameter."""
    condition = any_of(column, name)
    return lambda values: Fragment(name, condition, {name: sorted(map(str, values))})


def choice(name: str, conditions: Mapping[Any, ColumnElement[bool]]) -> Filter:
    """A filter on values that each have a condition of their own; any of those given may hold, so none does for no value."""

    def build(values: Any) -> Fragment:
        chosen = sorted({str(value) for value in values})
        parts = [conditions[value] for value in chosen]
        return Fragment(f"{name}={'+'.join(chosen)}", parts[0] if len(parts) == 1 else or_(sa.false(), *parts), {})

    return build


def pinned(name: str, key: Any, version: Any) -> Filter:
    """A filter on a key, or on one version of it: `key@version`."""
    any_version = key == bindparam(name, type_=key.type)
    one_version = and_(any_version, version == bindparam(f"{name}_version", type_=version.type))

    def build(value: str) -> Fragment:
        wanted, at, number = value.partition("@")
        if not at:
            return Fragment(name, any_version, {name: wanted})
        return Fragment(f"{name}@", one_version, {name: wanted, f"{name}_version": number})

    return build


@dataclass(frozen=True, slots=True)
class Order:
    """Sort columns, all NOT NULL and all in one direction, the last one unique."""

    columns: tuple[Any, ...]
    descending: bool = False

    def kinds(self) -> list[type]:
        return [datetime if isinstance(column.type, UtcDateTime) else column.type.python_type for column in self.columns]


class Listing:
    """A list of an account's rows, as a table of filters and orders.

    `select` names the columns and joins, held to the account by the parameter `account_id`.
    """

    def __init__(
        self,
        rows: Any,
        graph_type: str,
        *,
        key: Any,
        filters: Mapping[str, Filter],
        orders: Mapping[str, Order],
        always: Sequence[str] = (),
        within: Any = None,
    ) -> None:
        self.rows = rows
        self.graph_type = graph_type
        self.key = key
        self.within = within
        """The parent's column, when the key is unique among the rows of one parent only."""
        self.filters = filters
        self.orders = orders
        self.always = tuple(always)
        """Parameters that every shape may use, such as `now`."""
        self._shapes: OrderedDict[tuple[Any, ...], Statement] = OrderedDict()
        self._often = Often()

    async def page(self, read: Read, account_id: int, window: Window, *, order: str, given: Mapping[str, Any], **always: Any) -> Page:
        """Read one page of the account's rows that pass the filters.

        `given` maps filters to values; None means not given. Raises BadInput for a foreign cursor.
        """
        fragments = self._fragments(given)
        reads = self._reads(window)
        parameters = self._parameters(fragments, always) | self._window(window, order)
        rows: list[Row] = []
        walks = not window.backward and any(fragment.walked is not None for fragment in fragments)
        if walks:
            shape = ("walk", order, False, bool(window.cursor), bool(window.offset), reads)
            rows = await read(self._shape(shape, fragments, self._walk_select), account_id=account_id, skipped=WALKED, **parameters)
        if not walks or (len(rows) <= window.size and not (rows and rows[0].walked_all)):
            shape = ("page", order, window.backward, bool(window.cursor), bool(window.offset), reads)
            rows = await read(self._shape(shape, fragments, self._page_select), account_id=account_id, **parameters)
        count = partial(self._count_all, read, account_id, fragments, always)
        return _cutter(window, Listed(partial(self._cursor, order), ("all", self, _identity(fragments)), count))(rows, 0)

    async def pages_by(
        self,
        read: Read,
        account_id: int,
        parent: Any,
        keys: Sequence[Any],
        window: Window,
        *,
        order: str,
        given: Mapping[str, Any],
        **always: Any,
    ) -> dict[Any, Page]:
        """Read the first (or last) rows of each parent, in one statement for all of them.

        `parent` is the column that names the parent; `offset` is not for nested lists.
        """
        fragments = self._fragments(given)
        build = partial(self._nested_select, parent)
        shape = ("nested", parent.key, order, window.backward, bool(window.cursor), self._reads(window))
        statement = self._shape(shape, fragments, build)
        parameters = self._parameters(fragments, always) | self._window(window, order)
        found = group(await read(statement, account_id=account_id, keys=keys, **parameters), parent.key)
        count = partial(self._count_by, read, account_id, parent, fragments, always)
        listed = Listed(partial(self._cursor, order), ("by", self, parent.key, _identity(fragments)), count)
        cut = _cutter(window, listed)
        return {key: cut(found.get(key, []), key) for key in keys}

    async def batch(
        self, read: Read, account_id: int, *, order: str, given: Mapping[str, Any], size: int, after: Sequence[Any] = (), **always: Any
    ) -> list[Row]:
        """Read the next rows after the sort values of some row: for those who go through a whole list, some thousand rows at a time."""
        fragments = self._fragments(given)
        statement = self._shape(("page", order, False, bool(after), False, None), fragments, self._page_select)
        cursor = {f"cursor_{index}": value for index, value in enumerate(after)}
        return await read(statement, account_id=account_id, limit=size, **cursor, **self._parameters(fragments, always))

    def place(self, order: str, row: Row) -> list[Any]:
        """The sort values of a row, to go on after it."""
        return [getattr(row, column.key) for column in self.orders[order].columns]

    async def count(self, read: Read, account_id: int, *, given: Mapping[str, Any], **always: Any) -> int:
        """How many rows pass the filters."""
        fragments = self._fragments(given)
        statement = self._shape(("count",), fragments, lambda conditions, _dialect, _shape: self._counted(conditions))
        [row] = await read(statement, account_id=account_id, **self._parameters(fragments, always))
        return int(row[0])

    async def sums(self, read: Read, account_id: int, *, of: Sequence[Any], by: Any, given: Mapping[str, Any]) -> list[Row]:
        """How many rows pass the filters, and the sums of some columns, for each value of a column `by`, in its order."""
        fragments = self._fragments(given)

        def build(conditions: list[Any], _dialect: str, _shape: Any) -> Any:
            totals = [sa.cast(func.sum(column), sa.BigInteger).label(column.key) for column in of]
            summed = self.rows.with_only_columns(by, func.count().label("number"), *totals, maintain_column_froms=True)
            return summed.where(*conditions).group_by(by).order_by(by)

        statement = self._shape(("sums", by.key, *(column.key for column in of)), fragments, build)
        return await read(statement, account_id=account_id, **self._parameters(fragments, {}))

    async def _count_all(self, read: Read, account_id: int, fragments: list[Fragment], always: Any, _keys: Sequence[Any]) -> dict[Any, int]:
        statement = self._shape(("count",), fragments, lambda conditions, _dialect, _shape: self._counted(conditions))
        [row] = await read(statement, account_id=account_id, **self._parameters(fragments, always))
        return {0: row[0]}

    async def _count_by(
        self, read: Read, account_id: int, parent: Any, fragments: list[Fragment], always: Any, keys: Sequence[Any]
    ) -> dict[Any, int]:
        def build(conditions: list[Any], _dialect: str, _shape: Any) -> Any:
            counted = self.rows.with_only_columns(parent.label("parent"), func.count().label("number"), maintain_column_froms=True)
            return counted.where(*conditions, any_of(parent)).group_by(parent).order_by(None)

        statement = self._shape(("count by", parent.key), fragments, build)
        rows = await read(statement, account_id=account_id, keys=keys, **self._parameters(fragments, always))
        return {row[0]: row[1] for row in rows}

    def _counted(self, conditions: list[Any]) -> Any:
        return self.rows.with_only_columns(func.count().label("number"), maintain_column_froms=True).where(*conditions)

    def _page_select(self, conditions: list[Any], _dialect: str, shape: tuple[Any, ...]) -> Any:
        _kind, order, backward, has_cursor, has_offset, reads = shape
        page = self._ordered(self._narrowed(reads, order).where(*conditions), order, backward, has_cursor)
        return page.offset(bindparam("offset", type_=sa.Integer)) if has_offset else page

    def _walk_select(self, conditions: list[Any], dialect: str, shape: tuple[Any, ...]) -> Any:
        """The page, looked for among the next rows of the list alone: what is common is found there at once.

        `walked_all` says that there were no more rows to look at.
        """
        _kind, order, _backward, has_cursor, _has_offset, _reads = shape
        how = self.orders[order]
        first = how.columns[0]
        walked = first.table.alias("walked")
        column = walked.c[first.key]
        rows = select(column).where(walked.c.account_id == ACCOUNT)
        if has_cursor:
            begin = bindparam("cursor_0", type_=first.type)
            rows = rows.where(column <= begin if how.descending else column >= begin)
        farther, nearer = (column.desc(), column.asc()) if how.descending else (column.asc(), column.desc())
        skipped = rows.order_by(farther).limit(1).offset(bindparam("skipped", type_=sa.Integer)).scalar_subquery()
        end = func.coalesce(skipped, rows.order_by(nearer).limit(1).scalar_subquery())
        page = self._page_select([*conditions, first >= end if how.descending else first <= end], dialect, shape)
        return page.add_columns(skipped.is_(None).label("walked_all"))

    def _nested_select(self, parent: Any, conditions: list[Any], dialect: str, shape: tuple[Any, ...]) -> Any:
        _kind, _parent, order, backward, has_cursor, reads = shape
        narrowed = self._narrowed(reads, order, parent)
        if dialect == "postgresql":
            keys = (
                func.unnest(bindparam("keys", type_=Keys(parent.type)))
                .table_valued(sa.column("value", parent.type))
                .render_derived(name="k")
            )
            mine = narrowed.where(*conditions, parent == keys.c.value).correlate(keys)
            inner = self._ordered(mine, order, backward, has_cursor).lateral("c")
            return select(*inner.c).select_from(sa.join(keys, inner, sa.true()))
        parents = func.json_each(bindparam("keys", type_=Keys(parent.type))).table_valued("key", "value", name="k")
        chosen = self.rows.with_only_columns(self.key, maintain_column_froms=True).where(*conditions, parent == parents.c.value)
        first = self._ordered(chosen, order, backward, has_cursor).correlate(parents)  # reads the tables anew: only `k` is that of outside
        by_parent = (parents.c.key, *self._sorting(order, backward))  # parents first, or SQLite reads the account and asks for each row
        mine = [self.key.in_(first)] if self.within is None else [self.within == parents.c.value, self.key.in_(first)]
        return narrowed.where(*mine).select_from(parents).order_by(*by_parent)

    def _reads(self, window: Window) -> frozenset[str] | None:
        """The columns to read; all unless the same are asked for often, for each choice of columns is a shape of its own."""
        reads = window.columns(self.graph_type)
        return reads if reads is not None and self._often(reads) else None

    def _narrowed(self, reads: frozenset[str] | None, order: str, *others: Any) -> Any:
        """The rows with the columns that are read, or that their order or their parent is told by."""
        if reads is None:
            return self.rows
        return with_columns(self.rows, reads | {column.key for column in (*self.orders[order].columns, *others)})

    def _ordered(self, rows: Select[Any], order: str, backward: bool, has_cursor: bool) -> Select[Any]:
        how = self.orders[order]
        columns = how.columns
        if has_cursor:
            values = tuple_(*(bindparam(f"cursor_{index}", type_=column.type) for index, column in enumerate(columns)))
            edge, first = tuple_(*columns), bindparam("cursor_0", type_=columns[0].type)
            down = how.descending != backward
            rows = rows.where(edge < values if down else edge > values, columns[0] <= first if down else columns[0] >= first)
        return rows.order_by(*self._sorting(order, backward)).limit(bindparam("limit", type_=sa.Integer))

    def _sorting(self, order: str, backward: bool) -> list[Any]:
        how = self.orders[order]
        return [column.desc() if how.descending != backward else column.asc() for column in how.columns]

    def _shape(self, shape: tuple[Any, ...], fragments: list[Fragment], build: Callable[..., Select[Any]]) -> Statement:
        key = (*shape, *(fragment.shape for fragment in fragments))
        if statement := self._shapes.get(key):
            self._shapes.move_to_end(key)
            return statement
        walks = shape[0] == "walk"
        conditions = [fragment.walked if walks and fragment.walked is not None else fragment.condition for fragment in fragments]
        statement = Statement(lambda dialect: build(conditions, dialect, shape), self.graph_type, None)
        self._shapes[key] = statement
        if len(self._shapes) > SHAPES_KEPT:
            self._shapes.popitem(last=False)
        return statement

    def _fragments(self, given: Mapping[str, Any]) -> list[Fragment]:
        return [self.filters[name](given[name]) for name in sorted(given) if given[name] is not None]

    def _parameters(self, fragments: list[Fragment], always: Mapping[str, Any]) -> dict[str, Any]:
        parameters = {name: always[name] for name in self.always if name in always}
        for fragment in fragments:
            parameters |= fragment.parameters
        return parameters

    def _window(self, window: Window, order: str) -> dict[str, Any]:
        parameters: dict[str, Any] = {"limit": window.size + 1, "offset": window.offset}
        if window.cursor:
            argument = "before" if window.backward else "after"
            values = decode_cursor(window.cursor, self._sorted(order), self.orders[order].kinds(), argument=argument)
            parameters |= {f"cursor_{index}": value for index, value in enumerate(values)}
        return parameters

    def _sorted(self, order: str) -> str:
        """What a cursor belongs to: this list in this order."""
        return f"{self.graph_type}.{order}"

    def _cursor(self, order: str, row: Row) -> str:
        return encode_cursor(self._sorted(order), self.place(order, row))


def _cutter(window: Window, listed: Listed) -> Callable[[list[Row], Any], Page]:
    """How rows become a page: one row more was read than it has, to see whether others follow."""
    size, backward, began = window.size, window.backward, bool(window.cursor) or bool(window.offset)

    def cut(rows: list[Row], key: Any) -> Page:
        more = len(rows) > size
        if more:
            del rows[size:]
        if backward:
            rows.reverse()
            return Page(rows, began, more, key, listed)
        return Page(rows, more, began, key, listed)

    return cut


def _identity(fragments: list[Fragment]) -> tuple[Any, ...]:
    return tuple((fragment.shape, repr(sorted(fragment.parameters.items()))) for fragment in fragments)
