"""Merging two candidates, and taking it back. Each verb runs inside the caller's unit of work."""

from datetime import timedelta

from sqlalchemy import func, select, update

from domain.access.model import Account
from domain.candidates import events, references
from domain.candidates.commands import locked
from domain.candidates.errors import Anonymized, Merged, TooManyReferences
from domain.candidates.model import Candidate, ExternalReference
from domain.kernel import inputs
from domain.kernel.errors import NotFound
from domain.kernel.identifiers import new_key
from domain.kernel.work import UnitOfWork
from domain.merging import jobs, moving
from domain.merging.errors import AlreadyUndone, MergedFurther, ProtectedApart, SamePerson
from domain.merging.model import CandidateMerge
from domain.teams.errors import InTooManyTeams
from domain.teams.joining import MOST_TEAMS
from domain.teams.model import TeamMember

LONGEST_REASON = 500
LATER = timedelta(minutes=1)
"""After what time nobody writes a file any more who began before a merge."""


async def merge(uow: UnitOfWork, *, keep: str, absorb: str, reason: str) -> str:
    """Let one candidate have everything that another has, who is the same person; return the merge's key.

    The other one is hidden from then on; their address finds the one that is kept. What is known about the one that
    is kept stays as it is. Raises NotFound, SamePerson, Anonymized, Merged, ProtectedApart, InTooManyTeams,
    TooManyReferences, BadInput.
    """
    why = inputs.line(reason, "reason", longest=LONGEST_REASON, required=True)
    if keep == absorb:
        raise SamePerson
    await uow.one_at_a_time(Account, uow.account_id)  # as an erasure does, and whoever sends an invite
    await _check(uow, keep, absorb)
    moved = await moving.move(uow, absorb, keep)
    await _hide(uow, keep, absorb)
    moved = moving.together(moved, await moving.move(uow, absorb, keep))  # what came until the candidates were locked
    await _bounded(uow, keep)
    row = CandidateMerge(
        account_id=uow.account_id,
        key=new_key("mrg"),
        kept_key=keep,
        absorbed_key=absorb,
        reason=why,
        moved=moved,
        merged_at=uow.now,
        merged_by=uow.actor.name,
    )
    uow.add(row, uow.account_id, row.key)
    uow.record(events.CANDIDATE_MERGED, keep, absorbed=absorb, merge=row.key)
    await _tidy(uow, row.key)
    return row.key


async def unmerge(uow: UnitOfWork, key: str) -> str:
    """Give back what moved in a merge and still belongs to the one that was kept, with what has become of it since: the attempt and
    the result of an invite, the further steps of a flow. What came since beside that stays with them.

    Raises NotFound, AlreadyUndone, Anonymized, MergedFurther.
    """
    await uow.one_at_a_time(Account, uow.account_id)
    row = await uow.lock(CandidateMerge, uow.account_id, key)
    if row is None:
        raise NotFound("There is no such merge.")
    if row.undone_at is not None:
        raise AlreadyUndone
    kept, absorbed, moved = row.kept_key, row.absorbed_key, row.moved
    row.undone_at, row.undone_by = uow.now, uow.actor.name
    await _still_merged(uow, kept)
    await moving.move_back(uow, moved, kept, absorbed)
    shown = update(Candidate).where(
        Candidate.account_id == uow.account_id,
        Candidate.key == absorbed,
        Candidate.merged_into == kept,
        Candidate.anonymized_at.is_(None),
    )
    if not await uow.change(shown.values(merged_into=None)):
        raise Anonymized
    await _separate(uow, kept)
    uow.record(events.CANDIDATE_UNMERGED, kept, absorbed=absorbed, merge=key)
    await _tidy(uow, key)
    return key


async def separate(uow: UnitOfWork, candidate_key: str) -> None:
    """Undo the merges that a candidate is hidden by, the last first: what an erasure from another time needs."""
    into = select(Candidate.merged_into).where(Candidate.account_id == uow.account_id, Candidate.key == candidate_key)
    mine = CandidateMerge.account_id == uow.account_id, CandidateMerge.absorbed_key == candidate_key, CandidateMerge.undone_at.is_(None)
    while (await uow.session.execute(into)).scalar_one_or_none() is not None:
        key, kept = (await uow.session.execute(select(CandidateMerge.key, CandidateMerge.kept_key).where(*mine))).one()
        await separate(uow, kept)
        await unmerge(uow, key)


async def _check(uow: UnitOfWork, keep: str, absorb: str) -> None:
    """Make sure that two candidates can be merged; they are locked later, as the rows farthest from them come first."""
    columns = (Candidate.key, Candidate.anonymized_at, Candidate.merged_into, Candidate.protected)
    found = select(*columns).where(Candidate.account_id == uow.account_id, Candidate.key.in_([keep, absorb]))
    rows = (await uow.session.execute(found)).all()
    if len(rows) < 2:
        raise NotFound("There is no such candidate.")
    for row in rows:
        if row.anonymized_at is not None:
            raise Anonymized
        if row.merged_into is not None:
            raise Merged(row.merged_into)
    if rows[0].protected != rows[1].protected:
        raise ProtectedApart


async def _hide(uow: UnitOfWork, keep: str, absorb: str) -> None:
    """Lock both, the absorbed one first, look once more, and hide the absorbed one."""
    first, second = await locked(uow, absorb), await locked(uow, keep)
    if first.protected != second.protected:
        raise ProtectedApart
    first.merged_into = keep
    await uow.flush()


async def _still_merged(uow: UnitOfWork, kept: str) -> None:
    found = select(Candidate.anonymized_at, Candidate.merged_into).where(Candidate.account_id == uow.account_id, Candidate.key == kept)
    row = (await uow.session.execute(found)).one()
    if row.anonymized_at is not None:
        raise Anonymized
    if row.merged_into is not None:
        raise MergedFurther


async def _separate(uow: UnitOfWork, kept: str) -> None:
    """Look once more at the one that is kept, whom nobody erases or merges from here on."""
    try:
        await locked(uow, kept)
    except Merged:
        raise MergedFurther from None


async def _bounded(uow: UnitOfWork, keep: str) -> None:
    """Keep lists without pages short: teams and external references of one person."""
    teams = select(func.count(TeamMember.team_id.distinct())).where(
        TeamMember.account_id == uow.account_id, TeamMember.candidate_key == keep
    )
    if (await uow.session.execute(teams)).scalar_one() > MOST_TEAMS:
        raise InTooManyTeams(MOST_TEAMS, keep)
    named = select(func.count()).where(ExternalReference.account_id == uow.account_id, ExternalReference.candidate_key == keep)
    if (await uow.session.execute(named)).scalar_one() > references.MOST:
        raise TooManyReferences


async def _tidy(uow: UnitOfWork, key: str) -> None:
    """Have files of both made anew: at once, and again when nobody writes any who read before."""
    await uow.enqueue(jobs.tidy, key)
    await uow.enqueue(jobs.tidy, key, after=LATER)
