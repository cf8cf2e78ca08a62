"""Malformed and well-formed requests by the thousand, made from a document of ours and held to it."""

import asyncio
import copy
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from schemathesis import engine
from schemathesis.engine import events

from gateway import apis
from tests.rest_compat.answers import Answers
from tests.support.http import Http, Reply
from tests.support.world import World

FIXED = 1
"""The seed that makes the same requests every time."""
PHASES = ("examples", "coverage", "fuzzing", "stateful")
FOREIGN_WORDS = ("Variable '$", "GraphQL", "Traceback", "pydantic", "SELECT")
WORDS = {"http": "bearer", "apiKey": "api_key"}
"""What the library calls a credential, by the type of its scheme."""
UNREAD = b"Got more than 8190 bytes"
"""What aiohttp answers to an address so long that no request came of it."""


@dataclass(frozen=True)
class Subject:
    """An API that is fuzzed."""

    api: str
    document: Mapping[str, Any]
    may_refuse: tuple[str, ...]
    """Operations that may refuse what fits their schemas: for a state, or for rules that no schema tells."""
    people: Callable[[World], Awaitable[None]]
    """Put somebody there to be found."""
    there: Callable[[Http], Awaitable[Mapping[str, Any]]]
    """What can be found, by the names of parameters."""
    shown: Callable[[str, str, Mapping[str, Any]], bool] = lambda _method, _name, _operation: True
    """Whether an operation is told of what is there by the name of a parameter."""
    longest: Mapping[str, int] = field(default_factory=dict)
    """Maxima that are cut rather than refused, as we act."""

    @property
    def base(self) -> str:
        return apis.DIALECTS[self.api].base_path

    @property
    def security(self) -> Mapping[str, Any]:
        return apis.DIALECTS[self.api].security

    @property
    def operations(self) -> set[str]:
        return {f"{method.upper()} {path}" for path, operations in self.document["paths"].items() for method in operations}

    def as_we_act(self, there: Mapping[str, Any]) -> dict[str, Any]:
        """The document as we act where that is less strict, with things to find."""
        changed = copy.deepcopy(dict(self.document))
        for method, operation in (found for operations in changed["paths"].values() for found in operations.items()):
            for parameter in operation["parameters"]:
                name = parameter["name"]
                if name in self.longest:
                    parameter["schema"]["maximum"] = self.longest[name]
                if name in there and self.shown(method, name, operation):
                    parameter["example"] = there[name]
            for name, part in _in_body(operation):
                if name in there:
                    part["examples"] = [there[name]]
        return changed


def _in_body(operation: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The properties of a body, by name; of each way that it may look."""
    content = operation.get("requestBody", {}).get("content", {})
    for schema in (described["schema"] for described in content.values()):
        for option in schema.get("anyOf", (schema,)):
            yield from option.get("properties", {}).items()


@dataclass
class Found:
    """What a run came upon."""

    faults: list[str] = field(default_factory=list)
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)

    @property
    def called(self) -> set[str]:
        return {operation for operation, _status in self.statuses}

    @property
    def succeeded(self) -> set[str]:
        return {operation for operation, status in self.statuses if status < 300}


async def fuzz(subject: Subject, http: Http, key: str, *, examples: int, seed: int, phases: tuple[str, ...]) -> Found:
    """Fuzz an API with things in it to be found."""
    document = subject.as_we_act(await subject.there(http))
    return await asyncio.to_thread(_run, subject, http, document, key, examples, seed, phases)


def _run(subject: Subject, http: Http, document: dict[str, Any], key: str, examples: int, seed: int, phases: tuple[str, ...]) -> Found:
    """A month passes after each operation, so that there is room for invites again."""
    config = schemathesis.Config.from_dict(
        {
            "seed": seed,
            "base-url": f"{http.base}{subject.base}",
            "continue-on-failure": True,
            "auth": {"openapi": {name: {WORDS[scheme["type"]]: key} for name, scheme in subject.security.items()}},
            "generation": {
                "max-examples": examples,
                "deterministic": seed == FIXED,
                "no-shrink": True,
                "database": "none",
                "with-security-parameters": False,
                "allow-x00": False,
            },
            "phases": {phase: {"enabled": phase in phases} for phase in PHASES},
            "operations": [
                {"include-name": name, "checks": {"positive_data_acceptance": {"enabled": False}}} for name in subject.may_refuse
            ],
        }
    )
    found, answers = Found(), Answers(subject.document, subject.base)
    for event in engine.from_schema(schemathesis.openapi.from_dict(document, config=config)).execute():
        if isinstance(event, events.ScenarioFinished):
            _note(subject, found, event.recorder, answers)
            http.world.advance(days=31)
        elif isinstance(event, (events.NonFatalError, events.FatalError)):
            found.faults.append(str(event))
    return found


def _note(subject: Subject, found: Found, recorder: Any, answers: Answers) -> None:
    """Keep what the checks of the library say, and hold each answer to our own."""
    unread = {key for key, interaction in recorder.interactions.items() if UNREAD in interaction.response.content}
    for key, checks in recorder.checks.items():
        if key in unread:
            continue
        for failure in (check.failure_info.failure for check in checks if check.failure_info):
            found.faults.append(f"{failure.title}: {failure.message}\n{recorder.cases[key].value.as_curl_command()}")
    for key in recorder.interactions.keys() - unread:
        answered, case = recorder.interactions[key].response, recorder.cases[key].value
        found.statuses[f"{case.method} {case.operation.path}", answered.status_code] += 1
        if answered.status_code >= 400:
            said = answered.content.decode()
            found.faults += [f"{said!r} speaks of {word!r}" for word in FOREIGN_WORDS if word in said]
        if case.method == case.operation.method.upper():
            reply = Reply(answered.status_code, {name.title(): value[0] for name, value in answered.headers.items()}, answered.content)
            try:
                answers.check(case.method, subject.base + case.operation.path, reply)
            except AssertionError as error:
                found.faults.append(str(error))
