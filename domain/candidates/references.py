"""What other systems call a candidate: each number or text leads to one person of the account."""

from collections.abc import Collection

import orjson
from sqlalchemy import bindparam, delete, select

from domain.candidates import events
from domain.candidates.commands import locked
from domain.candidates.errors import ReferenceTaken, TooManyReferences
from domain.candidates.model import ExternalReference
from domain.kernel import inputs
from domain.kernel.columns import columns_of, inserts, table_of
from domain.kernel.errors import BadInput, NotFound
from domain.kernel.statements import ACCOUNT, Read, Row, any_of, group, statement
from domain.kernel.work import UnitOfWork

JOB_CANDIDATE = "JOB_CANDIDATE"
"""The system of the flows API: its numbers of applications."""
MOST = 100
"""References of one candidate; what makes them a list without pages."""
LARGEST = 2**63 - 1
Reference = int | str
COLUMNS = (ExternalReference.candidate_key, ExternalReference.system, ExternalReference.reference, ExternalReference.created_at)
_TABLE = table_of(ExternalReference)
_WANTED = (_TABLE.c.system == bindparam("system"), _TABLE.c.reference == bindparam("reference"))
_WHOSE = select(_TABLE.c.candidate_key).where(_TABLE.c.account_id == ACCOUNT, *_WANTED)
_WHOSE_READ = statement(select(*COLUMNS).where(ExternalReference.account_id == ACCOUNT, *_WANTED), "ExternalReference")
_OF_CANDIDATES = statement(
    select(*COLUMNS)
    .where(ExternalReference.account_id == ACCOUNT, any_of(ExternalReference.candidate_key))
    .order_by(ExternalReference.created_at, ExternalReference.system, ExternalReference.reference),
    "ExternalReference",
)
_HELD = select(_TABLE.c.system, _TABLE.c.reference).where(_TABLE.c.account_id == ACCOUNT, _TABLE.c.candidate_key == bindparam("candidate"))
_ADD = {
    name: insert.on_conflict_do_nothing(index_elements=["account_id", "system", "reference"]).returning(_TABLE.c.candidate_key)
    for name, insert in inserts(ExternalReference).items()
}


def written(reference: Reference, *path: str) -> str:
    """How a reference is kept: as JSON, so that the number 5 and the text "5" are two.

    Raises BadInput.
    """
    where = path or ("reference",)
    if isinstance(reference, int) and not isinstance(reference, bool):
        checked: Reference | None = inputs.given(
            reference, lambda number: abs(number) <= LARGEST, *where, message=f"'{where[-1]}' must have at most 64 bits."
        )
    elif isinstance(reference, str):
        checked = inputs.line(reference, *where, required=True)
    else:
        raise BadInput.field(*where, message=f"'{where[-1]}' must be a whole number or a text.")
    return orjson.dumps(checked).decode()


def read(reference: str) -> Reference:
    """The number or text as it was given."""
    found: Reference = orjson.loads(reference)
    return found


async def candidate_by(uow: UnitOfWork, system: str, reference: Reference) -> str | None:
    """The key of the candidate whom a system calls so; None when it names nobody."""
    parameters = {"account_id": uow.account_id, "system": system, "reference": written(reference)}
    await uow.flush()
    found: str | None = (await uow.session.execute(_WHOSE, parameters)).scalar_one_or_none()
    return found


async def add(uow: UnitOfWork, candidate_key: str, system: str, reference: Reference) -> str:
    """Note what a system calls a candidate, once; return the candidate's key.

    Raises NotFound, Anonymized, Merged, ReferenceTaken, TooManyReferences, BadInput.
    """
    row = ExternalReference(
        account_id=uow.account_id,
        system=_system(system),
        reference=written(reference),
        candidate_key=candidate_key,
        created_at=uow.now,
    )
    await locked(uow, candidate_key)
    await _room(uow, row)
    if (await uow.session.execute(_ADD[uow.dialect], columns_of(row))).scalar_one_or_none() is not None:
        uow.record(events.CANDIDATE_CHANGED, candidate_key, fields=["references"])
    elif await candidate_by(uow, row.system, read(row.reference)) != candidate_key:
        raise ReferenceTaken
    return candidate_key


async def remove(uow: UnitOfWork, candidate_key: str, system: str, reference: Reference) -> str:
    """Forget what a system calls a candidate; return the candidate's key.

    Raises NotFound, also when it is not called so; Anonymized, Merged, BadInput.
    """
    kept = written(reference)
    await locked(uow, candidate_key)
    mine = (_TABLE.c.account_id == uow.account_id, _TABLE.c.candidate_key == candidate_key)
    gone = await uow.session.execute(delete(_TABLE).where(*mine, _TABLE.c.system == _system(system), _TABLE.c.reference == kept))
    if not gone.rowcount:  # type: ignore[attr-defined]
        raise NotFound("This candidate has no such external reference.")
    uow.record(events.CANDIDATE_CHANGED, candidate_key, fields=["references"])
    return candidate_key


async def by_candidates(read: Read, account_id: int, keys: Collection[str]) -> dict[str, list[Row]]:
    """What other systems call each candidate, the oldest first; at most a hundred."""
    return group(await read(_OF_CANDIDATES, account_id=account_id, keys=keys), "candidate_key")


async def key_by(read: Read, account_id: int, system: str, reference: Reference) -> str | None:
    """The same as `candidate_by`, for reads."""
    found = await read(_WHOSE_READ, account_id=account_id, system=system, reference=written(reference))
    return found[0].candidate_key if found else None


def _system(name: str) -> str:
    checked = inputs.line(name, "system", longest=64, required=True)
    assert checked is not None  # it is required
    return checked


async def _room(uow: UnitOfWork, row: ExternalReference) -> None:
    """Counted under the lock of the candidate."""
    held = (await uow.session.execute(_HELD, {"account_id": uow.account_id, "candidate": row.candidate_key})).all()
    if len(held) >= MOST and (row.system, row.reference) not in held:
        raise TooManyReferences
