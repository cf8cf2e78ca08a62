"""kill -9: what was answered is there, what was not is whole or absent, and the jobs are done all the same (Q-9)."""

import asyncio
import random
import signal
from collections import Counter
from functools import partial

import pytest

from tests.process.installation import Installation, Peer, ended


async def killed(peer: Peer) -> None:
    assert await ended(peer.process, signal.SIGKILL) == -signal.SIGKILL


def everything_is_whole(installation: Installation) -> None:
    """No half of a mutation: each invite has its candidate, its event and its job, and none of them is without an invite."""
    [counts] = installation.query(
        """SELECT (SELECT count(*) FROM invite), (SELECT count(*) FROM candidate),
                  (SELECT count(*) FROM event WHERE type = 'invite.sent'),
                  (SELECT count(*) FROM {dbos}workflow_status WHERE name = 'centil.job')"""
    )
    assert len(set(counts)) == 1, counts
    assert installation.query("SELECT i.key FROM invite i LEFT JOIN candidate c ON c.key = i.candidate_key WHERE c.key IS NULL") == []
    if installation.world.settings.on_sqlite:
        assert installation.query("PRAGMA integrity_check") == [("ok",)]


def mailed(installation: Installation, count: int) -> bool:
    return installation.mails().total() >= count


async def test_in_the_middle_of_mutations_loses_nothing(installation: Installation) -> None:
    """Ten at once, killed at the first answer; then the one whose transaction was held is not there at all."""
    peer = await installation.serve()
    sending = [asyncio.create_task(peer.send(f"p{number}@example.com")) for number in range(9)]
    done, _rest = await asyncio.wait(sending, return_when=asyncio.FIRST_COMPLETED)
    with installation.writers_held():
        held = asyncio.create_task(peer.send("held@example.com"))
        await killed(peer)
        outcomes = await asyncio.gather(*sending, held, return_exceptions=True)
    answered = {outcome for outcome in outcomes if isinstance(outcome, str)}
    assert len(answered) >= len(done) > 0
    assert not isinstance(outcomes[-1], str)
    everything_is_whole(installation)
    stored = {row[0] for row in installation.query("SELECT key FROM invite WHERE email != 'held@example.com'")}
    assert answered <= stored
    assert installation.query("SELECT key FROM invite WHERE email = 'held@example.com'") == []

    await installation.workers_are_late()
    again = await installation.serve()
    late = await again.send("late@example.com")
    await installation.until(lambda: len(installation.mails()) == len(stored) + 1)
    await installation.until(lambda: set(installation.jobs()) == {"SUCCESS"})
    assert all(any(key in reference for reference in installation.mails()) for key in (*stored, late))
    everything_is_whole(installation)


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
async def test_again_and_again_while_mails_are_sent(installation: Installation, seed: int) -> None:
    """Eight kills at seeded moments: every invite has its mail, and no more are doubled than were in hand at a kill.

    A mail that was handed over when its worker died, before that was noted, goes out again under the same Message-ID.
    """
    dice, rounds = random.Random(seed), 8
    stored: set[str] = set()
    for number in range(rounds):
        peer = await installation.serve()
        await installation.workers_are_late()
        _actor, key = await installation.world.other_account(f"account{number}@example.com")
        wanted = len(installation.mails()) + dice.randint(1, 9)
        sending = [asyncio.create_task(peer.send(f"r{number}p{place}@example.com", key=key.secret)) for place in range(10)]
        if dice.random() < 0.7:
            await installation.until(partial(mailed, installation, wanted))
        else:
            await asyncio.wait(sending[: dice.randint(1, 9)])
        await killed(peer)
        outcomes = await asyncio.gather(*sending, return_exceptions=True)
        answered = {outcome for outcome in outcomes if isinstance(outcome, str)}
        everything_is_whole(installation)
        stored = {row[0] for row in installation.query("SELECT key FROM invite")}
        assert answered <= stored
    await installation.workers_are_late()
    await installation.serve()
    await installation.until(lambda: set(installation.jobs()) == {"SUCCESS"})
    mails = installation.mails()
    assert {key for key in stored if not any(key in reference for reference in mails)} == set()
    assert len(mails) == len(stored)
    doubled = Counter(mails.values())
    print(f"{len(stored)} invites, {rounds} kills: mails by how often they went out: {dict(doubled)}")  # noqa: T201
    assert mails.total() - len(mails) <= rounds * 8
