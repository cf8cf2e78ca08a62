"""The phone numbers that an account does not call (R-QST-11)."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, exists, or_, select, update

from domain.access import commands as access
from domain.kernel import inputs
from domain.kernel.columns import columns_of, inserts, table_of
from domain.kernel.errors import BadInput, NotFound
from domain.kernel.work import UnitOfWork
from domain.questionnaires import events, phones
from domain.questionnaires.model import BlockedNumber, Participant

LONGEST_REASON = 500
_BLOCKED = table_of(BlockedNumber).c
_BLOCK = {
    name: insert.on_conflict_do_nothing(index_elements=["account_id", "number"]).returning(_BLOCKED.number)
    for name, insert in inserts(BlockedNumber).items()
}


async def block(uow: UnitOfWork, *, number: str, reason: str | None = None) -> str:
    """Note that a number is not to be called and return it as E.164; whoever has it is not allowed from now on.

    Raises BadInput.
    """
    wanted = await _read(uow, number)
    await take_turns(uow, [wanted])
    checked = inputs.paragraph(reason, "reason", longest=LONGEST_REASON)
    row = BlockedNumber(account_id=uow.account_id, number=wanted, reason=checked, created_at=uow.now)
    if (await uow.session.execute(_BLOCK[uow.dialect], columns_of(row))).scalar_one_or_none() is not None:
        await _hold(uow, wanted)
        change = _reached(uow, wanted).where(Participant.allowed).values(allowed=False, updated_at=uow.now)
        uow.record(events.BLOCKED_NUMBER_ADDED, f"cus_{uow.account_id}", participants=await uow.change(change))
    return wanted


async def unblock(uow: UnitOfWork, *, number: str) -> str:
    """Allow a number to be called again and return it; whoever has another blocked number still is not allowed.

    Raises NotFound when it is not blocked, BadInput.
    """
    wanted = await _read(uow, number)
    await take_turns(uow, [wanted])
    gone = delete(table_of(BlockedNumber)).where(_BLOCKED.account_id == uow.account_id, _BLOCKED.number == wanted)
    if not (await uow.session.execute(gone)).rowcount:  # type: ignore[attr-defined]
        raise NotFound("This number is not blocked.")
    await _hold(uow, wanted)
    change = _reached(uow, wanted).where(~Participant.allowed, ~still_blocked(uow.account_id)).values(allowed=True, updated_at=uow.now)
    uow.record(events.BLOCKED_NUMBER_REMOVED, f"cus_{uow.account_id}", participants=await uow.change(change))
    return wanted


async def _hold(uow: UnitOfWork, number: str) -> None:
    """Wait for whoever changes participants with a number, for another number of theirs may be what they change."""
    held = select(Participant.key).where(Participant.account_id == uow.account_id, _has(number))
    await uow.session.execute(held.order_by(Participant.key).with_for_update(key_share=True))


def _reached(uow: UnitOfWork, number: str) -> Any:
    return update(Participant).where(Participant.account_id == uow.account_id, _has(number))


def _has(number: str) -> Any:
    return or_(Participant.phone_number1_e164 == number, Participant.phone_number2_e164 == number)


def still_blocked(account_id: int) -> Any:
    """Whether one of a participant's numbers is blocked."""
    numbers = or_(_BLOCKED.number == Participant.phone_number1_e164, _BLOCKED.number == Participant.phone_number2_e164)
    return exists().where(_BLOCKED.account_id == account_id, numbers)


async def any_blocked(uow: UnitOfWork, numbers: Collection[str]) -> bool:
    """Whether the account does not call one of these numbers (E.164)."""
    if not numbers:
        return False
    found = select(_BLOCKED.number).where(_BLOCKED.account_id == uow.account_id, _BLOCKED.number.in_(sorted(numbers)))
    return (await uow.session.execute(found.limit(1))).first() is not None


async def take_turns(uow: UnitOfWork, numbers: Collection[str]) -> None:
    """Let nobody block one of these numbers while somebody gets it, or neither would see the other."""
    for number in sorted(set(numbers)):
        await uow.in_turn(f"phone:{uow.account_id}:{number}")


async def _read(uow: UnitOfWork, given: str) -> str:
    number = phones.e164(given, (await access.own_account(uow)).country)
    if number is None:
        raise BadInput.field("number", message="'number' cannot be read as a phone number; write it like +49 30 123456.")
    return number
