"""The profile questionnaire as something that can be taken as part of something greater; its score is a match."""

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any

from domain.instruments import bank
from domain.instruments.port import Asked, Offered, Scored, Standing, offer
from domain.invites import commands, links
from domain.invites import queries as invites
from domain.invites.status import OPEN, Origin
from domain.kernel.environment import Environment
from domain.kernel.statements import Read, Row
from domain.kernel.work import UnitOfWork
from domain.matching import queries
from domain.matching.explain import Match, Wanted
from domain.matching.targets import targets_of
from domain.results import queries as results
from domain.results.scoring import half_up

KIND = "PROFILE"
OPERATIVE = "operative"


class ProfileQuestionnaires:
    """What invites ask people to take; each asks for one attempt."""

    async def offered(self, read: Read, account_id: int, keys: Collection[str]) -> dict[str, Offered]:
        known = [taken for key in keys if (taken := bank.current(key)) is not None]
        return {taken.key: Offered(taken.key, KIND, taken.name, taken.duration_minutes, matches_job_profiles=True) for taken in known}

    async def ask(self, uow: UnitOfWork, instrument: str, asked: Asked) -> str:
        """Write an invite: no credit is needed before it is completed, and it is none of the ten (R-ESC-69)."""
        to: Any = {"email": asked.email, "name": asked.name, "instrument": instrument, "language": asked.language}
        return await commands.issue_to(uow, Origin.FLOW, asked.candidate_key, **to)

    async def withdraw(self, uow: UnitOfWork, taking: str) -> None:
        await commands.withdraw(uow, taking)

    def link(self, environment: Environment, account_id: int, taking: str) -> str:
        return links.invite_link(environment, account_id, taking)

    async def standing(self, read: Read, account_id: int, takings: Collection[str]) -> dict[str, Standing]:
        """An invite whose time is over stands as such from the event on that says so, so that nobody is surprised by the minute."""
        found = await invites.by_keys(read, account_id, takings)
        return {key: _standing(invite) for key, invite in found.items()}

    async def scores(self, read: Read, account_id: int, wanted: Sequence[Scored]) -> dict[str, float]:
        """The match to the job profile each names, else the mean of the operative C-values times ten."""
        attempts = await invites.attempts_by_invite(read, account_id, [one.taking for one in wanted])
        found = await results.by_attempt(read, account_id, [attempt.attempt_id for attempt in attempts.values()]) if attempts else {}
        profiles = {one.job_profile for one in wanted if one.job_profile is not None}
        asked = await queries.targets_by_keys(read, account_id, sorted(profiles)) if profiles and found else {}
        measured = {key: found[attempt.attempt_id] for key, attempt in attempts.items() if attempt.attempt_id in found}
        return {one.taking: score(measured[one.taking], asked.get(one.job_profile or "")) for one in wanted if one.taking in measured}


def _standing(invite: Row) -> Standing:
    over = invite.stored_status not in (*OPEN, "completed") or (invite.settled and invite.stored_status in OPEN)
    return Standing(invite.started_at, invite.completed_at, over, invite.expires_at)


def score(result: Row, targets: Mapping[str, Any] | None) -> float:
    """How well a result does, 0 to 100: its match, as it is shown, to what a job profile asks for.

    Without one, or when it asks for nothing that was measured, it is the mean of the operative C-values times ten,
    rounded half up to one decimal; 0 when none of them was measured.
    """
    scales = bank.instrument(result.instrument, result.instrument_version).scales
    if targets:
        overall = Match(Wanted(targets_of(targets)), scales, result.c_tenths).overall
        if overall is not None:
            return float(overall)
    tenths = [value for scale, value in zip(scales, result.c_tenths, strict=True) if scale.kind == OPERATIVE and value is not None]
    return half_up(Fraction(sum(tenths) * 10, len(tenths))) / 10 if tenths else 0.0


offer(ProfileQuestionnaires())
