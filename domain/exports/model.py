"""Exports as they are stored; their files lie in the file store."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Index, Integer, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.columns import Entity, Json, account_column, of_account
from domain.kernel.personal import nothing

_CLOSED = nothing("a closed list")


class Export(Entity):
    """Results as one file, made by a job; the row and the file are kept for a day."""

    __tablename__ = "export"
    __table_args__ = (
        of_account(),
        Index("ix_export_created", "account_id", "created_at", "key"),
        Index("ix_export_expires", "expires_at"),
        CheckConstraint("status in ('pending', 'running', 'ready', 'failed', 'withdrawn')", name="status"),
        CheckConstraint("format in ('csv', 'json_lines')", name="format"),
    )

    account_id: Mapped[int] = account_column()
    key: Mapped[str] = mapped_column(primary_key=True, info=nothing("random"))
    format: Mapped[str] = mapped_column(info=_CLOSED)
    delimiter: Mapped[str] = mapped_column(info=_CLOSED)
    language: Mapped[str] = mapped_column(info=nothing("en or de"))
    people: Mapped[bool] = mapped_column(Boolean)
    """Whether names and addresses are in it."""
    labels: Mapped[bool] = mapped_column(Boolean)
    answers: Mapped[bool] = mapped_column(Boolean)
    conditions: Mapped[dict[str, Any]] = mapped_column(Json, info=nothing("which results: keys, numbers and moments"))
    requested_by: Mapped[str] = mapped_column(info=nothing("the key of a credential"))
    status: Mapped[str] = mapped_column(default="pending", info=_CLOSED)
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    done: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int | None] = mapped_column(Integer, default=None)
    size: Mapped[int | None] = mapped_column(BigInteger, default=None)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    expires_at: Mapped[datetime]
