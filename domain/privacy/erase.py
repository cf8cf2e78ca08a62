"""Erasing what is held about a candidate, table by table, as the registry says; doing it again changes nothing more."""

from sqlalchemy import or_, select, union_all

from domain.candidates.model import Candidate
from domain.kernel.personal import SUBJECT
from domain.kernel.statements import ACCOUNT
from domain.kernel.work import UnitOfWork
from domain.privacy.registry import WHOM, subjects

_PERSON = (
    select(Candidate.key)
    .where(Candidate.account_id == ACCOUNT, or_(Candidate.key == WHOM, Candidate.merged_into == WHOM))
    .order_by(Candidate.merged_into.is_(None), Candidate.key)
    .with_for_update(key_share=True)
)
"""Who was merged into somebody before they themselves: whoever follows an address to them locks in that order, too."""


async def apply(uow: UnitOfWork, candidate_key: str) -> dict[str, int]:
    """Erase the rows about a candidate, or what the registry names in them; return how many rows of which tables."""
    await uow.flush()
    parameters = {"owner": uow.account_id, WHOM.key: candidate_key}
    counts = {}
    for subject in subjects():
        if subject.name == SUBJECT:
            await uow.session.execute(_PERSON, {"account_id": uow.account_id, WHOM.key: candidate_key})
        if subject.erasing is not None:
            done = await uow.session.execute(subject.erasing, parameters)
            counts[subject.name] = int(done.rowcount)  # type: ignore[attr-defined]
    return {name: count for name, count in sorted(counts.items()) if count}


async def mailed(uow: UnitOfWork, candidate_key: str) -> list[str]:
    """The keys that mails to a candidate are named by; what leads to some of them is gone after the erasure."""
    await uow.flush()
    naming = [select(subject.table.c.key).where(*subject.whose()) for subject in subjects() if subject.held.names_mails]
    found = await uow.session.execute(union_all(*naming), {"account_id": uow.account_id, WHOM.key: candidate_key})
    return sorted(found.scalars())
