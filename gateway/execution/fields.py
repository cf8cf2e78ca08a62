"""What the engine needs to know of a schema's fields: how each finds its values, for one parent or for all of a level."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from graphql import GraphQLArgument, GraphQLField, GraphQLSchema, get_nullable_type, is_leaf_type
from strawberry.relay import GlobalID
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import StrawberryArgument, convert_arguments
from strawberry.types.base import StrawberryMaybe, StrawberryOptional
from strawberry.types.field import StrawberryField

from gateway.execution.writers import ColumnWriters


class Way(Enum):
    """How a field finds its values."""

    ATTRIBUTE = "attribute"
    """The attribute of its own name."""
    COMPUTED = "computed"
    """A pure function of attributes."""
    BATCHED = "batched"
    """One call for all parents of a level."""
    ITEM = "item"
    """A resolver called for each parent."""
    TYPENAME = "typename"
    """The name of the parent's type."""


class Declaration(Protocol):
    """The metadata of a field that can be answered for many parents at once."""

    @property
    def level(self) -> Callable[..., Awaitable[Sequence[Any]]] | None:
        """`await level(parents, context, **arguments)`: one value for each parent, in order."""

    @property
    def function(self) -> Callable[..., Any] | None:
        """A pure function of `columns`, given the context first when it needs it."""

    @property
    def columns(self) -> Sequence[str]: ...
    @property
    def needs_context(self) -> bool: ...
    @property
    def takes_reads(self) -> bool:
        """Whether `level` is to be told, as `reads`, which attributes of the objects that it finds are read, by their type."""


@dataclass(frozen=True, slots=True)
class FieldWay:
    """One field of the schema as the engine runs it."""

    way: Way
    attribute: str = ""
    """For attributes: the Python name."""
    declared: Declaration | None = None
    python_arguments: Callable[[dict[str, Any]], dict[str, Any]] = dict
    """From the arguments of the graph to those of the function."""
    reads: frozenset[str] | None = frozenset()
    """The attributes of a parent that it reads; None when it may read any."""


DeclarationOf = Callable[[GraphQLField], Declaration | None]
"""From a field of the schema to its batch metadata; None for those that have none."""


class Ways:
    """Finds out once how each field of a Strawberry schema is run."""

    def __init__(
        self,
        schema: GraphQLSchema,
        declaration: DeclarationOf = lambda _: None,
        config: StrawberryConfig | None = None,
        scalars: Mapping[Any, Any] | None = None,
        quick: ColumnWriters | None = None,
    ) -> None:
        self.schema = schema
        self._declaration = declaration
        self._config = config or StrawberryConfig()
        self._scalars = scalars or {}
        self.quick = quick or {}
        self._known: dict[int, FieldWay] = {}

    def of(self, field: GraphQLField) -> FieldWay:
        """How a field is run."""
        if id(field) not in self._known:
            self._known[id(field)] = self._find(field)
        return self._known[id(field)]

    def _find(self, field: GraphQLField) -> FieldWay:
        origin: StrawberryField | None = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        declared = self._declaration(field)
        if declared is None and origin is not None and origin.extensions:
            return FieldWay(Way.ITEM, reads=None)
        if origin is not None and origin.is_basic_field and origin.default_resolver is getattr and field.resolve._is_default:  # type: ignore[union-attr]
            return FieldWay(Way.ATTRIBUTE, origin.python_name, reads=frozenset({origin.python_name}))
        if declared is None:
            return FieldWay(Way.ITEM, reads=None)
        way = Way.BATCHED if declared.level else Way.COMPUTED
        reads = frozenset(declared.columns) if declared.columns or way is Way.COMPUTED else None
        return FieldWay(way, declared=declared, python_arguments=self._converter(origin, field) if origin else dict, reads=reads)

    def _converter(self, origin: StrawberryField, field: GraphQLField) -> Callable[[dict[str, Any]], dict[str, Any]]:
        """How arguments become those of the function: leaves have their Python values by now and only change their names."""
        names = {self._config.name_converter.from_argument(argument): argument for argument in origin.arguments}
        plain = {name: argument.python_name for name, argument in names.items() if _is_plain(argument, field.args[name])}
        others = [argument for name, argument in names.items() if name not in plain]

        def convert(given: dict[str, Any]) -> dict[str, Any]:
            found = {plain[name]: value for name, value in given.items() if name in plain}
            if others:
                found |= convert_arguments(given, others, scalar_registry=self._scalars, config=self._config)
            return found

        return convert


def _is_plain(argument: StrawberryArgument, declared: GraphQLArgument) -> bool:
    wrapped = isinstance(argument.type, StrawberryMaybe)
    inner = argument.type.of_type if isinstance(argument.type, StrawberryOptional) else argument.type
    return not wrapped and inner is not GlobalID and is_leaf_type(get_nullable_type(declared.type))
