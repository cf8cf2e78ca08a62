"""How much may be asked: by key, link and address in a sliding minute, and at the same time (Q-16)."""

from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

import pytest
from limits.errors import StorageError
from multidict import CIMultiDict

from domain.access import commands
from domain.kernel.actor import Actor, ActorKind
from domain.kernel.errors import Unavailable
from domain.kernel.permissions import EVERYTHING
from gateway.limits import Allowed, InFlight, RateLimitExceeded, RateLimits
from gateway.settings import WrongSettings
from tests.gateway.conftest import Serve
from tests.support.http import Http, Reply
from tests.support.minute import Minute

KEY = Actor(ActorKind.KEY, 1, EVERYTHING, "key_1", 10)
LIMIT_HEADERS = {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"}
ONE_KIND = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def granted(rates: RateLimits, actor: Actor, times: int, address: str = "1.1.1.1") -> int:
    """How many of so many requests are let through."""
    count = 0
    for _ in range(times):
        try:
            await rates.take(actor, address)
        except RateLimitExceeded:
            continue
        count += 1
    return count


class TestRates:
    async def test_so_many_and_no_more(self) -> None:
        rates = RateLimits("memory://", 60)
        left = [(await rates.take(KEY, "")).left for _ in range(10)]
        assert left == list(range(9, -1, -1))
        with pytest.raises(RateLimitExceeded) as refusal:
            await rates.take(KEY, "")
        assert (refusal.value.allowance.limit, refusal.value.allowance.left) == (10, 0)
        assert 1 <= (refusal.value.retry_after or 0) <= 60
        assert str(refusal.value.retry_after) in refusal.value.message

    async def test_the_minute_slides(self, minute: Minute) -> None:
        """Twice the limit around the turn of a minute would not be a limit."""
        rates = RateLimits("memory://", 60)
        minute.now += 59
        assert await granted(rates, KEY, 20) == 10
        minute.now += 2
        assert await granted(rates, KEY, 20) <= 1
        minute.now += 29
        assert await granted(rates, KEY, 20) <= 6
        minute.now += 120
        assert await granted(rates, KEY, 20) == 10

    async def test_each_key_link_and_address_has_its_own(self) -> None:
        rates = RateLimits("memory://", 3)
        link, other_link = Actor.candidate(1, "inv_1"), Actor.candidate(1, "inv_2")
        asked = {
            "a key": (KEY, "1.1.1.1", 10),
            "another key of the account": (Actor(ActorKind.KEY, 1, EVERYTHING, "key_2", 5), "1.1.1.1", 5),
            "an address": (Actor.anonymous(), "1.1.1.1", 3),
            "another address": (Actor.anonymous(), "2.2.2.2", 3),
            "a link": (link, "1.1.1.1", 3),
            "another link": (other_link, "1.1.1.1", 3),
        }
        for what, (actor, address, limit) in asked.items():
            assert await granted(rates, actor, limit + 5, address) == limit, what

    async def test_a_token_shares_the_limit_of_its_key(self) -> None:
        rates = RateLimits("memory://", 3)
        token = Actor(ActorKind.TOKEN, 1, EVERYTHING, "key_1", 10)
        assert await granted(rates, KEY, 6) == 6
        assert await granted(rates, token, 6) == 4

    def test_headers(self) -> None:
        assert Allowed(100, 99, 60).headers() == {"RateLimit-Limit": "100", "RateLimit-Remaining": "99", "RateLimit-Reset": "60"}


class TestWhere:
    async def test_on_redis_by_the_package_that_is_named(self) -> None:
        """No server is asked before the first request; without its package the sentence says what to install."""
        for url in ("redis://localhost:6379", "rediss://user:password@localhost:6379/1"):
            if find_spec("redis"):
                assert RateLimits(url, 60)
                continue
            with pytest.raises(WrongSettings, match=r"CENTIL_RATE_LIMIT_URL: .* pip install 'redis>=5\.2'"):
                RateLimits(url, 60)

    def test_a_place_that_is_none(self) -> None:
        with pytest.raises(WrongSettings, match="CENTIL_RATE_LIMIT_URL: must look like redis://host:6379 or memory://"):
            RateLimits("foo://x", 60)


class TestStorage:
    async def test_that_does_not_answer_is_a_503(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Q-16: what others share may be away for a while."""
        rates = RateLimits("memory://", 3)

        async def away(*_: Any, **__: Any) -> bool:
            raise StorageError(ConnectionError("away"))

        monkeypatch.setattr(rates._limiter.storage, "acquire_sliding_window_entry", away)
        with pytest.raises(Unavailable):
            await rates.take(KEY, "")


class TestInFlight:
    def test_in_all_and_by_account(self) -> None:
        flight = InFlight(3, 2)
        with flight.one(1), flight.one(1):
            with pytest.raises(Unavailable) as refusal, flight.one(1):
                pass
            assert refusal.value.retry_after == 1
            with flight.one(2), pytest.raises(Unavailable), flight.one(None):
                pass
        with flight.one(1), flight.one(1):
            pass

    def test_what_fails_gives_its_place_back(self) -> None:
        flight = InFlight(1, 1)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError), flight.one(1):
                raise ZeroDivisionError
        assert flight.idle.is_set()

    def test_knows_when_nothing_is_worked_on(self) -> None:
        flight = InFlight(5, 5)
        assert flight.idle.is_set()
        with flight.one(1):
            with flight.one(None):
                assert not flight.idle.is_set()
            assert not flight.idle.is_set()
        assert flight.idle.is_set()


async def both(http: Http, key: str | None = "", **options: Any) -> list[Reply]:
    """A request by GraphQL and one by REST, of something public without a key."""
    graph = await http.request("POST", "/graphql", key=key, json={"query": "{ __typename }"}, **options)
    return [graph, await http.esc("GET", "/products" if key is None else "/balance", key=key, **options)]


class TestOverHttp:
    async def test_every_answer_tells_what_is_left(self, http: Http) -> None:
        """R-ESC-2: a hundred a minute and key."""
        for number, reply in enumerate(await both(http), 1):
            assert set(reply.headers) >= LIMIT_HEADERS
            assert (reply.headers["RateLimit-Limit"], reply.headers["RateLimit-Remaining"]) == ("100", str(100 - number))

    async def test_one_too_many_is_429_on_every_surface_and_runs_nothing(self, http: Http) -> None:
        async with http.world.work() as uow:
            key = await commands.create_key(uow, name="Slow", rate_limit=2)
        assert [reply.status for reply in await both(http, key=key.secret)] == [200, 200]
        before = await http.world.rows()
        graph, rest = await both(http, key=key.secret)
        for reply in (graph, rest):
            assert reply.status == 429
            assert set(reply.headers) >= LIMIT_HEADERS | {"Retry-After"}
            assert reply.headers["RateLimit-Remaining"] == "0"
            assert 1 <= int(reply.headers["Retry-After"]) <= 60
        assert graph.json()["errors"][0]["extensions"]["code"] == "RATE_LIMIT_EXCEEDED"
        assert rest.json()["success"] is False
        assert await http.world.rows() == before
        assert [reply.status for reply in await both(http)] == [200, 200]

    @ONE_KIND
    async def test_an_address_has_a_limit_for_what_needs_no_key(self, serve: Serve) -> None:
        http = await serve(public_rate_limit=3)
        statuses = [reply.status for _ in range(2) for reply in await both(http, key=None)]
        assert statuses == [200, 200, 200, 429]
        assert [reply.status for reply in await both(http)] == [200, 200]

    @ONE_KIND
    async def test_guessing_keys_is_limited_like_any_public_request(self, serve: Serve) -> None:
        http = await serve(public_rate_limit=3)
        statuses = [reply.status for number in range(2) for reply in await both(http, key=f"pk_live_{number:032}")]
        assert statuses == [401, 401, 401, 429]

    @ONE_KIND
    async def test_too_many_at_once_are_503(self, serve: Serve) -> None:
        http = await serve(requests_in_flight=3, requests_in_flight_per_account=2)
        world, flight = http.world, http.server.front.in_flight
        with flight.one(world.account_id), flight.one(world.account_id):
            for reply in await both(http):
                assert (reply.status, reply.headers["Retry-After"]) == (503, "1")
            assert [reply.status for reply in await both(http, key=None)] == [200, 200]
            with flight.one(None):
                assert [reply.status for reply in await both(http, key=None)] == [503, 503]
        assert [reply.status for reply in await both(http)] == [200, 200]


class TestAddress:
    @ONE_KIND
    async def test_of_a_request(self, serve: Serve) -> None:
        http = await serve(trusted_proxies="10.0.0.1, 10.0.0.2,::1,172.16.0.0/12")
        proxy = "10.0.0.1"
        asked: list[tuple[str | None, list[str], str]] = [
            ("1.2.3.4", [], "1.2.3.4"),
            ("1.2.3.4", ["9.9.9.9"], "1.2.3.4"),
            (proxy, [], proxy),
            (proxy, ["9.9.9.9"], "9.9.9.9"),
            (proxy, ["6.6.6.6, 9.9.9.9"], "9.9.9.9"),
            (proxy, ["6.6.6.6", "9.9.9.9"], "9.9.9.9"),
            ("::1", ["9.9.9.9"], "9.9.9.9"),
            ("172.20.1.2", ["9.9.9.9"], "9.9.9.9"),
            ("::ffff:172.20.1.2", ["9.9.9.9"], "9.9.9.9"),
            ("172.32.0.1", ["9.9.9.9"], "172.32.0.1"),
            (proxy, ["6.6.6.6, 9.9.9.9, 10.0.0.2"], "9.9.9.9"),
            (proxy, ["10.0.0.2"], "10.0.0.2"),
            (proxy, ["<script>"], "unknown"),
            (proxy, ["9.9.9.9,"], "unknown"),
            (None, [], "unknown"),
            ("2001:db8:1:2:aaaa::1", [], "2001:db8:1:2::/64"),
            ("2001:db8:1:2:bbbb::2", [], "2001:db8:1:2::/64"),
            ("2001:db8:1:3::1", [], "2001:db8:1:3::/64"),
            ("::ffff:1.2.3.4", [], "1.2.3.4"),
            (proxy, ["::ffff:9.9.9.9"], "9.9.9.9"),
        ]
        for remote, forwarded, address in asked:
            headers = CIMultiDict([("X-Forwarded-For", line) for line in forwarded])
            request: Any = SimpleNamespace(remote=remote, headers=headers)
            assert http.server.front.address(request) == address, (remote, forwarded)

    @ONE_KIND
    async def test_that_a_client_claims_is_not_believed(self, serve: Serve) -> None:
        http = await serve(public_rate_limit=2)
        asked = [await both(http, key=None, headers={"X-Forwarded-For": f"9.9.9.{number}"}) for number in range(2)]
        assert [reply.status for pair in asked for reply in pair] == [200, 200, 429, 429]

    @ONE_KIND
    async def test_that_a_proxy_tells_is_believed(self, serve: Serve) -> None:
        http = await serve(public_rate_limit=2, trusted_proxies="127.0.0.1")
        asked = [await both(http, key=None, headers={"X-Forwarded-For": f"9.9.9.{number}"}) for number in range(2)]
        assert [reply.status for pair in asked for reply in pair] == [200] * 4
