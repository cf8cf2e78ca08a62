"""Job profiles as they are stored."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.columns import Entity, Json, account_column, of_account
from domain.kernel.personal import nothing

_OWN_WORDS = nothing("the account's own words about a job")


class JobProfile(Entity):
    """What a job asks for: a target on some of the scales; deleting only marks it (R-ESC-47)."""

    __tablename__ = "job_profile"
    __table_args__ = (of_account(), Index("ix_job_profile_created", "account_id", "created_at", "key"))

    account_id: Mapped[int] = account_column()
    key: Mapped[str] = mapped_column(primary_key=True, info=nothing("`jp_` and a number"))
    name: Mapped[str] = mapped_column(info=_OWN_WORDS)
    name_en: Mapped[str | None] = mapped_column(default=None, info=_OWN_WORDS)
    type: Mapped[str] = mapped_column(default="standard", info=_OWN_WORDS)
    description: Mapped[str | None] = mapped_column(default=None, info=_OWN_WORDS)
    active: Mapped[bool] = mapped_column(default=True)
    targets: Mapped[dict[str, Any]] = mapped_column(Json, info=nothing("C-values by scale: ideal, okMin, okMax, criticalLow, criticalHigh"))
    target_count: Mapped[int] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(Integer, default=1)
    """Counts changes of the targets, so that a match can say what it was made with."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None] = mapped_column(default=None)
