"""What an API calls things: its envelope, its statuses and codes, where its credential stands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from rest_compat.message import Message
from rest_compat.problem import Problem, bad_input
from rest_compat.route import Route


def first_fault(_route: Route, error: ValidationError) -> Problem:
    """Say what is wrong with the first wrong parameter, for people."""
    fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place, message = ".".join(str(part) for part in fault["loc"]), fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "missing":
        return bad_input(f"'{place}' is required.")
    return bad_input(f"'{place}': {message}" if place else message)


def said_as_it_is(_route: Route, problem: Problem) -> Problem:
    """Say it as this product says it."""
    return problem


def one_error(_route: Route, _status: int) -> str:
    """Every refusal looks alike."""
    return "Error"


def told_as_it_is(_name: str, _timestamp: str, body: BaseModel) -> Any:
    """Tell it without an envelope."""
    return body.model_dump()


@dataclass(frozen=True, slots=True)
class Dialect:
    """One documented API."""

    name: str
    title: str
    version: str
    description: str
    base_path: str
    routes: Sequence[Route]
    credential: Callable[[Mapping[str, str]], str | None]
    """The credential in the headers of a request; None when there is none in the form of this API."""
    challenge: str
    """What a 401 says of it in `WWW-Authenticate`."""
    failure: Callable[[Problem, Route | None], tuple[int, Any]]
    """From a problem to a status and a body, in the words of an operation; of None where there is none at a path."""
    success: Callable[[BaseModel], Any]
    """Puts an answer into the envelope."""
    success_schema: Callable[[Route, Mapping[str, Any]], Mapping[str, Any]]
    """The JSON schema of that envelope, from the schema of the answer."""
    error_schema: Mapping[str, Any]
    """The JSON schema of a refusal, known in the document as `Error`."""
    security: Mapping[str, Any]
    """The security scheme as OpenAPI names it."""
    fault: Callable[[Route, ValidationError], Problem] = first_fault
    """What is wrong with the parameters of a request."""
    unreadable: Callable[[Route, Problem], Problem] = said_as_it_is
    """What is said of a body that could not be read, such as one that is no JSON."""
    reads_first: bool = False
    """Whether a request is refused for what is wrong with it before it is refused for what its key lacks."""
    error_name: Callable[[Route, int], str] = one_error
    """Which schema a refusal of an operation has, by its status, in an API whose refusals do not all look alike."""
    error_schemas: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Those schemas, by name, beside the one above."""
    counted: bool = True
    """Whether a key may ask only so many times a minute; if not, only the bound on requests in flight holds (Q-16)."""
    told: Callable[[str, str, BaseModel], Any] = told_as_it_is
    """Puts what is told of an event into the envelope of a message: its name, its moment, its body."""
    messages: Sequence[Message] = ()
    """What is told of events."""
    always: tuple[int, ...] = ()
    """Statuses of refusals that every operation with a key may answer."""
