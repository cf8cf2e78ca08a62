"""kill -9 of server and worker during acknowledged writes: none is lost or done twice, and the ledger is balanced (Q-8 to Q-10, Q-22)."""

import asyncio
import random
import time

import pytest

from gateway.stripe_fake.listening import address_of, listen
from gateway.stripe_fake.sending import Disorder
from gateway.stripe_fake.server import StripeFake
from tests.process.audit import Audit
from tests.process.installation import Installation, Peer
from tests.process.killing import IN_HAND, TAKEN, Killer, prepared
from tests.process.writing import Callers

SECRET = "whsec_of_the_tests"


async def come_through(installation: Installation, *, writes: int, moments: list[tuple[str, ...]], seed: int) -> None:
    """Write, kill at moments spread over the writes, and look whether all is as the callers were told."""
    key, listening, began = await prepared(installation), listen(0), time.monotonic()
    settings = {"STRIPE_KEY": "sk_test_of_the_tests", "STRIPE_WEBHOOK_SECRET": SECRET, "STRIPE_URL": address_of(listening)}
    peer = await installation.serve(WORKER="false", LOG_LEVEL="warning", **settings)
    disorder = Disorder(copies=2, shuffle=True, seed=seed, window=0.05, first_wait=0.1)
    fake = StripeFake(webhook_url=f"{peer.base}/webhooks/stripe", secret=SECRET, disorder=disorder, settles_after=0.5)
    await fake.start(listening)
    try:
        killer = Killer(installation, peer, await installation.work())
        callers, dice = Callers(peer, key, fake, seed), random.Random(seed)
        writing = asyncio.create_task(callers.write(writes))
        for number, whom in enumerate(moments):
            wanted = int((number + dice.random()) * writes / (len(moments) + 1))
            while callers.told.total < wanted and not writing.done():  # noqa: ASYNC110  many clients get there
                await asyncio.sleep(0.005)
            assert not writing.done(), writing
            await killer.kill(*whom)
        await writing
        await settled(installation, fake)
        await everything_holds(Audit(installation, callers.told, fake), installation, peer, killer)
        told = callers.told
        figures = f"{told.total} writes {dict(told.writes)}, sent again {told.sent_again}, replayed {told.replayed}"
        print(f"{figures}; kills {dict(killer.kills)}; {time.monotonic() - began:.0f} s")  # noqa: T201
    finally:
        await fake.stop()


async def settled(installation: Installation, fake: StripeFake) -> None:
    """Come back when payments were told of, and nothing is left to do."""
    async with asyncio.timeout(TAKEN):
        while any("settles_at" in session.hidden for session in fake.store.all("checkout.session")):  # noqa: ASYNC110  its clock is real
            await asyncio.sleep(0.1)
        await fake.sender.idle.wait()
        while set(await asyncio.to_thread(installation.jobs)) - {"SUCCESS"}:  # noqa: ASYNC110  another process gets there
            await asyncio.sleep(0.1)


async def everything_holds(audit: Audit, installation: Installation, peer: Peer, killer: Killer) -> None:
    audit.writes()
    standing = audit.orders()
    audit.numbers()
    ledger = await audit.ledger(peer)
    mails = audit.mails()
    assert sum((times - 1) * count for times, count in mails.items()) <= killer.kills["worker"] * IN_HAND
    assert set(installation.jobs()) <= {"SUCCESS"}
    if installation.world.settings.on_sqlite:
        assert installation.query("PRAGMA integrity_check") == [("ok",)]
    assert "Traceback" not in peer.served.log.read_text()
    print(f"orders {dict(standing)}; ledger {ledger}; mails by how often they went out {dict(mails)}")  # noqa: T201


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_two_thousand_writes_come_through_twelve(installation: Installation) -> None:
    """Q-9: server and worker are killed fifteen times in all, and come back at the same place."""
    moments: list[tuple[str, ...]] = [("server",)] * 5 + [("worker",)] * 4 + [("server", "worker")] * 3
    random.Random(3).shuffle(moments)
    await come_through(installation, writes=2_000, moments=moments, seed=3)
