"""Many people with results at once: rows written straight into the tables, for what depends on how many there are."""

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select, update

from domain.candidates.events import CANDIDATE_ANONYMIZED
from domain.candidates.model import Candidate
from domain.instruments import bank
from domain.invites.model import Attempt, Invite
from domain.kernel.actor import Actor
from domain.kernel.columns import table_of
from domain.kernel.identifiers import new_key
from domain.kernel.inputs import folded
from domain.results.events import RESULT_RECORDED
from domain.results.model import Result
from domain.results.norms import DESIGNED
from domain.teams.model import TeamMember
from tests.support.world import World

SCALES = 23
FIRST = 500_000
"""The number of the first attempt, far from those that the product gives out here."""


def tenths(dice: random.Random, most: int, *, gaps: float = 0.0) -> list[int | None]:
    """Values of all scales, some missing."""
    return [None if dice.random() < gaps else dice.randint(0, most) for _ in range(SCALES)]


async def gather(
    world: World, count: int, *, team: int | None = None, first: int = FIRST, seed: int = 1, gaps: float = 0.0, names: Sequence[str] = ()
) -> list[int]:
    """People who completed the questionnaire, a minute apart, all in a team if one is named; the numbers of their attempts."""
    dice, attempts = random.Random(seed), list(range(first, first + count))
    rows: dict[Any, list[dict[str, Any]]] = {Candidate: [], Invite: [], Attempt: [], Result: [], TeamMember: []}
    for number in attempts:
        name = names[number - first] if number - first < len(names) else f"Person {number}"
        for entity, row in _person(world, number, name, dice, gaps).items():
            rows[entity].append({"account_id": world.account_id, **row})
        if team is not None:
            member = {"team_id": team, "attempt_id": number, "candidate_key": candidate_key(number), "added_at": world.clock.now()}
            rows[TeamMember].append({"account_id": world.account_id, **member})
    async with world.work(Actor.system(world.account_id)) as uow:
        for entity, written in rows.items():
            if written:
                await uow.session.execute(insert(table_of(entity)), written)
        for number in attempts:
            uow.record(RESULT_RECORDED, str(number), norm_group=DESIGNED)
    return attempts


def candidate_key(number: int) -> str:
    return f"cand_{number:010}"


def _person(world: World, number: int, name: str, dice: random.Random, gaps: float) -> dict[Any, dict[str, Any]]:
    now, email, invite = world.clock.now() + timedelta(minutes=number), f"p{number}@example.com", f"inv_{number}"
    key, taken = candidate_key(number), {"instrument": bank.PROFILE, "instrument_version": "1.0"}
    about = {"email": email, "search_email": email, "name": name, "sort_name": folded(name), "protected": False}
    sent = {"origin": "direct", "status": "completed", "email": email, "name": name, "language": "en", "send_email": False}
    done = {"reminders": 0, "reminders_mailed": 0, "settled": True, "expires_at": now + timedelta(days=30)}
    return {
        Candidate: {"key": key, **about, "created_at": now, "updated_at": now},
        Invite: {"key": invite, "candidate_key": key, **taken, **sent, **done, "created_at": now, "completed_at": now},
        Attempt: {
            "attempt_id": number,
            "invite_key": invite,
            "candidate_key": key,
            **taken,
            "source": "api",
            "language": "en",
            "status": "completed",
            "answers": [3] * 115,
            "answered": 115,
            "started_at": now,
            "completed_at": now,
            "last_at": now,
        },
        Result: {
            "attempt_id": number,
            "candidate_key": key,
            **taken,
            "norm_group": DESIGNED,
            "norm_version": 1,
            "raw_tenths": tenths(dice, 1000, gaps=gaps),
            "c_tenths": tenths(dice, 100, gaps=gaps),
            "completed_at": now,
        },
    }


async def anonymize(world: World, *attempts: int) -> None:
    """Make people nobody, as an erasure that has not come to the teams yet."""
    async with world.work() as uow:
        found = select(Attempt.candidate_key).where(Attempt.account_id == world.account_id, Attempt.attempt_id.in_(attempts))
        keys = list((await uow.session.execute(found)).scalars())
        mine = (Candidate.account_id == world.account_id, Candidate.key.in_(keys))
        await uow.session.execute(update(Candidate).where(*mine).values(anonymized_at=uow.now, name="Anonym", email=None))
        for key in keys:
            uow.record(CANDIDATE_ANONYMIZED, key, erasure=new_key("era"), attempts=1, canceled=0)
