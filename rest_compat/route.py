"""A route as data: a path, a stored operation, what it takes, what it answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from rest_compat.problem import Problem

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


class Parameters(BaseModel):
    """What a request brings: fields are named like the variables of the operation, aliases like the wire.

    A field whose alias stands in the path comes from there; the rest comes from the query, or from the body where the
    method has one.
    """

    model_config = ConfigDict(populate_by_name=False, extra="ignore")
    words: ClassVar[Mapping[str, str]] = {}
    """The wire's names of fields further inside, by those of the graph."""

    def variables(self) -> dict[str, Any]:
        """The variables of the stored operation."""
        return self.model_dump(mode="json", exclude_none=True)


class Nothing(Parameters):
    """A request without parameters."""


@dataclass(frozen=True, slots=True)
class Empty:
    """An answer without a body."""

    status: int


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """An answer that is a file: the operation answers with a link to it, which is followed here and now."""

    link: str
    """Where the link stands, by its path from the root field: `report.url`."""
    media_types: tuple[str, ...]

    def link_in(self, root: Any) -> str:
        return str(within(root, self.link))


def within(root: Any, path: str) -> Any:
    """What stands at a path from the root field: `members.pageInfo`."""
    for part in path.split("."):
        root = root[part]
    return root


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of an answer as CSV."""

    row: type[BaseModel]
    """One line; values of maps inside it are cells of their own."""
    columns: tuple[str, ...]
    wanted: Callable[[Any], bool]
    """Whether the parameters of a request ask for it."""


@dataclass(frozen=True, slots=True)
class RowsAnswer:
    """An answer with all rows of a connection: the operation is run page by page and the rows written as they come.

    Its variables are `after`, and `head`, which is false from the second page on.
    """

    body: type[BaseModel]
    rows: str
    """The field of the body in which the rows stand."""
    page: str
    """Where the connection stands, by its path from the root field."""
    table: Table | None = None
    file_name: str | None = None
    """Where the name of the file is read, by its path from the root field; None when it is no file."""


@dataclass(frozen=True, slots=True)
class Route:
    """One documented operation."""

    method: Method
    path: str
    operation: str
    takes: type[Parameters]
    answers: type[BaseModel] | FileAnswer | RowsAnswer | Empty
    summary: str
    tag: str
    status: int = 200
    absent: Mapping[str, Problem | Empty] = field(default_factory=dict)
    """What a null means, by its path from the root of the operation: `{"invite.attempt.result": NOT_COMPLETED}`."""
    refusals: tuple[int, ...] = ()
    """Statuses of refusals that this operation has beside those of every operation."""
    description: str = ""
    operation_id: str = ""
    needs_body: bool = False
    """Whether a body must be there even though nothing in it is required."""
    instead: Mapping[str, "Route"] = field(default_factory=dict)
    """What answers instead when a parameter is given: a contract may let one path do two things. Each is a route of its own, with
    the same method, path and answer."""

    def meant(self, given: Mapping[str, Any]) -> "Route":
        """The route for what a request brings."""
        return next((route for name, route in self.instead.items() if given.get(name) is not None), self)

    @property
    def ways(self) -> "tuple[Route, ...]":
        """This route and those that answer instead."""
        return (self, *self.instead.values())

    @property
    def body(self) -> type[BaseModel] | None:
        """What is answered as JSON."""
        if isinstance(self.answers, FileAnswer | Empty):
            return None
        return self.answers.body if isinstance(self.answers, RowsAnswer) else self.answers

    @property
    def has_body(self) -> bool:
        return self.method in ("POST", "PUT", "PATCH")

    @property
    def path_names(self) -> tuple[str, ...]:
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))

    def alias(self, name: str) -> str:
        """The wire's name of a parameter."""
        return self.takes.model_fields[name].alias or name
