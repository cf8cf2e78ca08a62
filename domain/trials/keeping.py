"""How long trial requests are kept, and how they go: rows at once, then their mails and what the database's files still have."""

from collections.abc import Collection

from sqlalchemy import and_, delete, func, or_, select

from domain.kernel.actor import INSTALLATION, Actor
from domain.kernel.jobs import job
from domain.kernel.ports import Ports
from domain.kernel.work import UnitOfWork
from domain.trials import events
from domain.trials.model import TrialRequest
from domain.trials.status import DECIDED_KEPT, UNDECIDED_KEPT, TrialStatus

AT_ONCE = 200
_OURS = TrialRequest.account_id == INSTALLATION


async def forget(uow: UnitOfWork, keys: Collection[str]) -> int:
    """Delete requests with all that they say of whoever asked, their mails as well; return how many there were.

    The account that one has led to stays.
    """
    await uow.enter(INSTALLATION)
    gone = delete(TrialRequest).where(_OURS, TrialRequest.key.in_(list(keys))).returning(TrialRequest.key)
    found = sorted((await uow.session.execute(gone)).scalars())
    for key in found:
        uow.record(events.TRIAL_FORGOTTEN, key)
    if found:
        await uow.enqueue(clean, *found)
    return len(found)


async def over(uow: UnitOfWork) -> list[str]:
    """The references of requests that were kept long enough; one whose link still works is not among them."""
    decided = and_(TrialRequest.status != TrialStatus.REQUESTED.value, TrialRequest.decided_at <= uow.now - DECIDED_KEPT)
    undecided = and_(TrialRequest.status == TrialStatus.REQUESTED.value, TrialRequest.requested_at <= uow.now - UNDECIDED_KEPT)
    works = and_(TrialRequest.opened_at.is_(None), TrialRequest.link_expires_at > uow.now)
    found = select(TrialRequest.key).where(_OURS, or_(decided, undecided), ~func.coalesce(works, False)).limit(AT_ONCE)
    return list((await uow.session.execute(found)).scalars())


@job("trials.clean")
async def clean(ports: Ports, _account_id: int, *keys: str) -> None:
    """Delete the mails about requests that are gone, and what is left of their rows in the files of the database (Q-11)."""
    await ports.mailer.forget(keys)
    await ports.database.purge([TrialRequest.__tablename__])


@job("trials.forget", every="0 20 3 * * *")
async def forget_old(ports: Ports) -> int:
    """Forget requests that were kept long enough; return how many."""
    forgotten = 0
    while True:
        async with ports.database.work(Actor.system(INSTALLATION)) as uow:
            keys = await over(uow)
            forgotten += await forget(uow, keys)
        if len(keys) < AT_ONCE:
            return forgotten
