"""Recording results and making norm groups. Each verb runs inside the caller's unit of work."""

from collections.abc import Sequence

from sqlalchemy import func, select

from domain.access.model import Account
from domain.instruments.bank import Instrument
from domain.kernel import inputs
from domain.kernel.statements import ACCOUNT
from domain.kernel.work import UnitOfWork
from domain.results import events, norms, scoring
from domain.results.errors import TooFewAttempts, TooManyNormGroups, UnknownNormGroup
from domain.results.model import NormGroup, Result

_GROUPS = select(func.count()).where(NormGroup.account_id == ACCOUNT)


async def record(
    uow: UnitOfWork,
    *,
    attempt_id: int,
    candidate_key: str,
    instrument: Instrument,
    answers: Sequence[int | None],
    norm_group: int | None,
) -> Result:
    """Score an attempt and keep the result, with the versions of instrument and norm group it was made by."""
    group = await norm_group_of(uow, norm_group)
    scored = scoring.score(instrument, answers, group.norms)
    result = Result(
        account_id=uow.account_id,
        attempt_id=attempt_id,
        candidate_key=candidate_key,
        instrument=instrument.key,
        instrument_version=instrument.version,
        norm_group=group.key,
        norm_version=group.version,
        raw_tenths=scored.raw_tenths,
        c_tenths=scored.c_tenths,
        wir_tenths=scored.wir_ich.wir_tenths if scored.wir_ich else None,
        tendency=scored.wir_ich.tendency if scored.wir_ich else None,
        completed_at=uow.now,
    )
    uow.session.add(result)
    uow.record(events.RESULT_RECORDED, str(attempt_id), norm_group=group.key)
    return result


async def norm_group_of(uow: UnitOfWork, key: int | None) -> norms.NormGroup:
    """The norm group with a number, or the designed one.

    Raises UnknownNormGroup.
    """
    if key is None or key == norms.DESIGNED:
        return norms.designed()
    found = select(NormGroup).where(NormGroup.account_id == uow.account_id, NormGroup.key == key)
    row = (await uow.session.execute(found)).scalar_one_or_none()
    if row is None:
        raise UnknownNormGroup
    return norms.stored(row)


async def add_norm_group(uow: UnitOfWork, *, name: str, instrument: Instrument, answers: Sequence[Sequence[int | None]]) -> int:
    """Make an empirical norm group from the answers of completed attempts and return its number.

    Only attempts with every item answered count. Raises TooFewAttempts below 200, TooManyNormGroups from the 101st on.
    """
    await uow.one_at_a_time(Account, uow.account_id)
    if int((await uow.session.execute(_GROUPS, {"account_id": uow.account_id})).scalar_one()) >= norms.MOST_GROUPS:
        raise TooManyNormGroups(norms.MOST_GROUPS)
    complete = [row for row in answers if None not in row]
    if len(complete) < norms.FEWEST_ATTEMPTS:
        raise TooFewAttempts(found=len(complete), needed=norms.FEWEST_ATTEMPTS)
    key = await uow.next_number("norm_group")
    uow.session.add(
        NormGroup(
            account_id=uow.account_id,
            key=key,
            version=1,
            name=inputs.line(name, "name", required=True) or "",
            empirical=True,
            instrument=instrument.key,
            instrument_version=instrument.version,
            n=len(complete),
            scales=norms.compute(instrument, complete),  # type: ignore[arg-type]
            created_at=uow.now,
        )
    )
    uow.record(events.NORM_GROUP_COMPUTED, str(key), n=len(complete))
    return key
