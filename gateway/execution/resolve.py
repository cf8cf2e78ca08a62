"""Resolve a plan level by level: the fields of all objects at one place are found together, as columns of values."""

import asyncio
import inspect
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext, suppress
from functools import cached_property, partial
from operator import attrgetter
from typing import Any

from graphql import GraphQLResolveInfo, default_field_resolver, default_type_resolver
from graphql.execution.executor import Executor
from graphql.execution.values import VariableValues
from graphql.pyutils import Path

from gateway.execution.explain import Report
from gateway.execution.fields import Way
from gateway.execution.levels import Above, Below, Level, Part
from gateway.execution.plan import Plan, PlannedField, Selection
from gateway.execution.shapes import Joined, are_lists, flat, kinds_of, readable
from gateway.execution.waiting import settle_within, waits_within
from gateway.execution.writers import Column, OutOfTheOrdinary, may_wait

TagOf = Callable[[type], str | None]
"""From the class of a value to the name of the object type it stands for, when the class alone tells."""


class Run:
    """One run of a plan."""

    def __init__(
        self,
        plan: Plan,
        variables: VariableValues,
        context: Any,
        tag_of: TagOf,
        reference: Callable[[], Executor[Any]],
        report: Report | None = None,
    ) -> None:
        self.plan = plan
        self.variables = variables
        self.context = context
        self.tag_of = tag_of
        self.report = report
        self._make_reference = reference

    @cached_property
    def reference(self) -> Executor[Any]:
        """The operation as the reference executor has it, for resolvers that are told of it."""
        return self._make_reference()

    async def level(self, selection: Selection, parents: Sequence[Any], above: Above | None = None) -> Level:
        """Resolve the fields of objects, and everything below them."""
        level, fields = Level.of(selection, parents, above), selection.fields
        if parents:
            waiting = [number for number in range(len(fields)) if not self._at_once(level, number)]
            await _all([self._wait(level, number) for number in waiting])
        await self._descend(level, [number for number, planned in enumerate(fields) if planned.leaf is None])
        return level

    async def field(self, level: Level, number: int) -> None:
        """Resolve one field of a level, and everything below it: for fields that come one after another."""
        if not self._at_once(level, number):
            await self._wait(level, number)
        await self._descend(level, [number] if level.selection.fields[number].leaf is None else [])

    async def _descend(self, level: Level, numbers: Sequence[int]) -> None:
        """Resolve what fields found: at the same time where something is waited for."""
        later = []
        for number in numbers:
            only = level.selection.fields[number].only
            if only is None or only.waits:
                later.append(self._below(level, number))
            else:
                await self._below(level, number)
        await _all(later)

    def _at_once(self, level: Level, number: int) -> bool:
        """Resolve a field that needs no waiting; say whether it is one."""
        planned, parents = level.selection.fields[number], level.parents
        way = planned.way.way
        if way is Way.ATTRIBUTE:
            name = planned.way.attribute
            column = level.column(name)
            if column is None:
                column = mapped(attrgetter(name), parents)
        elif way is Way.COMPUTED:
            column = self._computed(planned, level)
        elif way is Way.TYPENAME:
            column = [planned.parent.name] * len(parents)
        else:
            return False
        return self._keep(level, number, column)

    def _computed(self, planned: PlannedField, level: Level) -> Column:
        declared, parents = planned.way.declared, level.parents
        assert declared is not None
        assert declared.function is not None
        try:
            arguments = planned.arguments(self.variables)
        except Exception as error:
            return [error] * len(parents)
        function = partial(declared.function, self.context) if declared.needs_context else declared.function
        if arguments:
            function = partial(function, **arguments)
        names = declared.columns
        if not names:
            return mapped(lambda _parent: function(), parents)
        columns = [level.column(name) for name in names]
        if None not in columns:
            return mapped(function, *columns)  # type: ignore[arg-type]
        return mapped(lambda parent: function(*[getattr(parent, name) for name in names]), parents)

    def _keep(self, level: Level, number: int, column: Column, *, waited: bool = False) -> bool:
        """Keep what a field found, written where it is a leaf; say no when some of it has to be waited for."""
        planned = level.selection.fields[number]
        types = frozenset(map(type, column))
        shape = planned.shape
        if shape.item is not None and (waited or not may_wait(types)):
            if shape.item.item is not None or not are_lists(types):
                column = [readable(value, shape) for value in column]
                types = frozenset(map(type, column))
            if not waited and waits_within(column, shape.item):
                level.columns[number] = column
                return False
        level.columns[number], level.types[number] = column, types
        if planned.leaf is None:
            return waited or not may_wait(types)
        write = planned.writer(types)
        if write is None:
            return waited
        with suppress(OutOfTheOrdinary):
            level.written[number] = write(column)
        return True

    async def _wait(self, level: Level, number: int) -> None:
        planned = level.selection.fields[number]
        with self.report.batch(level, planned) if self.report else nullcontext():
            column = await self._waited(planned, level, number)
        self._keep(level, number, column, waited=True)

    async def _waited(self, planned: PlannedField, level: Level, number: int) -> list[Any]:
        parents = level.parents
        if planned.way.way in (Way.ATTRIBUTE, Way.COMPUTED):
            column = list(level.columns[number])
            await settle_within(column, planned.shape)
            return column
        try:
            arguments = planned.arguments(self.variables)
        except Exception as error:
            return [error] * len(parents)
        if planned.way.way is not Way.BATCHED:
            return await self._by_item(planned, level, arguments)
        declared = planned.way.declared
        assert declared is not None
        assert declared.level is not None
        try:
            if declared.takes_reads:
                values = await declared.level(parents, self.context, reads=planned.reads, **arguments)
            else:
                values = await declared.level(parents, self.context, **arguments)
        except Exception as error:
            return [error] * len(parents)
        if not isinstance(values, (list, tuple)) or len(values) != len(parents):
            return [_wrong_number(planned, values, len(parents))] * len(parents)
        return list(values)

    async def _by_item(self, planned: PlannedField, level: Level, arguments: dict[str, Any]) -> list[Any]:
        resolve = planned.definition.resolve or default_field_resolver
        info, name, kind = self.info_of(planned), planned.name, planned.parent.name
        if level.above is None:
            column = mapped(lambda parent: resolve(parent, info, **arguments), level.parents)
        else:
            column = mapped(
                lambda parent, path: resolve(parent, info._replace(path=Path(path, name, kind)), **arguments), level.parents, level.paths()
            )
        await settle_within(column, planned.shape)
        return column

    def info_of(self, planned: PlannedField) -> "GraphQLResolveInfo[Any]":
        """What a resolver of a field is told; the path is that of a root field."""
        nodes = [detail.node for detail in planned.details]
        return self.reference.build_resolve_info(planned.definition, nodes, planned.parent, Path(None, planned.name, planned.parent.name))

    async def _below(self, level: Level, number: int) -> None:
        """Resolve the objects that a field found, each type of them as a level."""
        planned = level.selection.fields[number]
        objects = flat(level.columns[number], planned.shape, level.types[number])
        if planned.only is not None and self._all_of(planned.only, objects):
            parts: dict[str, Sequence[int]] = {planned.named.name: range(len(objects))}
        else:
            parts = await self._parts(planned, objects)
        below = level.below[number] = Below(len(objects))
        for name, chosen in parts.items():
            selection = planned.selection(self.plan.schema.type_map[name])  # type: ignore[arg-type]
            await self._part(below, selection, objects, Above(level, number, chosen))

    async def _part(self, below: Below, selection: Selection, objects: Sequence[Any], above: Above) -> None:
        """Resolve the objects of one type; where the same object came several times, and always answers the same, once."""
        chosen = objects if len(above.chosen) == len(objects) else [objects[index] for index in above.chosen]
        positions: list[int] | None = None
        if selection.pure and type(chosen) is not Joined and len(set(map(id, chosen))) < len(chosen):
            once = {id(value): value for value in chosen}
            numbers = {key: number for number, key in enumerate(once)}
            positions = [numbers[id(value)] for value in chosen]
            chosen = list(once.values())
        below.parts.append(Part(await self.level(selection, chosen, above), above.chosen, positions))

    def _all_of(self, selection: Selection, objects: Sequence[Any]) -> bool:
        """Whether objects are certainly of the type that a field promises, as far as the schema checks them at all."""
        return selection.kind.is_type_of is None or all(self.tag_of(kind) == selection.kind.name for kind in kinds_of(objects))

    async def _parts(self, planned: PlannedField, objects: Sequence[Any]) -> dict[str, Sequence[int]]:
        """Which objects are of which type; those that are of none that the field may have are left out."""
        schema = self.plan.schema
        possible = {planned.named.name} if planned.only is not None else {kind.name for kind in schema.get_possible_types(planned.named)}
        parts: dict[str, list[int]] = {}
        for index, value in enumerate(objects):
            name = self.tag_of(type(value))
            if name not in possible:
                name = await _runtime_type(planned, value, self.info_of(planned))
            if name in possible and name is not None:
                parts.setdefault(name, []).append(index)
        return dict(parts)


async def _all(works: Sequence[Any]) -> None:
    """Do works at the same time; one alone needs no task."""
    if len(works) == 1:
        await works[0]
    elif works:
        await asyncio.gather(*works)


def mapped(function: Callable[..., Any], *columns: Iterable[Any]) -> list[Any]:
    """A function of each row of columns, called once for each; a failure stands in its place."""
    rows, found = map(function, *columns), list[Any]()
    expected = len(columns[0])  # type: ignore[arg-type]
    while True:
        try:
            found.extend(rows)
        except Exception as error:
            found.append(error)
        else:
            if len(found) == expected:
                return found
            found.append(RuntimeError("A resolver raised StopIteration."))


def _wrong_number(planned: PlannedField, values: Any, expected: int) -> TypeError:
    found = f"{len(values)} values" if isinstance(values, (list, tuple)) else type(values).__name__
    return TypeError(f"The batch function of {planned.parent.name}.{planned.node.name.value} gave {found} for {expected} parents.")


async def _runtime_type(planned: PlannedField, value: Any, info: "GraphQLResolveInfo[Any]") -> Any:
    """Ask the schema what a value is; None when it does not know, or fails to say."""
    named = planned.named
    try:
        if planned.only is not None:
            found = named.is_type_of is None or named.is_type_of(value, info)
            return named.name if (await found if inspect.isawaitable(found) else found) else None
        found = (named.resolve_type or default_type_resolver)(value, info, named)
        return await found if inspect.isawaitable(found) else found
    except Exception:
        return None
