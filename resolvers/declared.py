"""How fields are declared: each written as parents in, values out; who may use them; where transactions begin and end."""

import dataclasses
import inspect
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.schema_directive import Location
from strawberry.types.field import StrawberryField

from domain.idempotency.errors import Settled
from domain.kernel.actor import authorize
from domain.kernel.errors import DomainError, Kind, Unavailable
from domain.kernel.permissions import Requirement
from domain.kernel.statements import Narrowed
from resolvers.context import Context, Level
from resolvers.once import Once, opened

Info = strawberry.Info[Context, None]
T = TypeVar("T", bound=type)
DECLARED = "centil"
"""Where a field's declaration stands in its metadata."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What an execution engine needs to answer a field for a whole level of parents at once."""

    kind: str
    """edge, connection, computed, unfold, batched or root."""
    level: Level | None = None
    """Called once with all parents of a level: `await level(parents, context, **arguments)`."""
    function: Callable[..., Any] | None = None
    """For computed and unfold: a pure function of the row's columns."""
    columns: tuple[str, ...] = ()
    """The columns of the parent that are read; empty when the field reads the whole parent, or gives it on as one of its values."""
    needs_context: bool = False
    source: Callable[..., Any] | None = None
    """The batch query behind an edge or a connection; fields with the same one can share what it found."""
    once_per_level: bool = True
    """Whether one call for all parents of a level answers what a call for each of them would."""
    takes_reads: bool = False
    """Whether `level` takes `reads`: which columns of the rows that it finds are read, by their type."""
    weight: int = 0
    """What the field costs for each parent besides the objects it gives, as a number of objects."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """What a root field needs of who calls it."""

    requirement: Requirement
    admits_candidates: bool = False
    admits_narrowed: bool = False
    answered: Declared | None = None
    """How an execution engine answers it without its resolver."""
    most: int | None = None
    """How many a list without pages can have, where that is more than a handful; what is asked of it is counted so often."""
    weight: int = 0
    """What the field costs besides the objects it gives, as a number of objects."""

    def ask(self, context: Context) -> None:
        """Refuse whoever lacks it.

        Raises Unauthenticated, Forbidden.
        """
        authorize(context.actor, self.requirement, admits_candidates=self.admits_candidates, admits_narrowed=self.admits_narrowed)


def attribute(description: str) -> Any:
    """A field that is the column of its own name."""
    return strawberry.field(description=description)


@strawberry.schema_directive(
    locations=[Location.OBJECT, Location.FIELD_DEFINITION],
    name="requires",
    description="What a credential needs for this: a permission, `signed-in` for any credential, `public` for none.",
)
class ShownRequirement:
    permission: str = strawberry.directive_field(name="permission")


@dataclass_transform(kw_only_default=True, field_specifiers=(attribute,))
def graph_type(*, requires: Requirement, description: str, name: str | None = None) -> Callable[[T], T]:
    """Declare an object type, and the permission that reading it needs."""

    def declare(cls: T) -> T:
        cls.__requires__ = requires  # type: ignore[attr-defined]
        cls.is_type_of = classmethod(_is_type_of)  # type: ignore[attr-defined]
        made = strawberry.type(cls, name=name, description=description)
        made.__strawberry_definition__.directives = [ShownRequirement(permission=requires.value)]  # type: ignore[attr-defined]
        return made

    return declare


def _is_type_of(cls: Any, value: Any, _info: Any) -> bool:
    """Tell the members of interfaces and unions apart by the tag of their rows."""
    return bool(getattr(type(value), "graph_type", type(value).__name__) == cls.__strawberry_definition__.name)


def computed(
    function: Callable[..., Any],
    *,
    columns: Sequence[str],
    description: str,
    context: bool = False,
    kind: str = "computed",
    name: str | None = None,
) -> Any:
    """A pure value from the row's own columns; with `context`, the function is given it first.

    Keyword-only arguments of the function, which are annotated then, are the graph's.
    """

    def resolve(root: Any, info: Info, **given: Any) -> Any:
        values = [getattr(root, column) for column in columns]
        return function(info.context, *values, **given) if context else function(*values, **given)

    declare_signature(resolve, _arguments_of(function))
    declared = Declared(kind, function=function, columns=tuple(columns), needs_context=context)
    return strawberry.field(resolver=resolve, name=name, description=description, metadata={DECLARED: declared})


def unfold(function: Callable[..., Any], *, columns: Sequence[str], description: str, context: bool = False) -> Any:
    """Objects made from arrays of the row: a fixed number, so they cost nothing in the guard."""
    return computed(function, columns=columns, description=description, context=context, kind="unfold")


def edge(query: Callable[..., Awaitable[Mapping[Any, Any]]], *, key: str | tuple[str, ...], description: str, otherwise: Any = None) -> Any:
    """Another row, or a bounded list of rows, found by a column or several: `query(read, account_id, keys) -> {key: row}`."""
    columns = (key,) if isinstance(key, str) else key
    key_of = attrgetter(*columns)

    async def level(parents: Sequence[Any], context: Context, *, reads: Mapping[str, frozenset[str]] | None = None) -> list[Any]:
        found = await by_keys([key_of(parent) for parent in parents], context, reads)
        return [otherwise if row is None else row for row in found]

    async def by_keys(keys: Sequence[Any], context: Context, reads: Mapping[str, frozenset[str]] | None = None) -> list[Any]:
        asked = list(dict.fromkeys(item for item in keys if item is not None))
        read = Narrowed(context.read, reads) if reads else context.read
        found = await query(read, context.account_id, asked) if asked else {}
        return [found.get(item) for item in keys]

    async def resolve(root: Any, info: Info) -> Any:
        value = key_of(root)
        if value is None:
            return otherwise
        context = info.context
        found = await context.loader(query, partial(by_keys, context=context), remembers=True).load(value)
        return otherwise if found is None else found

    declared = Declared("edge", level, columns=columns, source=query, takes_reads=True)
    declare_signature(resolve)
    return strawberry.field(resolver=resolve, description=description, metadata={DECLARED: declared})


def batched(description: str, *, weight: int = 0) -> Callable[[Level], Any]:
    """Anything else, for all parents of a level: `async def f(parents, context, *, args) -> list`.

    The arguments are the graph's; the field's type is that of the list's items. With `weight`, each parent counts as so many
    objects in the guard.
    """

    def declare(function: Level) -> Any:
        [item] = inspect.signature(function, eval_str=True).return_annotation.__args__
        return level_field(Declared("batched", function, weight=weight), _arguments_of(function), item, description)

    return declare


def level_field(declared: Declared, arguments: Sequence[inspect.Parameter], returns: Any, description: str) -> Any:
    """A field answered by a level function, through a loader per arguments when graph items come one by one."""
    level = declared.level
    assert level is not None

    async def resolve(root: Any, info: Info, **given: Any) -> Any:
        context = info.context
        name = (level, frozen(given))
        return await context.loader(name, partial(level, context=context, **given), remembers=False).load(root)

    declare_signature(resolve, arguments, returns)
    return strawberry.field(resolver=resolve, description=description, metadata={DECLARED: declared})


def _arguments_of(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """The arguments that a function takes from the graph: those that can only be given by name."""
    if not getattr(getattr(function, "__code__", None), "co_kwonlyargcount", 0):
        return []
    parameters = inspect.signature(function, eval_str=True).parameters.values()
    return [parameter for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY]


def declare_signature(resolve: Any, arguments: Sequence[inspect.Parameter] = (), returns: Any = inspect.Signature.empty) -> None:
    """Give a resolver, made by a function here, the arguments and the type that the graph is to show.

    Without a type it is that of the annotation in the class.
    """
    positional = [inspect.Parameter("root", inspect.Parameter.POSITIONAL_OR_KEYWORD)]
    positional.append(inspect.Parameter("info", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Info))
    resolve.__signature__ = inspect.Signature([*positional, *arguments], return_annotation=returns)
    resolve.__annotations__ = {"info": Info} | {argument.name: argument.annotation for argument in arguments}
    if returns is not inspect.Signature.empty:
        resolve.__annotations__["return"] = returns


class Requires(FieldExtension):
    """Refuse whoever lacks what a root field needs; the operation as a whole was asked already, before it began."""

    def __init__(self, guarded: Guarded) -> None:
        self.guarded = guarded

    async def resolve_async(self, next_: Any, source: Any, info: Info, **arguments: Any) -> Any:
        self.guarded.ask(info.context)
        return await next_(source, info, **arguments)


class StreamRequires(Requires):
    """The same for a subscription, whose generator must be handed on without awaiting it."""

    def resolve_async(self, next_: Any, source: Any, info: Info, **arguments: Any) -> Any:
        self.guarded.ask(info.context)
        return next_(source, info, **arguments)


class Answering(FieldExtension):
    """Answer a mutation field with the row of what it made, or with the Problem that the caller can act on.

    A refused permission, a busy database and what is said of an Idempotency-Key go on as errors.
    """

    def __init__(self, then: Callable[[Context, Any], Awaitable[Any]], problem: Callable[[DomainError], Any], once: Once) -> None:
        self.then = then
        self.problem = problem
        self.once = once

    async def resolve_async(self, next_: Any, source: Any, info: Info, **arguments: Any) -> Any:
        context = info.context
        try:
            made = await self.make(context, partial(next_, source, info, **arguments), arguments)
        except DomainError as error:
            for_all = isinstance(error, (Settled, Unavailable))
            if for_all or error.kind in (Kind.UNAUTHENTICATED, Kind.FORBIDDEN, Kind.INTERNAL):
                raise
            return self.problem(error)
        context.forget_reads()
        return await self.then(context, made)

    async def make(self, context: Context, function: Callable[[], Awaitable[Any]], _arguments: Mapping[str, Any]) -> Any:
        """Run the field without a transaction: it calls out, and opens short ones itself before and after."""
        return await (function() if context.claim is None else self.once.outside(context, context.claim, function))


class Transaction(Answering):
    """One mutation field is one transaction: committed on return, rolled back on any failure, then read by its key."""

    def __init__(
        self,
        then: Callable[[Context, Any], Awaitable[Any]],
        problem: Callable[[DomainError], Any],
        once: Once,
        within: Callable[[Context, Any], Awaitable[int]] | None = None,
    ) -> None:
        super().__init__(then, problem, once)
        self.within = within

    async def make(self, context: Context, function: Callable[[], Awaitable[Any]], arguments: Mapping[str, Any]) -> Any:
        entering = self.within(context, arguments["input"]) if self.within else None
        if context.claim is not None:
            return await self.once.run(context, context.claim, entering, function)
        async with opened(context, await entering if entering else None):
            return await function()


def query(
    *,
    requires: Requirement,
    description: str,
    admits_candidates: bool = False,
    admits_narrowed: bool = False,
    most: int | None = None,
    weight: int = 0,
) -> Callable[..., Any]:
    """Declare a root field of the query: `async def f(context, *, args) -> value`; `most` bounds a list without pages."""
    guarded = Guarded(requires, admits_candidates, admits_narrowed, most=most, weight=weight)

    def declare(function: Callable[..., Awaitable[Any]]) -> Any:
        returns = inspect.signature(function, eval_str=True).return_annotation
        return root_field(function, _arguments_of(function), returns, guarded, description)

    return declare


def root_field(
    found: Callable[..., Awaitable[Any]],
    arguments: Sequence[inspect.Parameter],
    returns: Any,
    guarded: Guarded,
    description: str,
    *,
    takes_reads: bool = False,
) -> Any:
    """A root field answered by a function of the context and the arguments; there is one parent only, so it is a level of its own."""

    async def level(parents: Sequence[Any], context: Context, **given: Any) -> list[Any]:
        guarded.ask(context)
        return [await found(context, **given) for _ in parents]

    async def resolve(root: Any, info: Info, **given: Any) -> Any:
        return await found(info.context, **given)

    declare_signature(resolve, arguments, returns)
    answered = replace(guarded, answered=Declared("root", level, takes_reads=takes_reads))
    extensions: list[FieldExtension] = [Requires(guarded)]
    return strawberry.field(resolver=resolve, description=description, extensions=extensions, metadata={DECLARED: answered})


def subscription(*, requires: Requirement, description: str) -> Callable[..., Any]:
    """Declare a root field of the subscription: an async generator of events."""
    guarded = Guarded(requires)
    return partial(strawberry.subscription, description=description, extensions=[StreamRequires(guarded)], metadata={DECLARED: guarded})


def frozen(value: Any) -> Hashable:
    """Arguments as something that can name a loader."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return (type(value), tuple(frozen(getattr(value, part.name)) for part in dataclasses.fields(value)))
    if isinstance(value, Mapping):
        return tuple((name, frozen(part)) for name, part in sorted(value.items()))
    if isinstance(value, (list, tuple)):
        return tuple(map(frozen, value))
    return value if isinstance(value, Hashable) else repr(value)


def declaration(field: StrawberryField) -> Any:
    """How a field was declared: Declared, Guarded, or None for an attribute."""
    return field.metadata.get(DECLARED)


def arg(description: str) -> Any:
    """Describe an argument: `key: Annotated[str, arg("…")]`."""
    return strawberry.argument(description=description)
