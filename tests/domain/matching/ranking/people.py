"""People with results of known C-values, written straight into the tables, and rankings of them by brute force."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import update

from domain.candidates.events import CANDIDATE_ANONYMIZED
from domain.candidates.model import Candidate
from domain.instruments import bank
from domain.kernel.identifiers import new_key
from domain.matching.formula import Target, curve
from domain.results.events import RESULT_RECORDED
from domain.results.model import Result
from domain.results.norms import DESIGNED
from tests.support.world import World

SCALES = [scale.key for scale in bank.instrument(bank.PROFILE, "1.0").scales]


@dataclass
class Known:
    """What a test knows of one person."""

    candidate_key: str
    attempt_id: int
    completed_at: datetime
    values: dict[str, int]
    anonymized: bool = False


class People:
    """The people of a world."""

    def __init__(self, world: World, seed: int = 1) -> None:
        self.world = world
        self.dice = random.Random(seed)
        self.known: dict[str, Known] = {}
        self._attempts = 5_000

    def values(self) -> dict[str, int]:
        """Few different values, so that there are ties; now and then one is missing."""
        return {scale: self.dice.choice((0, 25, 35, 50, 65, 100)) for scale in SCALES if self.dice.random() > 0.1}

    async def add(self, count: int) -> None:
        """Some more people with a result each."""
        await self.measure([f"cand_{len(self.known) + index:05}" for index in range(count)])

    async def measure(self, keys: Sequence[str], *, at: datetime | None = None) -> None:
        """A new result for each of these people, who may be new."""
        async with self.world.work() as uow:
            for key in keys:
                if key not in self.known:
                    uow.session.add(_candidate(uow.account_id, key, uow.now))
                self._attempts += self.dice.choice((1, 2))
                moment = at or uow.now - timedelta(minutes=self.dice.randint(0, 5_000))
                values = self.values()
                uow.session.add(_result(uow.account_id, key, self._attempts, moment, values))
                uow.record(RESULT_RECORDED, str(self._attempts), norm_group=DESIGNED)
                before = self.known.get(key)
                if before is None or (moment, self._attempts) > (before.completed_at, before.attempt_id):
                    self.known[key] = Known(key, self._attempts, moment, values)

    async def anonymize(self, key: str) -> None:
        async with self.world.work() as uow:
            mine = (Candidate.account_id == uow.account_id, Candidate.key == key)
            await uow.change(update(Candidate).where(*mine).values(anonymized_at=uow.now, email=None))
            uow.record(CANDIDATE_ANONYMIZED, key, erasure=new_key("era"), attempts=1, canceled=0)
        self.known[key].anonymized = True

    def ranking(self, targets: Mapping[str, Target], among: Any = lambda _person, _scores: True) -> list[tuple[int, Fraction]]:
        """Attempts with exact means, the best first, one person after another."""
        found = []
        for person in self.known.values():
            scores = {scale: curve(target).scores[person.values[scale]] for scale, target in targets.items() if scale in person.values}
            if scores and not person.anonymized and among(person, scores):
                found.append((Fraction(sum(scores.values()), len(scores)), person.attempt_id))
        return [(attempt, mean) for mean, attempt in sorted(found, key=lambda pair: (-pair[0], pair[1]))]


def some_targets(dice: random.Random, count: int) -> dict[str, Target]:
    """Targets on some of the scales."""
    return {
        scale: Target.of({"ideal": dice.randint(0, 20) / 2, **({"critical_high": 10} if dice.random() < 0.3 else {})})
        for scale in dice.sample(SCALES, count)
    }


def _candidate(account_id: int, key: str, now: datetime) -> Candidate:
    return Candidate(account_id=account_id, key=key, email=f"{key}@example.com", name=key, sort_name=key, created_at=now, updated_at=now)


def _result(account_id: int, key: str, attempt: int, at: datetime, values: Mapping[str, int]) -> Result:
    tenths = [values.get(scale) for scale in SCALES]
    return Result(
        account_id=account_id,
        attempt_id=attempt,
        candidate_key=key,
        instrument=bank.PROFILE,
        instrument_version="1.0",
        norm_group=1,
        norm_version=1,
        raw_tenths=tenths,
        c_tenths=tenths,
        completed_at=at,
    )
