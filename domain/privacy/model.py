"""The log of erasures, as it is stored."""

from datetime import datetime

from sqlalchemy import Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.columns import Entity, Strings, account_column, within_account
from domain.kernel.language import Text
from domain.kernel.personal import FOR_GOOD, about_candidates, nothing


class Erasure(Entity):
    """One erasure of a candidate: keys and numbers alone, so that it can be shown and done again after a restore."""

    __tablename__ = "erasure"
    __table_args__ = (
        within_account("candidate_key", "candidate"),
        Index("uq_erasure_candidate", "account_id", "candidate_key", unique=True),
        Index("ix_erasure_requested", "account_id", "requested_at", "key"),
        Index("ix_erasure_latest", "requested_at"),
        about_candidates(
            "candidate_key",
            title=Text("Erasures", "Löschungen"),
            purpose=Text(
                "Showing that a candidate was erased, and erasing again after a restore",
                "Nachweis der Löschung, auch nach einer Wiederherstellung",
            ),
            kept=FOR_GOOD,
        ),
    )

    account_id: Mapped[int] = account_column()
    key: Mapped[str] = mapped_column(primary_key=True, info=nothing("random"))
    candidate_key: Mapped[str] = mapped_column(info=nothing("a key"))
    attempts: Mapped[int] = mapped_column(Integer)
    """How many attempts the candidate had."""
    tables: Mapped[list[str]] = mapped_column(Strings, info=nothing("names of tables"))
    mails: Mapped[list[str]] = mapped_column(Strings, info=nothing("keys that mails in files are named by"))
    actor: Mapped[str] = mapped_column(info=nothing("the key of the credential"))
    requested_at: Mapped[datetime]
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    """When files, search index and write-ahead log were rid of it."""
