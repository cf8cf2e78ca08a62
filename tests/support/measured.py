"""Many results at once, written as rows: for statistics and exports, where commands would take too long."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from domain.candidates.model import Candidate
from domain.instruments import bank
from domain.invites.model import Attempt, Invite
from domain.kernel.actor import Actor
from domain.kernel.inputs import folded
from domain.results import norms, scoring
from domain.results.model import Result
from tests.support.world import START, World

INSTRUMENT = bank.instrument(bank.PROFILE, "1.0")


@dataclass
class Measured:
    """One result to be."""

    person: int
    at: datetime
    answers: Sequence[int | None]
    norm: tuple[int, int] = (1, 1)
    name: str = ""
    scored: scoring.Scored = field(init=False)

    def __post_init__(self) -> None:
        self.scored = scoring.score(INSTRUMENT, self.answers, norms.designed().norms)


def answers(dice: random.Random, *, gaps: float = 0.0) -> list[int | None]:
    """Answers that go together a little, some left out."""
    leaning = {scale.key: dice.gauss(0, 0.8) for scale in INSTRUMENT.scales}
    found: list[int | None] = []
    for item in INSTRUMENT.items:
        meant = min(max(round(3 + leaning[item.scale] + dice.gauss(0, 0.9)), 1), 5)
        found.append(None if dice.random() < gaps else scoring.item_score(meant, reverse=item.reverse))
    return found


def some(count: int, *, people: int, days: int = 120, seed: int = 1, gaps: float = 0.0, start: datetime = START) -> list[Measured]:
    """Results of some people over some days, retakes among them."""
    dice = random.Random(seed)
    moments = [start + timedelta(days=dice.randrange(days), seconds=dice.randrange(86_400)) for _ in range(count)]
    return [Measured(dice.randrange(people), at, answers(dice, gaps=gaps)) for at in moments]


def rows(account_id: int, results: Iterable[Measured], *, first: int = 5_000) -> list[Any]:
    """The rows of an account's results; numbers of attempts go up from `first` in the order given."""
    made: dict[int, Candidate] = {}
    found: list[Any] = []
    for number, result in enumerate(results, first):
        person = made.get(result.person) or _candidate(account_id, result)
        if result.person not in made:
            made[result.person] = person
            found.append(person)
        found += _taken(account_id, number, person, result)
    return found


async def fill(world: World, results: Iterable[Measured], *, actor: Actor | None = None, first: int = 5_000) -> None:
    """Write results into an account."""
    async with world.work(actor) as uow:
        uow.session.add_all(rows(uow.account_id, results, first=first))


def _candidate(account_id: int, result: Measured) -> Candidate:
    email, name = f"person{result.person}@example.com", result.name or f"Person {result.person}"
    return Candidate(
        account_id=account_id,
        key=f"cand_{account_id}_{result.person}",
        email=email,
        search_email=email,
        name=name,
        sort_name=folded(name),
        created_at=START,
        updated_at=START,
    )


def _taken(account_id: int, number: int, person: Candidate, result: Measured) -> list[Any]:
    taken = {"instrument": INSTRUMENT.key, "instrument_version": INSTRUMENT.version}
    invite = Invite(
        account_id=account_id,
        key=f"inv_{number}",
        origin="direct",
        candidate_key=person.key,
        status="completed",
        email=person.email or "",
        name=person.name,
        language="en",
        send_email=False,
        created_at=START,
        expires_at=result.at + timedelta(days=30),
        settled=True,
        completed_at=result.at,
        **taken,
    )
    attempt = Attempt(
        account_id=account_id,
        attempt_id=number,
        invite_key=invite.key,
        candidate_key=person.key,
        source="api",
        language="en",
        status="completed",
        answers=list(result.answers),
        answered=sum(answer is not None for answer in result.answers),
        started_at=result.at,
        completed_at=result.at,
        last_at=result.at,
        **taken,
    )
    wir = result.scored.wir_ich
    scored = Result(
        account_id=account_id,
        attempt_id=number,
        candidate_key=person.key,
        norm_group=result.norm[0],
        norm_version=result.norm[1],
        raw_tenths=result.scored.raw_tenths,
        c_tenths=result.scored.c_tenths,
        wir_tenths=wir.wir_tenths if wir else None,
        tendency=wir.tendency if wir else None,
        completed_at=result.at,
        **taken,
    )
    return [invite, attempt, scored]
