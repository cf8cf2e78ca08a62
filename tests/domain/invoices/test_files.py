"""The file of an invoice: the same bytes for good, whoever makes it and whenever."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from domain.invoices import files, queries
from domain.kernel.errors import NotFound
from domain.kernel.ports import Ports
from gateway.adapters.typesetting import Typst
from tests.domain.invoices.selling import issued
from tests.support.world import World


class Moody(Typst):
    """An engine that never makes the same bytes twice, as two releases would."""

    def __init__(self) -> None:
        super().__init__()
        self.made = 0

    async def e_invoice(self, template: str, data: Any, xml: bytes) -> bytes:
        self.made += 1
        await asyncio.sleep(0)
        return b"%d" % self.made


@pytest.fixture
def engine() -> Moody:
    return Moody()


@pytest.fixture
def ports(world: World, engine: Moody) -> Ports:
    return replace(world.ports(), typesetter=engine)


async def content(ports: Ports, account_id: int, key: str) -> tuple[bytes, str | None]:
    file = await files.produce(ports, account_id, invoice=key)
    return b"".join([piece async for piece in file.chunks()]), file.etag


class TestBytes:
    async def test_are_those_that_were_made_first(self, world: World, ports: Ports, engine: Moody) -> None:
        key = await issued(world)
        first = await content(ports, world.account_id, key)
        await files.make.run(ports, world.account_id, key)
        assert await content(ports, world.account_id, key) == first
        assert engine.made == 1

    async def test_are_the_same_for_all_who_come_at_once(self, world: World, ports: Ports) -> None:
        key = await issued(world)
        await asyncio.gather(*(files.make.run(ports, world.account_id, key) for _ in range(4)))
        found = await asyncio.gather(*(content(ports, world.account_id, key) for _ in range(4)))
        assert len(set(found)) == 1

    async def test_are_there_before_anybody_asks(self, world: World) -> None:
        """A job makes them after the commit (Q-9)."""
        key = await issued(world)
        assert await world.run_jobs() == 1
        kept = await world.ports().files.names(f"invoices/{world.account_id}")
        digest = (await queries.digests(world.database.read(), world.account_id, [key]))[key]
        assert kept == [f"invoices/{world.account_id}/{key}-{digest[:32]}.pdf"]

    async def test_are_made_again_when_they_were_lost(self, world: World) -> None:
        """From the invoice alone, so that they are the same unless the engine is another."""
        key = await issued(world)
        first = await content(world.ports(), world.account_id, key)
        await world.ports().files.delete(f"invoices/{world.account_id}")
        world.advance(days=900)
        assert await content(world.ports(), world.account_id, key) == first


class TestProduce:
    async def test_finds_only_ones_own(self, world: World) -> None:
        other, _ = await world.other_account()
        key = await issued(world)
        for account_id, asked in ((other.account_id, key), (world.account_id, "inv_1"), (world.account_id, await world.invite())):
            with pytest.raises(NotFound):
                await files.produce(world.ports(), account_id, invoice=asked)

    async def test_a_job_for_an_invoice_that_is_not_there_does_nothing(self, world: World, ports: Ports, engine: Moody) -> None:
        await files.make.run(ports, world.account_id, "inv_1")
        assert engine.made == 0

    async def test_is_named_by_its_number(self, world: World) -> None:
        file = await files.produce(world.ports(), world.account_id, invoice=await issued(world))
        assert (file.name, file.media_type) == ("2026-1001-1.pdf", "application/pdf")
