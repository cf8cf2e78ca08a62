"""Any order of requests, deaths, answers, erasures and days: the effect is there once a day, the answer always the same (Q-10)."""

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.idempotency import commands
from domain.idempotency.claims import LEASE, Claim, Kept
from domain.idempotency.errors import AnswerDropped, KeyReused, Replayed, StillRunning
from tests.domain.idempotency.claiming import answer_of, begin_outside, carry_out, claim_of
from tests.support.world import World

NUMBERS = itertools.count()
"""Each run has keys of its own."""
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "ask", "ask outside", "ask outside", "other body", "answer", "fail", "wait", "erase", "abandon"]),
        st.integers(0, 3),
    ),
    max_size=25,
)


class Model:
    """What must hold, for one key of each kind of verb."""

    def __init__(self, world: World, number: int) -> None:
        self.world = world
        self.number = number
        self.made: dict[str, str] = {}
        self.answer: dict[str, Kept] = {}
        self.dropped: set[str] = set()
        self.held_until: Any = None
        self.open: dict[str, list[Claim]] = {"ask": [], "ask outside": []}

    def claim(self, kind: str, body: bytes = b"body") -> Claim:
        return claim_of(self.world, f"{kind.replace(' ', '-')}{self.number}", body)

    async def step(self, what: str, which: int) -> None:
        if what in self.open:
            await self.ask(what)
        elif what == "other body":
            await self.ask_otherwise()
        elif what == "abandon":
            await self.abandon()
        elif what == "wait":
            self.world.clock.advance(LEASE / 2)
        elif what == "erase":
            await self.erase()
        else:
            await self.end(what, which)

    async def ask(self, kind: str) -> None:
        claim, run = self.claim(kind), carry_out if kind == "ask" else begin_outside
        now, held = self.world.clock.now(), kind == "ask outside" and self.held_until is not None
        try:
            made = await run(self.world.database, claim)
        except AnswerDropped:
            assert kind in self.dropped
            return
        except Replayed:
            assert claim.answer == self.answer[kind]
            return
        except StillRunning:
            assert held
            assert now < self.held_until
            return
        assert kind not in self.dropped
        assert kind not in self.answer
        assert not held or now >= self.held_until
        assert self.made.setdefault(kind, made) == made
        if kind == "ask outside":
            self.held_until = now + LEASE
            claim.committed()
        self.open[kind].append(claim)

    async def ask_otherwise(self) -> None:
        for kind in self.made:
            with pytest.raises(KeyReused):
                await carry_out(self.world.database, self.claim(kind, b"other"))

    async def abandon(self) -> None:
        async def die(_uow: object) -> str:
            raise RuntimeError

        if "ask" not in self.made:
            with pytest.raises(RuntimeError):
                await carry_out(self.world.database, self.claim("ask"), die)

    async def erase(self) -> None:
        async with self.world.work() as uow:
            await commands.drop(uow, uow.now)
        self.dropped |= set(self.made)

    async def end(self, how: str, which: int) -> None:
        """One of the requests that are at work gets to its answer, or fails; those that are not picked are dead."""
        kind = ("ask", "ask outside")[which % 2]
        if not self.open[kind]:
            return
        claim = self.open[kind].pop(which % len(self.open[kind]))
        if how == "fail":
            await self.fail(kind, claim)
            return
        mine = answer_of(self.made[kind], which)
        told = await claim.store(self.world.database, mine)
        if kind in self.answer:
            assert told == (mine if kind in self.dropped else self.answer[kind])
        elif kind not in self.dropped:
            self.answer[kind] = mine
            self.held_until = None if kind == "ask outside" else self.held_until

    async def fail(self, kind: str, claim: Claim) -> None:
        if kind == "ask":
            return
        mine = claim._held_until
        await claim.release(self.world.database)
        if mine == self.held_until:
            self.held_until = self.world.clock.now()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_one_effect_and_one_answer(world: World, steps: list[tuple[str, int]]) -> None:
    model = Model(world, next(NUMBERS))
    for what, which in steps:
        await model.step(what, which)
