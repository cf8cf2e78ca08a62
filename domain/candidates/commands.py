"""What can be done with candidates. Each verb runs inside the caller's unit of work."""

from typing import Any

from sqlalchemy import bindparam, select

from domain.candidates import events
from domain.candidates.errors import Anonymized, Merged
from domain.candidates.model import Candidate
from domain.kernel import inputs, names
from domain.kernel.actor import ActorKind
from domain.kernel.columns import columns_of, inserts, table_of
from domain.kernel.errors import NotFound
from domain.kernel.identifiers import new_key
from domain.kernel.inputs import folded
from domain.kernel.statements import ACCOUNT
from domain.kernel.work import UnitOfWork

DETAILS = ("given_name", "family_name", "gender", "birth_year", "language")
_PARTS = ("given_name", "family_name")
OLDEST_BIRTH_YEAR = 1900
_BY_EMAIL = select(Candidate.key).where(Candidate.account_id == ACCOUNT, Candidate.email == bindparam("email"))
_ADD = {
    name: insert.on_conflict_do_nothing(index_elements=["account_id", "email"]).returning(table_of(Candidate).c.key)
    for name, insert in inserts(Candidate).items()
}


async def find_or_add(uow: UnitOfWork, *, email: str, name: str = "", language: str | None = None) -> str:
    """Find the account's candidate with this email address, or add one; what is told last and is not empty stays."""
    if added := await _add(uow, email, name, language):
        return added
    key = (await uow.session.execute(_BY_EMAIL, {"account_id": uow.account_id, "email": email})).scalar_one_or_none()
    candidate = await uow.lock(Candidate, uow.account_id, key)
    if candidate is None or candidate.email != email:  # erased just now, so that there is room for a new one
        return await find_or_add(uow, email=email, name=name, language=language)
    told: dict[str, Any] = {"name": name} if name else {}
    if language:
        told["language"] = language
    if any(getattr(candidate, part) != value for part, value in told.items()):
        _tell(uow, candidate, told)
        uow.record(events.CANDIDATE_CHANGED, candidate.key, fields=sorted(told))
    return candidate.key


async def _add(uow: UnitOfWork, email: str, name: str, language: str | None) -> str | None:
    """Add a person unless they are known; the index decides, whoever adds the same at the same time."""
    row = Candidate(
        account_id=uow.account_id,
        key=new_key("cand"),
        email=email,
        search_email=folded(email),
        name=name,
        sort_name=folded(name),
        language=language,
        language_source=source(uow) if language else None,
        created_at=uow.now,
        updated_at=uow.now,
    )
    if (await uow.session.execute(_ADD[uow.dialect], columns_of(row))).scalar_one_or_none() is None:
        return None
    uow.inserted(row, uow.account_id, row.key)
    uow.record(events.CANDIDATE_ADDED, row.key)
    return row.key


async def update(uow: UnitOfWork, key: str, changes: dict[str, Any]) -> str:
    """Change what is known about a candidate: name, given and family name, gender, birth year, language.

    A detail given as null is taken away. Raises NotFound, Anonymized, Merged, BadInput.
    """
    candidate = await locked(uow, key)
    _tell(uow, candidate, {name: _checked(uow, name, value) for name, value in changes.items()})
    uow.record(events.CANDIDATE_CHANGED, key, fields=sorted(changes))
    return key


async def use_language(uow: UnitOfWork, key: str, language: str) -> None:
    """Note the language that a candidate chose."""
    candidate = await uow.lock(Candidate, uow.account_id, key)
    if candidate is not None and candidate.language != language:
        _tell(uow, candidate, {"language": language})
        uow.record(events.CANDIDATE_CHANGED, key, fields=["language"])


def _tell(uow: UnitOfWork, candidate: Candidate, told: dict[str, Any]) -> None:
    """Write what was told, by whom; name and its parts are kept in step, the newest first."""
    guess = dict(zip(_PARTS, names.split(candidate.name), strict=True))
    if told.get("name"):
        told = {"given_name": None, "family_name": None} | told  # a name as one text replaces older parts
    for name, value in told.items():
        setattr(candidate, name, value)
        if name in DETAILS:
            setattr(candidate, f"{name}_source", source(uow) if value is not None else None)
    if not told.get("name") and {"name", *_PARTS} & told.keys():
        kept = {part: getattr(candidate, part) or (None if {part, "name"} & told.keys() else guess[part]) for part in _PARTS}
        candidate.name = names.joined(**kept)
    candidate.sort_name = sort_name(candidate)
    candidate.updated_at = uow.now


async def protect(uow: UnitOfWork, key: str, *, protected: bool) -> str:
    """Keep a candidate from being erased, or allow it again.

    Raises NotFound, Anonymized, Merged.
    """
    candidate = await locked(uow, key)
    if candidate.protected != protected:
        candidate.protected = protected
        candidate.updated_at = uow.now
        uow.record(events.CANDIDATE_PROTECTED if protected else events.CANDIDATE_UNPROTECTED, key)
    return key


def source(uow: UnitOfWork) -> str:
    """Who tells us: the candidate or the account."""
    return "candidate" if uow.actor.kind is ActorKind.CANDIDATE else "account"


async def locked(uow: UnitOfWork, key: str) -> Candidate:
    """A candidate whom nobody else changes, erases or merges before this work ends.

    Raises NotFound, Anonymized, Merged.
    """
    candidate = await uow.lock(Candidate, uow.account_id, key)
    if candidate is None:
        raise NotFound("There is no such candidate.")
    if candidate.anonymized_at is not None:
        raise Anonymized
    if candidate.merged_into is not None:
        raise Merged(candidate.merged_into)
    return candidate


def _checked(uow: UnitOfWork, name: str, value: Any) -> Any:
    if name == "birth_year":
        latest = uow.now.year
        return inputs.given(
            value, lambda year: OLDEST_BIRTH_YEAR <= year <= latest, "birthYear", message=f"'birthYear' must be from 1900 to {latest}."
        )
    if name in ("name", "given_name", "family_name"):
        cleaned = inputs.line(value, inputs.spelled(name))
        return cleaned or "" if name == "name" else cleaned
    return value


def sort_name(candidate: Candidate) -> str:
    """What a candidate is sorted and searched by: the family name first where it is known, else the name as given."""
    if candidate.family_name:
        return folded(" ".join(filter(None, (candidate.family_name, candidate.given_name, candidate.name))))
    return folded(candidate.name)
