"""An account with rows of every kind in every state, with times and names shared on purpose."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from domain.access.model import ApiKey
from domain.billing.model import CreditEntry
from domain.candidates.model import Candidate
from domain.exports.model import Export
from domain.flows.model import Flow, FlowAssignment
from domain.invites.model import Attempt, Invite
from domain.kernel.events import Event
from domain.kernel.inputs import folded
from domain.matching.model import JobProfile, SavedMatch
from domain.privacy.model import Erasure
from domain.questionnaires.model import BlockedNumber, Participant, Questionnaire
from domain.results.model import Result
from domain.teams.model import Team
from domain.webhooks.model import Delivery, Webhook
from tests.support.world import START, World

NAMES = ("Anna Berg", "Änne Berg", "Jörg Weiß", "anna berg", "", "Zoë O'Neil", "100 % Müller", "a_b", "李 雷", "Weiss Jorg")
NOW = START + timedelta(days=40)
MOMENTS = [START + timedelta(days=days, milliseconds=days) for days in range(0, 40, 5)]
Row = Mapping[str, Any]


def populate(account_id: int, seed: int, people: int) -> list[Any]:
    """Rows of an account, the same for the same seed."""
    dice = random.Random(seed)
    numbers = iter(range(seed * 10_000, seed * 10_000 + 10_000))
    candidates = [_candidate(dice, account_id, f"cand_{seed}_{number:03}") for number in range(people)]
    rows: list[Any] = [*candidates]
    for number in range(people * 3):
        invite = _invite(dice, account_id, dice.choice(candidates).key, f"inv_{seed}_{number:03}")
        rows.append(invite)
        if invite.status in ("started", "completed"):
            attempt = _attempt(dice, invite, next(numbers))
            rows.append(attempt)
            if attempt.completed_at:
                rows += [
                    _result(dice, attempt, attempt.completed_at),
                    _saved_match(dice, attempt, f"jp_{seed}_{dice.randrange(people):03}"),
                ]
    rows += [_team(dice, account_id, seed * 10_000 + number) for number in range(people)]
    rows += _deliveries(dice, account_id, seed, people)
    rows += _flows(dice, account_id, seed, candidates)
    rows += _questionnaires(random.Random(seed), account_id, seed, [candidate.key for candidate in candidates])
    rows += [_erasure(candidate) for candidate in candidates if candidate.anonymized_at]
    rows += [_event(dice, account_id, seed * 10_000 + number) for number in range(people * 3)]
    for number in range(people):
        at, kind = dice.choice(MOMENTS), dice.choice(["grant", "purchase", "completion", "refund"])
        amount = 1 if kind in ("grant", "purchase") else -1
        rows += [
            _key(dice, account_id, f"key_{seed}_{number:03}"),
            _export(dice, account_id, f"exp_{seed}_{number:03}"),
            _job_profile(dice, account_id, f"jp_{seed}_{number:03}"),
            CreditEntry(account_id=account_id, key=f"crd_{seed}_{number:03}", kind=kind, amount=amount, reference=f"r{number}", at=at),
        ]
    return rows


def _flows(dice: random.Random, account_id: int, seed: int, candidates: list[Candidate]) -> list[Any]:
    """Two flows, each with about half of the people."""
    numbers = iter(range(seed * 1_000, seed * 1_000 + 1_000))
    rows: list[Any] = []
    for flow in (seed * 10 + 1, seed * 10 + 2):
        at, status = dice.choice(MOMENTS), dice.choice(["active", "inactive"])
        rows.append(Flow(account_id=account_id, flow_id=flow, name="Flow", status=status, created_at=at, updated_at=at))
        chosen = [candidate for candidate in candidates if dice.random() < 0.5]
        rows += [_assignment(dice, account_id, flow, next(numbers), candidate) for candidate in chosen]
    return rows


def _assignment(dice: random.Random, account_id: int, flow: int, number: int, candidate: Candidate) -> FlowAssignment:
    at = dice.choice(MOMENTS)
    return FlowAssignment(
        account_id=account_id,
        assignment_id=number,
        flow_id=flow,
        candidate_key=candidate.key,
        assigned_key=candidate.key,
        email=candidate.email or "anonymized@example.invalid",
        sort_name=folded(candidate.name),
        status=dice.choice(["not_started", "in_progress", "completed", "failed"]),
        assigned_at=at,
        updated_at=at,
    )


def _questionnaires(dice: random.Random, account_id: int, seed: int, people: list[str]) -> list[Any]:
    """Questionnaires, participants of them and blocked numbers."""
    keys = [f"{seed:08}-0000-4000-8000-{number:012}" for number in range(len(people))]
    rows: list[Any] = []
    for number, key in enumerate(keys):
        at = dice.choice(MOMENTS)
        rows.append(Questionnaire(account_id=account_id, key=key, name="A", active=dice.random() < 0.5, created_at=at, updated_at=at))
        rows.append(BlockedNumber(account_id=account_id, number=f"+49{seed}{dice.randrange(1000)}{number}", created_at=at))
    for number in range(len(people) * 2):
        at, blocked = dice.choice(MOMENTS), dice.random() < 0.3
        participant = Participant(
            account_id=account_id,
            key=f"{seed:08}-0000-4000-9000-{number:012}",
            questionnaire_key=dice.choice(keys),
            candidate_key=dice.choice([None, *people]),
            irn=dice.choice([None, f"IRN-{number}"]),
            external_ref=dice.choice([None, "x_1", "X%1"]),
            email=dice.choice([None, "Anna@example.com"]),
            allowed=not blocked,
            outcome=dice.choice([None, "HIRED", "LEFT"]),
            created_at=at,
            updated_at=at,
        )
        rows.append(participant)
    return rows


def _event(dice: random.Random, account_id: int, sequence: int) -> Event:
    type, subject = dice.choice(
        [("invite.sent", "inv_1_001"), ("invite.sent", "inv_2_001"), ("team.created", "1"), ("result.recorded", "1")]
    )
    return Event(
        account_id=account_id,
        sequence=sequence,
        type=type,
        subject=subject,
        actor=dice.choice(["system", "key:key_1"]),
        request_id="",
        at=dice.choice(MOMENTS),
        facts={},
    )


def _candidate(dice: random.Random, account_id: int, key: str) -> Candidate:
    name, created_at = dice.choice(NAMES), dice.choice(MOMENTS)
    email = dice.choice([None, f"{key}@example.com", f"{key}_x@müller.example"])
    return Candidate(
        account_id=account_id,
        key=key,
        email=email,
        search_email=folded(email or ""),
        name=name,
        sort_name=folded(name),
        gender=dice.choice([None, "female", "male", "diverse"]),
        language=dice.choice([None, "en", "de"]),
        protected=dice.random() < 0.3,
        anonymized_at=dice.choice([None, None, dice.choice(MOMENTS)]),
        created_at=created_at,
        updated_at=created_at,
    )


def _erasure(candidate: Candidate) -> Erasure:
    assert candidate.anonymized_at is not None
    return Erasure(
        account_id=candidate.account_id,
        key=candidate.key.replace("cand", "era"),
        candidate_key=candidate.key,
        attempts=0,
        tables=["candidate"],
        mails=[],
        actor="system",
        requested_at=candidate.anonymized_at,
    )


def _invite(dice: random.Random, account_id: int, candidate: str, key: str) -> Invite:
    created_at, status = dice.choice(MOMENTS), dice.choice(["pending", "started", "completed", "completed", "canceled"])
    return Invite(
        account_id=account_id,
        key=key,
        origin=dice.choice(["direct", "open_link"]),
        candidate_key=candidate,
        instrument=dice.choice(["escprofile", "other"]),
        instrument_version="1.0",
        status=status,
        email=dice.choice(["anna@example.com", f"{key}@example.com"]),
        name="",
        language="en",
        send_email=False,
        created_at=created_at,
        expires_at=created_at + timedelta(days=30),
        completed_at=dice.choice(MOMENTS) if status == "completed" else None,
    )


def _attempt(dice: random.Random, invite: Invite, number: int) -> Attempt:
    return Attempt(
        account_id=invite.account_id,
        attempt_id=number,
        invite_key=invite.key,
        candidate_key=invite.candidate_key,
        instrument=invite.instrument,
        instrument_version="1.0",
        source=dice.choice(["api", "manual"]),
        language="en",
        status="completed" if invite.completed_at else "in_progress",
        answers=[None, 3],
        started_at=invite.created_at,
        completed_at=invite.completed_at,
        last_at=invite.completed_at or invite.created_at,
    )


def _result(dice: random.Random, attempt: Attempt, completed_at: datetime) -> Result:
    return Result(
        account_id=attempt.account_id,
        attempt_id=attempt.attempt_id,
        candidate_key=attempt.candidate_key,
        instrument=attempt.instrument,
        instrument_version="1.0",
        norm_group=dice.choice([1, 1001]),
        norm_version=1,
        raw_tenths=[None, 500],
        c_tenths=[None, 50],
        completed_at=completed_at,
    )


def _team(dice: random.Random, account_id: int, number: int) -> Team:
    title, at = dice.choice(NAMES), dice.choice(MOMENTS)
    return Team(
        account_id=account_id,
        team_id=number,
        title=title,
        sort_title=folded(title),
        active=dice.random() < 0.7,
        created_by="Demo",
        created_at=at,
        updated_at=at,
    )


def _key(dice: random.Random, account_id: int, key: str) -> ApiKey:
    return ApiKey(
        account_id=account_id,
        key=key,
        digest=key,
        prefix="pk_live_0000",
        last_four="0000",
        name="",
        mode="live",
        permissions=[],
        rate_limit=1,
        created_at=dice.choice(MOMENTS),
        expires_at=dice.choice([None, NOW, NOW + timedelta(days=1)]),
        revoked_at=dice.choice([None, None, START]),
    )


def _deliveries(dice: random.Random, account_id: int, seed: int, count: int) -> list[Any]:
    webhooks = [
        Webhook(
            account_id=account_id,
            key=f"wh_{seed}_{number:03}",
            url="https://example.com/",
            events=[],
            format="centil",
            secret="",
            created_at=MOMENTS[0],
            updated_at=MOMENTS[0],
        )
        for number in range(2)
    ]
    deliveries = [
        Delivery(
            account_id=account_id,
            key=f"msg_{seed}_{number:03}",
            webhook_key=dice.choice(webhooks).key,
            sequence=number,
            type=dice.choice(["invite.sent", "team.created"]),
            subject=f"inv_{seed}_{dice.randrange(3):03}",
            status=dice.choice(["pending", "succeeded", "failed", "canceled"]),
            next_at=MOMENTS[0],
            created_at=dice.choice(MOMENTS),
        )
        for number in range(count)
    ]
    return [*webhooks, *deliveries]


def _export(dice: random.Random, account_id: int, key: str) -> Export:
    return Export(
        account_id=account_id,
        key=key,
        format="csv",
        delimiter="comma",
        language="en",
        people=False,
        labels=False,
        answers=False,
        conditions={},
        requested_by="system",
        status=dice.choice(["pending", "ready"]),
        created_at=dice.choice(MOMENTS),
        expires_at=NOW,
    )


def _job_profile(dice: random.Random, account_id: int, key: str) -> JobProfile:
    name, at = dice.choice(NAMES), dice.choice(MOMENTS)
    return JobProfile(
        account_id=account_id,
        key=key,
        name=name,
        sort_name=folded(name),
        type=dice.choice(["standard", "leadership"]),
        active=dice.random() < 0.7,
        targets={},
        target_count=0,
        created_at=at,
        updated_at=at,
        deleted_at=dice.choice([None, None, at]),
    )


def _saved_match(dice: random.Random, attempt: Attempt, job_profile: str) -> SavedMatch:
    return SavedMatch(
        account_id=attempt.account_id,
        key=f"{job_profile}-{attempt.attempt_id}",
        attempt_id=attempt.attempt_id,
        candidate_key=attempt.candidate_key,
        job_profile_key=job_profile,
        formula_version=1,
        profile_version=1,
        overall=50,
        numerator=50,
        denominator=1,
        saved_at=dice.choice(MOMENTS),
        saved_by="system",
    )


async def fill(world: World) -> None:
    """Rows in the world's account, and in another one that no list may show."""
    other, _key = await world.other_account()
    for actor, seed, people in ((world.actor, 1, 25), (other, 2, 8)):
        async with world.work(actor) as uow:
            uow.session.add_all(populate(actor.account_id, seed, people))
