"""An outgoing message as data: which event it tells of, by what name, the stored operation it asks, and what it says of the answer."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from pydantic import BaseModel

from rest_compat.problem import NOT_FOUND, problem_in

if TYPE_CHECKING:
    from rest_compat.dialect import Dialect

Run = Callable[[str, Mapping[str, Any]], Awaitable[tuple[Any, Any]]]


class MessageFailed(Exception):
    """The graph did not answer what a message asks of it; trying again may help."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is told of events of one type. The operation is asked with the key of what the event is about, as `key`."""

    event: str
    """The type of the event in the graph."""
    name: str
    """What the wire calls it."""
    operation: str
    body: type[BaseModel]
    when: Callable[[Any, Mapping[str, Any]], bool] = lambda _root, _facts: True
    """Whether what the operation answers, and the facts of the event, have something to tell."""
    summary: str = ""
    """What the document of the API calls it; it shows no message without one."""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Happened:
    """An event, as far as messages tell of it."""

    type: str
    subject: str
    timestamp: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What it says beside what it is about, such as which attempt."""


async def write(dialect: "Dialect", happened: Happened, run: Run, base: str) -> bytes | None:
    """Write what a dialect tells of an event; None when it has no word for it, or does not show what it is about.

    Raises MessageFailed.
    """
    message = next((message for message in dialect.messages if message.event == happened.type), None)
    if message is None:
        return None
    data, errors = await run(message.operation, {"key": happened.subject})
    if (problem := problem_in(data, errors)) is not None:
        if problem is NOT_FOUND:
            return None
        raise MessageFailed(problem.code)
    [root] = data.values()
    if not message.when(root, happened.facts):
        return None
    body = message.body.model_validate(root, context={"base": base, "asked": {}, "facts": happened.facts})
    return orjson.dumps(dialect.told(message.name, happened.timestamp, body))
