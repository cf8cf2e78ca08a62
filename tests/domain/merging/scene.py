"""Two people who have everything that people can have, some of it of the same thing."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from domain.candidates import references
from domain.flows.model import Flow, FlowAssignment, FlowAttempt, FlowStep
from domain.kernel.columns import Entity
from domain.matching.model import JobProfile, SavedMatch
from domain.merging import commands
from domain.questionnaires.model import Participant, Questionnaire
from domain.teams import commands as teams
from domain.teams.joining import add_members
from tests.domain.privacy.people import candidate_of
from tests.support.world import START, World

ANNA, ANJA = "anna@example.com", "anja@example.com"
TOLD_ELSEWHERE = {"event", "event_sequence", "candidate_merge", "number_series"}
"""What a merge and its undoing may leave behind."""
Snapshot = dict[str, list[tuple[Any, ...]]]


async def two_people(world: World) -> tuple[str, str, int]:
    """Anna and Anja, each with a completed attempt in one team, a flow, a questionnaire, a match and a reference."""
    attempts = [(await world.complete(email))[1] for email in (ANNA, ANJA)]
    await world.invite(ANJA, "Anja Berg")
    people = [await candidate_of(world, email) for email in (ANNA, ANJA)]
    async with world.work() as uow:
        team = await teams.create(uow, title="All")
        await add_members(uow, team, attempts=attempts)
        uow.session.add_all(_shared(world.account_id))
        for number, (key, email, attempt) in enumerate(zip(people, (ANNA, ANJA), attempts, strict=True), 1):
            await references.add(uow, key, "JOB_CANDIDATE", number)
            uow.session.add_all(_own(world.account_id, number, key, email, attempt))
    return people[0], people[1], team


def _shared(account_id: int) -> list[Entity]:
    return [
        JobProfile(
            account_id=account_id,
            key="jp_1",
            name="J",
            sort_name="j",
            type="standard",
            targets={},
            target_count=0,
            created_at=START,
            updated_at=START,
        ),
        Flow(account_id=account_id, flow_id=1, name="F", created_at=START, updated_at=START),
        FlowStep(
            account_id=account_id,
            step_id=1,
            flow_id=1,
            position=1,
            instrument="escprofile",
            instrument_type="profile",
            pass_threshold=50.0,
            created_at=START,
        ),
        Questionnaire(account_id=account_id, key="q1", name="Q", created_at=START, updated_at=START),
    ]


def _own(account_id: int, number: int, key: str, email: str, attempt: int) -> list[Entity]:
    at = START + timedelta(hours=number)
    return [
        FlowAssignment(
            account_id=account_id,
            assignment_id=number,
            flow_id=1,
            candidate_key=key,
            assigned_key=key,
            email=email,
            assigned_at=at,
            updated_at=at,
        ),
        FlowAttempt(
            account_id=account_id,
            assignment_id=number,
            step_id=1,
            number=1,
            key=f"fat_{number}",
            candidate_key=key,
            taking=f"inv_{number}",
            asked_at=at,
        ),
        Participant(
            account_id=account_id,
            key=f"p{number}",
            questionnaire_key="q1",
            candidate_key=key,
            irn=f"IRN {number}",
            email=email,
            created_at=at,
            updated_at=at,
        ),
        SavedMatch(
            account_id=account_id,
            key=f"jp_1-{attempt}",
            attempt_id=attempt,
            candidate_key=key,
            job_profile_key="jp_1",
            formula_version=1,
            profile_version=1,
            overall=50,
            numerator=50,
            denominator=1,
            saved_at=at,
            saved_by="system",
        ),
    ]


async def merge(world: World, keep: str, absorb: str, reason: str = "the same telephone number") -> str:
    async with world.work() as uow:
        return await commands.merge(uow, keep=keep, absorb=absorb, reason=reason)


async def unmerge(world: World, key: str) -> str:
    async with world.work() as uow:
        return await commands.unmerge(uow, key)


async def snapshot(world: World, *but: str) -> Snapshot:
    """Every row of every table of the account's, but for what a merge may leave behind."""
    own = [table for table in Entity.metadata.sorted_tables if "account_id" in table.columns and table.name not in {*TOLD_ELSEWHERE, *but}]
    taken = {}
    async with world.work() as uow:
        for table in own:
            rows = await uow.session.execute(select(*table.columns).where(table.c.account_id == uow.account_id))
            taken[str(table.name)] = sorted(map(tuple, rows), key=repr)
    return taken


def whose(taken: Snapshot, table: str) -> list[str]:
    """Whose the rows of a table are."""
    place = [column.name for column in Entity.metadata.tables[table].columns].index("candidate_key")
    return sorted(row[place] for row in taken[table])
