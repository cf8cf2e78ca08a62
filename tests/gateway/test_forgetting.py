"""What a server keeps in memory that may name somebody goes when anybody is erased (Q-11)."""

import pytest

from domain.kernel.errors import Unavailable
from gateway.forgetting import Forgetting
from tests.domain.privacy.people import candidate_of, erase
from tests.support.http import Http
from tests.support.world import World

NAMED = '{ candidates(first: 1, filter: {text: "Anna Berg"}) { nodes { key } } }'


def kept(http: Http) -> bool:
    front = http.server.front
    assert (NAMED in front.executor.documents._kept) == bool(front.persisted._registered)
    return NAMED in front.executor.documents._kept


async def ask(http: Http) -> None:
    import hashlib

    known = {"persistedQuery": {"version": 1, "sha256Hash": hashlib.sha256(NAMED.encode()).hexdigest()}}
    await http.request("POST", "/graphql", json={"query": NAMED, "extensions": known})


class TestForgetting:
    async def test_at_once_where_it_was_done(self, http: Http) -> None:
        await http.world.invite()
        await ask(http)
        assert kept(http)
        await erase(http.world, await candidate_of(http.world, "anna@example.com"))
        assert not kept(http)
        assert len(http.world.database.engine.sync_engine._compiled_cache) == 0  # type: ignore[arg-type]

    async def test_a_little_later_elsewhere(self, http: Http, world: World) -> None:
        """Another process did it, of which only the database tells."""
        await world.invite()
        server = Forgetting(http.server.front)
        await server.look()
        world.database.after_commit.clear()
        await ask(http)
        await server.look()
        assert kept(http)
        await erase(world, await candidate_of(world, "anna@example.com"))
        assert kept(http)
        await server.look()
        assert not kept(http)

    async def test_goes_on_when_the_database_is_away(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        server = Forgetting(http.server.front)

        async def away(*_: object) -> None:
            raise Unavailable

        monkeypatch.setattr("gateway.forgetting.queries.newest", away)
        await ask(http)
        await server.look()
        assert kept(http)
