"""Complete what was resolved by the letter: the reference executor itself goes over the values that are there already.

No resolver runs again. What it answers, its errors, their paths and where nulls go are those of the specification, because
the code that decides it is the reference's own.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from graphql import ExecutionResult, GraphQLObjectType, GraphQLOutputType
from graphql.execution.collect_fields import FieldDetailsList
from graphql.execution.executor import CollectedErrors
from graphql.pyutils import Path, is_iterable
from graphql.type import is_abstract_type, is_object_type
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from gateway.execution.levels import Below, Level
from gateway.execution.shapes import Shape, is_absent


class Reference(StrawberryGraphQLCoreExecutionContext):
    """The reference executor, as Strawberry has it."""


class _Found(NamedTuple):
    """What a field found, as far as one value of it goes."""

    below: Below
    first: int
    """The number of the first of the value's objects among all that the field found."""
    shape: Shape
    items: Sequence[int] = ()
    """The same for each item of the value, when it is a list."""


class Replay(Reference):
    """The reference executor, with columns in the place of resolvers."""

    _at: tuple[Level, int] | None
    """The object whose fields are completed now."""
    _found: _Found | None

    def over(self, level: Level) -> ExecutionResult:
        """Answer an operation from the values of its root level."""
        self._at, self._found = (level, 0), None
        result = self.execute_operation()
        assert isinstance(result, ExecutionResult), "everything was waited for before"
        return result

    def nulls(self, level: Level, name: str) -> bool:
        """Whether a root field leaves no answer at all."""
        self._at, self._found = (level, 0), None
        planned = level.selection.fields[level.selection.numbers[name]]
        try:
            self.execute_field(planned.parent, self.root_value, planned.details, Path(None, name, planned.parent.name), None)
        except Exception:
            return True
        finally:
            self.collected_errors = CollectedErrors()
        return False

    def execute_field(
        self, parent_type: GraphQLObjectType, source: Any, field_details_list: FieldDetailsList, path: Path, position_context: Any
    ) -> Any:
        assert self._at is not None
        level, index = self._at
        number = level.selection.numbers[path.key]  # type: ignore[index]
        planned, value = level.selection.fields[number], level.columns[number][index]
        info = self.build_resolve_info(planned.definition, [detail.node for detail in field_details_list], parent_type, path)
        below, kept = level.below[number], (self._at, self._found)
        self._found = _Found(below, _starts(level, number)[index], planned.shape) if below is not None else None
        try:
            return self.complete_value(planned.definition.type, field_details_list, info, path, value, position_context)
        except Exception as error:
            self.handle_field_error(error, planned.definition.type, field_details_list, path)
            return None
        finally:
            self._at, self._found = kept

    def complete_value(
        self,
        return_type: GraphQLOutputType,
        field_details_list: FieldDetailsList,
        info: Any,
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        composite = is_object_type(return_type) or is_abstract_type(return_type)
        if not composite or result is None or isinstance(result, Exception) or self._found is None:
            return super().complete_value(return_type, field_details_list, info, path, result, position_context)
        kept, self._at = self._at, self._found.below.place(self._found.first)
        try:
            return super().complete_value(return_type, field_details_list, info, path, result, position_context)
        finally:
            self._at = kept

    def complete_iterable_value(
        self, item_type: GraphQLOutputType, field_details_list: FieldDetailsList, info: Any, path: Path, items: Any, position_context: Any
    ) -> Any:
        kept = self._found
        if kept is not None and kept.shape.item is not None:
            self._found = kept._replace(items=_numbers(items, kept.shape.item, kept.first))
        try:
            return super().complete_iterable_value(item_type, field_details_list, info, path, items, position_context)
        finally:
            self._found = kept

    def complete_list_item_value(
        self,
        item: Any,
        complete_results: list[Any],
        item_type: GraphQLOutputType,
        field_details_list: FieldDetailsList,
        info: Any,
        item_path: Path,
        position_context: Any,
    ) -> bool:
        kept = self._found
        if kept is not None and kept.shape.item is not None:
            self._found = _Found(kept.below, kept.items[item_path.key], kept.shape.item)  # type: ignore[index]
        try:
            return super().complete_list_item_value(
                item, complete_results, item_type, field_details_list, info, item_path, position_context
            )
        finally:
            self._found = kept


def _starts(level: Level, number: int) -> list[int]:
    """For each parent of a level, how many objects a field found for those before it."""
    known = level.starts.get(number)
    if known is None:
        known = level.starts[number] = _numbers(level.columns[number], level.selection.fields[number].shape, 0)
    return known


def _numbers(values: Iterable[Any], shape: Shape, first: int) -> list[int]:
    """For each of some values the number of its first object, counted from `first`."""
    numbers = [first]
    for value in values:
        numbers.append(numbers[-1] + _count(value, shape))
    return numbers


def _count(value: Any, shape: Shape) -> int:
    if is_absent(value):
        return 0
    if shape.item is None:
        return 1
    return sum(_count(item, shape.item) for item in value) if is_iterable(value) else 0
