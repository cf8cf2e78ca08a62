"""Answer a call: parameters to variables, the stored operation, its answer to a body."""

import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

import orjson
from pydantic import ValidationError

from rest_compat.dialect import Dialect
from rest_compat.problem import Problem, bad_input, problem_in
from rest_compat.route import Empty, FileAnswer, Parameters, Route, RowsAnswer, within
from rest_compat.stream import JSON, Broken, Lines, Objects, Writer, pieces

Run = Callable[[str, Mapping[str, Any]], Awaitable[tuple[Any, Any]]]
"""Runs a stored operation by its name with variables, and gives data and errors."""


@dataclass(frozen=True, slots=True)
class Call:
    """What came in, already read from HTTP."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    link: str | None = None
    """Of a file to be sent as the body."""
    pieces: AsyncGenerator[bytes, None] | None = None
    """The body piece by piece, when it is long."""
    media_type: str = JSON
    file_name: str | None = None
    """How it is saved, when it is a file."""


async def answer(dialect: Dialect, route: Route, parameters: Parameters, run: Run, base: str) -> Answer:
    """Answer a call of a documented operation; `base` is the address of the API for links."""
    data, errors = await run(route.operation, parameters.variables())
    absence = problem_in(data, errors) or absent(route, data)
    if isinstance(absence, Problem):
        return refuse(dialect, replace(in_wire_words(route, absence), asked=_as_asked(route, parameters)), route)
    if isinstance(absence, Empty):
        return Answer(absence.status)
    if isinstance(route.answers, Empty):
        return Answer(route.answers.status)
    [root] = data.values()
    if isinstance(route.answers, FileAnswer):
        return Answer(route.status, link=route.answers.link_in(root))
    context = {"base": base, "asked": _as_asked(route, parameters)}
    if isinstance(route.answers, RowsAnswer):
        return await _rows(dialect, route, parameters, root, context, run)
    body = route.answers.model_validate(root, context=context)
    return Answer(route.status, orjson.dumps(dialect.success(body)))


async def _rows(dialect: Dialect, route: Route, parameters: Parameters, root: Any, context: Mapping[str, Any], run: Run) -> Answer:
    """Answer with all rows: at once when they are on one page, else piece by piece."""
    answers = route.answers
    assert isinstance(answers, RowsAnswer)
    is_table = answers.table is not None and answers.table.wanted(parameters)
    writer: Writer = Lines(answers, context) if is_table else Objects(answers, context, dialect.success)
    described: dict[str, Any] = {"media_type": writer.media_type}
    if answers.file_name is not None:
        described["file_name"] = f"{within(root, answers.file_name)}.{writer.extension}"

    async def page(cursor: str) -> Any:
        data, errors = await run(route.operation, {**parameters.variables(), "after": cursor, "head": False})
        if problem := problem_in(data, errors):
            raise Broken(problem)
        [found] = data.values()
        return found

    first, cursor = writer.begin(root), writer.cursor(root)
    if cursor is None:
        return Answer(route.status, first + writer.end(), **described)
    return Answer(route.status, pieces=pieces(writer, first, cursor, page), **described)


def read(dialect: Dialect, route: Route, call: Call) -> Parameters | Problem:
    """The parameters of a call, or the problem with them."""
    if route.needs_body and call.body is None:
        return dialect.unreadable(route, bad_input("A JSON body is needed."))
    if route.has_body and call.body is not None and not isinstance(call.body, dict):
        return dialect.unreadable(route, bad_input("The body must be a JSON object."))
    given = dict(call.body or {}) if route.has_body else dict(call.query)
    from_path = {name: call.path[name] for name in route.path_names}
    try:
        return route.takes.model_validate({**given, **from_path}, strict=route.has_body)
    except ValidationError as error:
        return dialect.fault(route, error)


def absent(route: Route, data: Mapping[str, Any]) -> Problem | Empty | None:
    """What the first null on the way from the root means to this route."""
    for path, meaning in route.absent.items():
        value: Any = data
        for part in path.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if value is None:
            return meaning
    return None


def in_wire_words(route: Route, problem: Problem) -> Problem:
    """Call parameters what the caller called them: `'postalCode'` of the graph came as `'zip'`."""
    words = {spelling: route.alias(name) for name in route.takes.model_fields for spelling in (name, _snake(name))}
    words.update(route.takes.words)

    def said(message: str) -> str:
        return re.sub(r"'(\w+)'", lambda quoted: f"'{words.get(quoted[1], quoted[1])}'", message)

    fields = tuple((path, said(message)) for path, message in problem.fields)
    return replace(problem, message=said(problem.message), fields=fields) if fields else problem


def _snake(name: str) -> str:
    return re.sub(r"(?=[A-Z])", "_", name).lower()


def refuse(dialect: Dialect, problem: Problem, route: Route | None = None) -> Answer:
    """A failure in the words of the API, and of the operation that was asked for."""
    status, body = dialect.failure(problem, route)
    headers = {"Retry-After": str(problem.retry_after)} if problem.retry_after is not None else {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = dialect.challenge
    return Answer(status, orjson.dumps(body), headers)


def _as_asked(route: Route, parameters: Any) -> dict[str, Any]:
    """The parameters as they were asked, by the wire's names."""
    return {route.alias(name): value for name, value in parameters.model_dump(mode="json").items()}
