"""What can be done with reports of teams. Each verb runs inside the caller's unit of work."""

from sqlalchemy import func, select

from domain.candidates.model import Candidate
from domain.kernel.identifiers import new_key
from domain.kernel.language import Language
from domain.kernel.statements import ACCOUNT
from domain.kernel.work import UnitOfWork
from domain.reports import events, team_documents
from domain.reports.errors import TooFewPeople
from domain.reports.focus import TeamFocus
from domain.reports.model import TeamReport
from domain.reports.team import FEWEST
from domain.teams import commands as teams
from domain.teams.model import TeamMember

_PEOPLE = (
    select(func.count(TeamMember.candidate_key.distinct()))
    .join(Candidate, (Candidate.account_id == TeamMember.account_id) & (Candidate.key == TeamMember.candidate_key))
    .where(TeamMember.account_id == ACCOUNT, Candidate.account_id == ACCOUNT, Candidate.anonymized_at.is_(None))
)


async def create_of_team(uow: UnitOfWork, team_id: int, *, focus: TeamFocus, language: Language) -> str:
    """Have the report of a team made, or made again, and return its key.

    Raises NotFound, TooFewPeople.
    """
    await teams.locked(uow, team_id)
    people = await uow.session.execute(_PEOPLE.where(TeamMember.team_id == team_id), {"account_id": uow.account_id})
    if (found := int(people.scalar_one())) < FEWEST[focus]:
        raise TooFewPeople(found=found, needed=FEWEST[focus])
    report = await _report(uow, team_id, focus, language)
    report.status, report.asked_at, report.finished_at = "pending", uow.now, None
    uow.record(events.TEAM_REPORT_ASKED_FOR, report.key, team=team_id)
    await uow.enqueue(team_documents.make, report.key)
    return report.key


async def _report(uow: UnitOfWork, team_id: int, focus: TeamFocus, language: Language) -> TeamReport:
    """The one report of this kind; the team is locked, so nobody else adds it."""
    mine = (TeamReport.account_id == uow.account_id, TeamReport.team_id == team_id)
    found = select(TeamReport).where(*mine, TeamReport.focus == focus, TeamReport.language == language)
    report = (await uow.session.execute(found)).scalar_one_or_none()
    if report is None:
        key = new_key("trep")
        report = TeamReport(
            account_id=uow.account_id, key=key, team_id=team_id, focus=focus.value, language=language.value, asked_at=uow.now
        )
        uow.session.add(report)
    return report
