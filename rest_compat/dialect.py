"""What an API calls things: its envelope, its statuses and codes, where its credential stands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from rest_compat.message import Message
from rest_compat.problem import Problem
from rest_compat.route import Route


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
    failure: Callable[[Problem], tuple[int, Any]]
    """From a problem to a status and a body."""
    success: Callable[[BaseModel], Any]
    """Puts an answer into the envelope."""
    success_schema: Callable[[Route, Mapping[str, Any]], Mapping[str, Any]]
    """The JSON schema of that envelope, from the schema of the answer."""
    error_schema: Mapping[str, Any]
    security: Mapping[str, Any]
    """The security scheme as OpenAPI names it."""
    told: Callable[[str, str, BaseModel], Any]
    """Puts what is told of an event into the envelope of a message: its name, its moment, its body."""
    messages: Sequence[Message] = ()
    """What is told of events."""
    always: tuple[int, ...] = ()
    """Statuses of refusals that every operation with a key may answer."""
