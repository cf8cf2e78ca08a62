"""Merges of candidates as they are stored."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.columns import Entity, Json, account_column, within_account
from domain.kernel.language import Text
from domain.kernel.personal import FOR_GOOD, Content, Erasure, about_candidates, nothing, personal

_KEY = nothing("a key")
_ACTOR = nothing("the credential of who did it")


class CandidateMerge(Entity):
    """Two candidates who turned out to be one person: what moved from the absorbed one to the kept one, until it is undone."""

    __tablename__ = "candidate_merge"
    __table_args__ = (
        within_account("kept_key", "candidate"),
        within_account("absorbed_key", "candidate"),
        Index("ix_candidate_merge_kept", "account_id", "kept_key", "merged_at", "key"),
        Index("ix_candidate_merge_absorbed", "account_id", "absorbed_key", "merged_at", "key"),
        about_candidates(
            "kept_key",
            "absorbed_key",
            title=Text("Merges", "Zusammenführungen"),
            purpose=Text("Knowing one person as one candidate", "Eine Person als einen Kandidaten führen"),
            kept=FOR_GOOD,
        ),
    )

    account_id: Mapped[int] = account_column()
    key: Mapped[str] = mapped_column(primary_key=True, info=nothing("random"))
    kept_key: Mapped[str] = mapped_column(info=_KEY)
    absorbed_key: Mapped[str] = mapped_column(info=_KEY)
    reason: Mapped[str | None] = mapped_column(info=personal(Content.WORDS, Erasure.CLEAR))
    moved: Mapped[dict[str, list[list[str | int]]]] = mapped_column(Json, info=nothing("keys of rows by the names of tables"))
    merged_at: Mapped[datetime]
    merged_by: Mapped[str] = mapped_column(info=_ACTOR)
    undone_at: Mapped[datetime | None] = mapped_column(default=None)
    undone_by: Mapped[str | None] = mapped_column(default=None, info=_ACTOR)
