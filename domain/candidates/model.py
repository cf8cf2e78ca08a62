"""Candidates as they are stored."""

from datetime import datetime

from sqlalchemy import Boolean, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.columns import Entity, account_column, of_account, within_account
from domain.kernel.inputs import folded
from domain.kernel.language import Text
from domain.kernel.personal import NAME_PLACEHOLDER, Content, Erasure, about_candidates, nothing, personal

_NAME = personal(Content.NAME, Erasure.CLEAR)
_ABOUT = personal(Content.DEMOGRAPHIC, Erasure.CLEAR)
_IS_MERGED = text("merged_into is not null")
"""Few are; else SQLite would look for all others by that index."""
_SOURCE = nothing("who told us: account or candidate", Erasure.CLEAR)


class Candidate(Entity):
    """A person as the account knows them; every detail optional and with its source, the newest that is not empty."""

    __tablename__ = "candidate"
    __table_args__ = (
        of_account(),
        Index("uq_candidate_email", "account_id", "email", unique=True),
        Index("ix_candidate_created", "account_id", "created_at", "key"),
        Index("ix_candidate_name", "account_id", "sort_name", "key"),
        Index("ix_candidate_merged_into", "account_id", "merged_into", sqlite_where=_IS_MERGED, postgresql_where=_IS_MERGED),
        about_candidates(
            "key",
            "merged_into",
            title=Text("Candidates", "Kandidaten"),
            purpose=Text("Knowing whom invites and results are about", "Wissen, um wen es bei Einladungen und Ergebnissen geht"),
        ),
    )

    account_id: Mapped[int] = account_column()
    key: Mapped[str] = mapped_column(primary_key=True, info=nothing("random"))
    email: Mapped[str | None] = mapped_column(info=personal(Content.EMAIL, Erasure.CLEAR))
    name: Mapped[str] = mapped_column(default="", info=personal(Content.NAME, Erasure.REPLACE, placeholder=NAME_PLACEHOLDER))
    given_name: Mapped[str | None] = mapped_column(default=None, info=_NAME)
    given_name_source: Mapped[str | None] = mapped_column(default=None, info=_SOURCE)
    family_name: Mapped[str | None] = mapped_column(default=None, info=_NAME)
    family_name_source: Mapped[str | None] = mapped_column(default=None, info=_SOURCE)
    gender: Mapped[str | None] = mapped_column(default=None, info=_ABOUT)
    gender_source: Mapped[str | None] = mapped_column(default=None, info=_SOURCE)
    birth_year: Mapped[int | None] = mapped_column(SmallInteger, default=None, info=_ABOUT)
    birth_year_source: Mapped[str | None] = mapped_column(default=None, info=_SOURCE)
    language: Mapped[str | None] = mapped_column(default=None, info=_ABOUT)
    language_source: Mapped[str | None] = mapped_column(default=None, info=_SOURCE)
    sort_name: Mapped[str] = mapped_column(
        default="", info=personal(Content.NAME, Erasure.REPLACE, "folded, for sorting and search", placeholder=folded(NAME_PLACEHOLDER))
    )
    search_email: Mapped[str] = mapped_column(
        default="",
        info=personal(Content.EMAIL, Erasure.REPLACE, "folded, for search; nobody without an address is found by one", placeholder=""),
    )
    protected: Mapped[bool] = mapped_column(Boolean, default=False)
    anonymized_at: Mapped[datetime | None] = mapped_column(default=None)
    merged_into: Mapped[str | None] = mapped_column(default=None, info=nothing("a key"))
    """The candidate who turned out to be the same person and holds everything since; this row keeps its address."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ExternalReference(Entity):
    """What another system calls a candidate."""

    __tablename__ = "external_reference"
    __table_args__ = (
        within_account("candidate_key", "candidate"),
        Index("uq_external_reference", "account_id", "system", "reference", unique=True),
        Index("ix_external_reference_candidate", "account_id", "candidate_key", "created_at"),
        about_candidates(
            "candidate_key",
            title=Text("External references", "Externe Kennungen"),
            purpose=Text("Finding a candidate by the number another system has for them", "Kandidaten über fremde Nummern finden"),
            rows=Erasure.DELETE,
        ),
    )

    account_id: Mapped[int] = account_column()
    key: Mapped[str] = mapped_column(primary_key=True, info=nothing("random"))
    system: Mapped[str] = mapped_column(info=nothing("the name of a system, such as JOB_CANDIDATE"))
    reference: Mapped[str] = mapped_column(
        info=personal(Content.WORDS, Erasure.DELETE, "another system's number of a person, as JSON: a number or a text")
    )
    candidate_key: Mapped[str] = mapped_column(info=nothing("a key"))
    created_at: Mapped[datetime]
