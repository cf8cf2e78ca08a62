"""Job profiles as they are stored."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.columns import Entity, Json, account_column, of_account, within_account
from domain.kernel.language import Text
from domain.kernel.personal import Erasure, about_candidates, nothing

_OWN_WORDS = nothing("the account's own words about a job")


class JobProfile(Entity):
    """What a job asks for: a target on some of the scales; deleting only marks it (R-ESC-47)."""

    __tablename__ = "job_profile"
    __table_args__ = (
        of_account(),
        Index("ix_job_profile_created", "account_id", "created_at", "key"),
        Index("ix_job_profile_name", "account_id", "sort_name", "key"),
    )

    account_id: Mapped[int] = account_column()
    key: Mapped[str] = mapped_column(primary_key=True, info=nothing("`jp_` and a number"))
    name: Mapped[str] = mapped_column(info=_OWN_WORDS)
    name_en: Mapped[str | None] = mapped_column(default=None, info=_OWN_WORDS)
    sort_name: Mapped[str] = mapped_column(default="", info=_OWN_WORDS)
    """Both names folded, for sorting and search."""
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


class SavedMatch(Entity):
    """That a candidate was assigned to a job profile, with the score of that moment and what it was made by.

    Erasing the candidate deletes it (R-ESC-51).
    """

    __tablename__ = "saved_match"
    __table_args__ = (
        within_account("candidate_key", "candidate"),
        within_account("job_profile_key", "job_profile"),
        Index("ix_saved_match_saved", "account_id", "saved_at", "key"),
        Index("ix_saved_match_candidate", "account_id", "candidate_key", "saved_at", "key"),
        Index("ix_saved_match_job_profile", "account_id", "job_profile_key", "saved_at", "key"),
        about_candidates(
            "candidate_key",
            title=Text("Job profiles", "Stellenprofile"),
            purpose=Text("Remembering whom a job profile was meant for", "Festhalten, für wen ein Stellenprofil gedacht war"),
            rows=Erasure.DELETE,
        ),
    )

    account_id: Mapped[int] = account_column()
    key: Mapped[str] = mapped_column(primary_key=True, info=nothing("the job profile's key and the attempt's number"))
    attempt_id: Mapped[int] = mapped_column(BigInteger)
    candidate_key: Mapped[str] = mapped_column(info=nothing("a key"))
    job_profile_key: Mapped[str] = mapped_column(info=nothing("a key"))
    formula_version: Mapped[int] = mapped_column(Integer)
    profile_version: Mapped[int] = mapped_column(Integer)
    overall: Mapped[int] = mapped_column(Integer)
    numerator: Mapped[int] = mapped_column(Integer)
    denominator: Mapped[int] = mapped_column(Integer)
    """The exact mean of which `overall` is the rounded form: the sum of the scores, and how many scales they are of."""
    saved_at: Mapped[datetime]
    saved_by: Mapped[str] = mapped_column(info=nothing("the key of the credential"))
