"""Malformed and well-formed requests by the thousand, made from our own document: never a 5xx, never an undocumented answer."""

import asyncio
import copy
import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from schemathesis import engine
from schemathesis.engine import events

from domain.orders.payments import NoticeKind
from tests.domain.orders.buying import Provider, buy, tell
from tests.domain.teams.acting import add, create
from tests.rest_compat.answers import Answers
from tests.rest_compat.esc import stories
from tests.rest_compat.esc.conftest import DOCUMENT
from tests.support.http import Http, Reply
from tests.support.world import World

SHORT, LONG = 5, 150
"""How many requests are made up for each operation, beside those at the borders of parameters."""
CASES = 5_000
"""How many requests the long run makes at least, on each database."""
FIXED = 1
"""The seed that makes the same requests every time."""
PHASES = ("examples", "coverage", "fuzzing", "stateful")
MAY_REFUSE = (
    "POST /register",
    "POST /invites",
    "POST /request-trial",
    "POST /orders",
    "POST /webhooks",
    "DELETE /invites/{inviteId}",
    "POST /invites/{inviteId}/remind",
    "GET /invites/{inviteId}/results",
    "GET /search",
    "GET /invites/{inviteId}/match",
    "POST /job-profiles",
    "PUT /job-profiles/{profileId}",
    "POST /teams",
    "PUT /teams/{teamId}",
    "DELETE /teams/{teamId}",
    "POST /teams/{teamId}/members",
    "DELETE /teams/{teamId}/members",
    "DELETE /teams/{teamId}/members/{sessionId}",
    "DELETE /gdpr/candidates/{sessionId}",
    "GET /invites/{inviteId}/report",
)
"""Operations that may refuse what fits their schemas: for the state of an invite or team, or for rules that no schema tells."""
FOREIGN_WORDS = ("Variable '$", "GraphQL", "Traceback", "pydantic", "SELECT")

UNREAD = b"Got more than 8190 bytes"
"""What aiohttp answers to an address so long that no request came of it."""


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


def fuzzed(document: Mapping[str, Any], there: Mapping[str, Any]) -> dict[str, Any]:
    """The document as we act where that is less strict, with things to find."""
    changed = copy.deepcopy(dict(document))
    for operation in (operation for operations in changed["paths"].values() for operation in operations.values()):
        for parameter in operation["parameters"]:
            if parameter["name"] == "limit":
                parameter["schema"]["maximum"] = 2**63 - 1  # a longer one is cut (R-ESC-4)
            name = parameter["name"]
            if name in there and not (name == "teamId" and operation["operationId"] == "deleteTeam"):
                parameter["example"] = there[name]
    return changed


def run(
    world: World, document: dict[str, Any], base: str, key: str, answers: Answers, *, examples: int, seed: int, phases: tuple[str, ...]
) -> Found:
    """Fuzz the API; a month passes after each operation, so that there is room for invites again."""
    config = schemathesis.Config.from_dict(
        {
            "seed": seed,
            "base-url": f"{base}/api/v1",
            "continue-on-failure": True,
            "auth": {"openapi": {"bearerAuth": {"bearer": key}}},
            "generation": {
                "max-examples": examples,
                "deterministic": seed == FIXED,
                "no-shrink": True,
                "database": "none",
                "with-security-parameters": False,
                "allow-x00": False,
            },
            "phases": {phase: {"enabled": phase in phases} for phase in PHASES},
            "operations": [{"include-name": name, "checks": {"positive_data_acceptance": {"enabled": False}}} for name in MAY_REFUSE],
        }
    )
    found = Found()
    for event in engine.from_schema(schemathesis.openapi.from_dict(document, config=config)).execute():
        if isinstance(event, events.ScenarioFinished):
            note(found, event.recorder, answers)
            world.advance(days=31)
        elif isinstance(event, (events.NonFatalError, events.FatalError)):
            found.faults.append(str(event))
    return found


def note(found: Found, recorder: Any, answers: Answers) -> None:
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
        if answered.status_code >= 400 and answered.content:
            message = answered.json()["error"]["message"]
            found.faults += [f"{message!r} speaks of {word!r}" for word in FOREIGN_WORDS if word in message]
        if case.method == case.operation.method.upper():
            reply = Reply(answered.status_code, {name.title(): value[0] for name, value in answered.headers.items()}, answered.content)
            try:
                answers.check(case.method, "/api/v1" + case.operation.path, reply)
            except AssertionError as error:
                found.faults.append(str(error))


@pytest.fixture
async def http(database_url: str, tmp_path: Path) -> AsyncIterator[Http]:
    """A server without limits on how often, and people to be found."""
    world = await World.open(database_url, tmp_path, public_rate_limit=1_000_000, requests_in_flight_per_account=200)
    await world.complete()
    await stories.enter(world)
    await stories.take(world, await world.invite("begun@example.com"), complete=False)
    await world.invite("pending@example.com")
    made = await Http.open(world)
    made.server.front.payments = Provider()
    yield made
    await made.close()
    await world.close()


async def fuzz(http: Http, answers: Answers, *, examples: int, seed: int, phases: tuple[str, ...]) -> Found:
    key = await stories.key_of(http.world, rate_limit=1_000_000)
    [profile, *_] = (await http.esc("GET", "/profiles")).json()["data"]["profiles"]
    session, team = profile["session_id"], await create(http.world)
    await add(http.world, team, session)
    job_profiles = {name: await stories.profile(http.world) for name in ("profileId", "profile_id")}  # one is deleted on the way
    order = await buy(http.world)
    await tell(http.world, order, NoticeKind.PAID, "evt_1")
    invoice = (await http.esc("GET", "/invoices")).json()["data"]["invoices"][0]["id"]
    document = fuzzed(DOCUMENT, {"sessionId": session, "teamId": team, "orderId": order, "invoiceId": invoice, **job_profiles})
    return await asyncio.to_thread(run, http.world, document, http.base, key, answers, examples=examples, seed=seed, phases=phases)


OPERATIONS = {f"{method.upper()} {path}" for path, operations in DOCUMENT["paths"].items() for method in operations}


class TestFuzz:
    @pytest.mark.parametrize("database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)], indirect=True)
    async def test_finds_no_fault(self, http: Http, answers: Answers) -> None:
        """Q-17: every border of every parameter, and some requests of each operation."""
        found = await fuzz(http, answers, examples=SHORT, seed=FIXED, phases=PHASES[:3])
        assert found.faults == []
        assert found.called >= OPERATIONS
        assert found.succeeded >= OPERATIONS - set(MAY_REFUSE)

    @pytest.mark.long
    @pytest.mark.timeout(1800)
    async def test_finds_no_fault_in_thousands(self, http: Http, answers: Answers) -> None:
        """Q-17: other requests each time, and in sequence."""
        seed = random.SystemRandom().getrandbits(32)
        found = await fuzz(http, answers, examples=LONG, seed=seed, phases=PHASES)
        count = sum(found.statuses.values())
        print(f"seed {seed}: {count} requests of {len(found.called & OPERATIONS)} operations, {len(found.faults)} faults")  # noqa: T201
        assert found.faults == [], f"seed {seed}"
        assert count >= CASES
        assert found.succeeded >= OPERATIONS, f"seed {seed}"
