"""Candidates as they are stored."""

from datetime import datetime

from sqlalchemy import Boolean, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.columns import Entity, account_column, of_account
from domain.kernel.personal import Content, Erasure, nothing, personal

_NAME = personal(Content.NAME, Erasure.CLEAR)
_ABOUT = personal(Content.DEMOGRAPHIC, Erasure.CLEAR)
_SOURCE = nothing("who told us: account or candidate")


class Candidate(Entity):
    """A person as the account knows them; every detail optional and with its source, the newest that is not empty."""

    __tablename__ = "candidate"
    __table_args__ = (
        of_account(),
        Index("uq_candidate_email", "account_id", "email", unique=True),
        Index("ix_candidate_created", "account_id", "created_at", "key"),
        Index("ix_candidate_name", "account_id", "sort_name", "key"),
    )

    account_id: Mapped[int] = account_column()
    key: Mapped[str] = mapped_column(primary_key=True, info=nothing("random"))
    email: Mapped[str | None] = mapped_column(info=personal(Content.EMAIL, Erasure.CLEAR))
    name: Mapped[str] = mapped_column(default="", info=personal(Content.NAME, Erasure.REPLACE))
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
    sort_name: Mapped[str] = mapped_column(default="", info=personal(Content.NAME, Erasure.REPLACE, "folded, for sorting and search"))
    search_email: Mapped[str] = mapped_column(default="", info=personal(Content.EMAIL, Erasure.REPLACE, "folded, for search"))
    protected: Mapped[bool] = mapped_column(Boolean, default=False)
    anonymized_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
