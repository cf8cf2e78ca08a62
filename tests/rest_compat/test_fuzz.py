"""Every API is sent what its document allows and what it does not: never a 5xx, never an undocumented answer."""

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway import apis
from tests.domain.orders.buying import Provider
from tests.rest_compat.esc import stories
from tests.rest_compat.esc.fuzzed import ESC
from tests.rest_compat.flows.fuzzed import FLOWS
from tests.rest_compat.fuzzing import FIXED, PHASES, Subject, fuzz
from tests.rest_compat.questionnaires.fuzzed import QUESTIONNAIRES
from tests.support.http import Http
from tests.support.world import World

SHORT, LONG = 5, 150
"""How many requests are made up for each operation, beside those at the borders of parameters."""
EACH = 110
"""How many requests of each operation the long run makes at least, on each database."""
SUBJECTS = (ESC, FLOWS, QUESTIONNAIRES)
every_api = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.api)


@pytest.fixture
async def http(subject: Subject, database_url: str, tmp_path: Path) -> AsyncIterator[Http]:
    """A server without limits on how often, and people to be found."""
    world = await World.open(database_url, tmp_path, public_rate_limit=1_000_000, requests_in_flight_per_account=200)
    await subject.people(world)
    made = await Http.open(world)
    made.server.front.payments = Provider()
    yield made
    await made.close()
    await world.close()


def test_fuzzes_every_api() -> None:
    assert {subject.api for subject in SUBJECTS} == apis.DIALECTS.keys()


@every_api
class TestFuzz:
    @pytest.mark.parametrize("database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)], indirect=True)
    async def test_finds_no_fault(self, subject: Subject, http: Http) -> None:
        """Q-17: every border of every parameter, and some requests of each operation."""
        key = await stories.key_of(http.world, rate_limit=1_000_000)
        found = await fuzz(subject, http, key, examples=SHORT, seed=FIXED, phases=PHASES[:3])
        assert found.faults == []
        assert found.called >= subject.operations
        assert found.succeeded >= subject.operations - set(subject.may_refuse)

    @pytest.mark.long
    @pytest.mark.timeout(1800)
    async def test_finds_no_fault_in_thousands(self, subject: Subject, http: Http) -> None:
        """Q-17: other requests each time, and in sequence."""
        seed, key = random.SystemRandom().getrandbits(32), await stories.key_of(http.world, rate_limit=1_000_000)
        found = await fuzz(subject, http, key, examples=LONG, seed=seed, phases=PHASES)
        count = sum(found.statuses.values())
        print(f"seed {seed}: {count} requests of {len(found.called & subject.operations)} operations, {len(found.faults)} faults")  # noqa: T201
        assert found.faults == [], f"seed {seed}"
        assert count >= EACH * len(subject.operations)
        assert found.succeeded >= subject.operations, f"seed {seed}"
