"""How often one may call: a hundred times a minute with a key, and what the headers say of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.kernel.permissions import Permission
from tests.rest_compat.answers import Answers
from tests.rest_compat.esc import stories
from tests.rest_compat.esc.conftest import ON_ONE_DATABASE, Esc
from tests.support.http import Http, Reply
from tests.support.minute import Minute
from tests.support.world import World


@pytest.fixture
async def strict(database_url: str, tmp_path: Path, answers: Answers) -> AsyncIterator[Esc]:
    """The API where an address may call three times a minute without a key."""
    world = await World.open(database_url, tmp_path, public_rate_limit=3)
    http = await Http.open(world)
    yield Esc(http, answers)
    await http.close()
    await world.close()


def told(reply: Reply) -> tuple[int, int]:
    """The limit and what is left of it; when it is whole again lies in the next minute."""
    assert 1 <= int(reply.headers["RateLimit-Reset"]) <= 60
    return int(reply.headers["RateLimit-Limit"]), int(reply.headers["RateLimit-Remaining"])


class TestKeys:
    async def test_may_be_used_a_hundred_times_a_minute(self, esc: Esc) -> None:
        """R-ESC-2, I-ESC-11: every answer counts and says so, also a refusal; then 429 with Retry-After."""
        for left in range(99, -1, -1):
            reply = await esc.call("GET", "/balance" if left % 2 else "/invites/inv_unknown")
            assert reply.status == (200 if left % 2 else 404)
            assert told(reply) == (100, left)
        for method, path in (("GET", "/balance"), ("POST", "/invites"), ("GET", "/search")):
            reply = await esc.call(method, path)
            assert (reply.status, reply.json()["error"]["code"]) == (429, "RATE_LIMIT_EXCEEDED")
            assert told(reply) == (100, 0)
            assert reply.headers["Retry-After"] == reply.headers["RateLimit-Reset"]

    async def test_may_be_used_again_when_the_time_is_over(self, esc: Esc, world: World, minute: Minute) -> None:
        key = await stories.key_of(world, rate_limit=2)
        calls = [await esc.call("GET", "/balance", key=key) for _ in range(3)]
        assert [reply.status for reply in calls] == [200, 200, 429]
        minute.now += int(calls[-1].headers["Retry-After"])
        assert (await esc.call("GET", "/balance", key=key)).status == 200
        minute.now += 120
        assert told(await esc.call("GET", "/balance", key=key)) == (2, 1)

    async def test_have_limits_of_their_own(self, esc: Esc, world: World) -> None:
        key = await stories.key_of(world, rate_limit=2)
        assert [told(await esc.call("GET", "/balance", key=key)) for _ in range(2)] == [(2, 1), (2, 0)]
        before = await world.rows()
        assert await esc.refusal("POST", "/invites", key=key, json={"email": "a@example.com"}) == (429, "RATE_LIMIT_EXCEEDED")
        assert await world.rows() == before
        assert (await esc.call("GET", "/balance")).status == 200, "another key of the account has its own count"

    async def test_count_also_for_what_they_may_not_do(self, esc: Esc, world: World) -> None:
        key = await stories.key_of(world, [Permission.KEYS_READ], rate_limit=2)
        assert [(await esc.call("GET", "/balance", key=key)).status for _ in range(3)] == [403, 403, 429]


@ON_ONE_DATABASE
class TestAddresses:
    async def test_share_one_limit_for_what_needs_no_key(self, strict: Esc) -> None:
        """Q-16."""
        for path in ("/", "/products", "/products?max_price=x"):
            assert (await strict.call("GET", path, key=None)).status != 429
        body = {"email": "dev@example.com", "company": "Example Ltd"}
        reply = await strict.call("POST", "/register", key=None, json=body)
        assert (reply.status, reply.json()["error"]["code"]) == (429, "RATE_LIMIT_EXCEEDED")
        assert told(reply) == (3, 0)
        assert int(reply.headers["Retry-After"]) >= 1
        assert (await strict.call("GET", "/balance")).status == 200, "who has a key has that key's limit"

    async def test_that_guess_keys_are_stopped(self, strict: Esc) -> None:
        """Q-16: 401 three times, then 429; the right key is not locked out."""
        wrong = [await strict.refusal("GET", "/balance", key=f"pk_live_{number:032}") for number in range(5)]
        assert wrong == [(401, "UNAUTHORIZED")] * 3 + [(429, "RATE_LIMIT_EXCEEDED")] * 2
        assert (await strict.call("GET", "/balance")).status == 200
