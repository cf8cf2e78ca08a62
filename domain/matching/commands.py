"""What can be done with job profiles and matches. Each verb runs inside the caller's unit of work."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete as remove
from sqlalchemy import func, select

from domain.access.model import Account
from domain.candidates.errors import Anonymized
from domain.candidates.model import Candidate
from domain.instruments import bank
from domain.kernel import inputs
from domain.kernel.columns import columns_of, inserts
from domain.kernel.errors import BadInput, NotFound
from domain.kernel.inputs import folded, spelled
from domain.kernel.statements import ACCOUNT
from domain.kernel.work import UnitOfWork
from domain.matching import events
from domain.matching.errors import NothingToMatch, TooManyJobProfiles
from domain.matching.explain import Match, Wanted
from domain.matching.model import JobProfile, SavedMatch
from domain.matching.targets import Given, checked, targets_of
from domain.results.model import Result

MOST_PROFILES = 500
"""Job profiles that an account may have, so that they can be read as a whole; deleted ones do not count."""
STANDARD = "standard"
LONGEST_TYPE = 100
_SAVE = {
    name: insert.on_conflict_do_update(
        index_elements=["account_id", "key"],
        set_={column.name: insert.excluded[column.name] for column in SavedMatch.__table__.c if column.name not in ("account_id", "key")},
    )
    for name, insert in inserts(SavedMatch).items()
}
_COUNT = select(func.count()).select_from(JobProfile).where(JobProfile.account_id == ACCOUNT, JobProfile.deleted_at.is_(None))


async def create(
    uow: UnitOfWork,
    *,
    name: str,
    name_en: str | None = None,
    type: str | None = None,
    description: str | None = None,
    active: bool = True,
    targets: Iterable[tuple[str, Given]] = (),
) -> str:
    """Make a job profile and return its key; `targets` are what it asks of scales.

    Raises BadInput, TooManyJobProfiles.
    """
    told = {"name": name, "name_en": name_en, "type": type, "description": description}
    row = JobProfile(
        account_id=uow.account_id,
        key="",
        **{field: _checked(field, value) for field, value in told.items()},
        active=active,
        targets=checked(targets),
        target_count=0,
        created_at=uow.now,
        updated_at=uow.now,
    )
    await _make_room(uow)
    row.key = f"jp_{await uow.next_number('job_profile')}"
    _derive(row)
    uow.add(row, uow.account_id, row.key)
    uow.record(events.JOB_PROFILE_CREATED, row.key, scales=row.target_count)
    return row.key


async def _make_room(uow: UnitOfWork) -> None:
    """Make sure that one more profile may be; the count is a statement after the lock, so it sees what others committed (Q-7)."""
    await uow.session.flush()
    await uow.one_at_a_time(Account, uow.account_id)
    if int((await uow.session.execute(_COUNT, {"account_id": uow.account_id})).scalar_one()) >= MOST_PROFILES:
        raise TooManyJobProfiles(MOST_PROFILES)


async def update(uow: UnitOfWork, key: str, changes: dict[str, Any]) -> str:
    """Change a job profile: what is left out stays, null takes away; given targets replace all of them (R-ESC-70).

    Raises NotFound, BadInput.
    """
    told = {field: _checked(field, value) for field, value in changes.items()}
    row = await _locked(uow, key)
    if told.get("targets", row.targets) != row.targets:
        row.version += 1
    for field, value in told.items():
        setattr(row, field, value)
    row.updated_at = uow.now
    _derive(row)
    uow.record(events.JOB_PROFILE_CHANGED, key, fields=sorted(changes), version=row.version)
    return key


async def delete(uow: UnitOfWork, key: str) -> str:
    """Delete a job profile for good in the eyes of everybody: it is only marked, what was saved for it goes (R-ESC-47).

    Raises NotFound.
    """
    row = await _locked(uow, key)
    row.deleted_at = row.updated_at = uow.now
    await uow.session.execute(remove(SavedMatch).where(SavedMatch.account_id == uow.account_id, SavedMatch.job_profile_key == key))
    uow.record(events.JOB_PROFILE_DELETED, key)
    return key


async def save_match(uow: UnitOfWork, *, attempt_id: int, job_profile: str) -> str:
    """Assign a result's candidate to a job profile with the match of this moment; saving it again renews it.

    Raises NotFound, Anonymized, NothingToMatch.
    """
    result = await _result(uow, attempt_id)
    candidate = await uow.lock(Candidate, uow.account_id, result.candidate_key)
    if candidate is not None and candidate.merged_into is not None:  # since the result was read
        candidate = await uow.lock(Candidate, uow.account_id, candidate.merged_into)
    if candidate is None or candidate.anonymized_at is not None:
        raise Anonymized
    profile = await _locked(uow, job_profile)
    scales = bank.instrument(result.instrument, result.instrument_version).scales
    match = Match(Wanted(targets_of(profile.targets)), scales, result.c_tenths)
    if match.exact is None or match.overall is None:
        raise NothingToMatch
    saved = SavedMatch(
        account_id=uow.account_id,
        key=_saved_key(job_profile, attempt_id),
        attempt_id=attempt_id,
        candidate_key=candidate.key,
        job_profile_key=job_profile,
        formula_version=match.formula_version,
        profile_version=profile.version,
        overall=match.overall,
        numerator=match.exact.numerator,
        denominator=match.exact.denominator,
        saved_at=uow.now,
        saved_by=uow.actor.name,
    )
    await uow.session.execute(_SAVE[uow.dialect], columns_of(saved))
    uow.record(events.MATCH_SAVED, saved.key, job_profile=job_profile, attempt=attempt_id)
    return saved.key


async def forget_match(uow: UnitOfWork, *, attempt_id: int, job_profile: str) -> str:
    """Take a saved match away and return the key it had.

    Raises NotFound.
    """
    key = _saved_key(job_profile, attempt_id)
    gone = remove(SavedMatch).where(SavedMatch.account_id == uow.account_id, SavedMatch.key == key).returning(SavedMatch.key)
    if (await uow.session.execute(gone)).scalar_one_or_none() is None:
        raise NotFound("This match was not saved.")
    uow.record(events.MATCH_FORGOTTEN, key, job_profile=job_profile, attempt=attempt_id)
    return key


def _saved_key(job_profile: str, attempt_id: int) -> str:
    return f"{job_profile}-{attempt_id}"


async def _result(uow: UnitOfWork, attempt_id: int) -> Result:
    found = await uow.session.get(Result, (uow.account_id, attempt_id))
    if found is None:
        raise NotFound("There is no such result.")
    return found


async def _locked(uow: UnitOfWork, key: str) -> JobProfile:
    row = await uow.lock(JobProfile, uow.account_id, key)
    if row is None or row.deleted_at is not None:
        raise NotFound("There is no such job profile.")
    return row


def _derive(row: JobProfile) -> None:
    row.sort_name = folded(f"{row.name}\n{row.name_en or ''}")
    row.target_count = len(row.targets)


def _checked(field: str, value: Any) -> Any:
    """A field as it is kept."""
    match field:
        case "name":
            return inputs.line(value, "name", required=True)
        case "name_en":
            return inputs.line(value, "nameEn")
        case "type":
            return inputs.line(value, "type", longest=LONGEST_TYPE) or STANDARD
        case "description":
            return inputs.paragraph(value, "description")
    if value is None:
        raise BadInput.field(spelled(field), message=f"'{spelled(field)}' must not be null.")
    return checked(value) if field == "targets" else value
