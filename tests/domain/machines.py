"""State machines on a real database: rules are plain functions, and what they do runs on the loop of one world."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from domain.billing import registration
from domain.kernel.actor import Actor, ActorKind
from domain.kernel.permissions import EVERYTHING
from tests.support.world import World

T = TypeVar("T")


class OnWorld(RuleBasedStateMachine):
    """A machine whose every run has an account of its own, without credits, in the same database."""

    world: World
    runner: "asyncio.Runner"
    runs = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).runs += 1
        self.account_id, self.actor = self.run(self._open_account(f"run{self.runs}@example.com"))

    async def _open_account(self, email: str) -> tuple[int, Actor]:
        async with self.world.database.work(Actor.anonymous()) as uow:
            made = await registration.register(uow, mode="live", email=email, company="Machine Ltd")
        return made.account_id, Actor(ActorKind.KEY, made.account_id, EVERYTHING, made.key.key)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def outcome(self, work: Coroutine[Any, Any, Any]) -> str:
        """How a work ended: the name of its failure, or nothing."""
        try:
            self.run(work)
        except Exception as failure:
            return type(failure).__name__
        return ""


def play(machine: type[OnWorld], url: str, folder: Path, *, examples: int, steps: int) -> None:
    """Let hypothesis look for a run that breaks the machine; `examples` is for the short gate, the long one has more."""
    with asyncio.Runner() as runner:
        world = runner.run(World.open(url, folder))
        played = type(machine.__name__, (machine,), {"world": world, "runner": runner, "runs": 0})
        many = examples * settings().max_examples // 30
        try:
            run_state_machine_as_test(played, settings=settings(max_examples=many, stateful_step_count=steps))
        finally:
            runner.run(world.close())
