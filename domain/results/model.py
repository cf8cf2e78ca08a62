"""Results and norm groups as they are stored."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Index, Integer, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.columns import Entity, Json, SmallIntegers, account_column, of_account, within_account
from domain.kernel.language import Text
from domain.kernel.personal import FOR_GOOD, Content, Erasure, about_candidates, nothing, personal

_SCORES = personal(Content.SCORES, Erasure.KEEP, "they stay when a person is erased, and then nobody's name is with them (R-ESC-52)")


class Result(Entity):
    """What one attempt measured: a row of arrays, with the versions it was measured by."""

    __tablename__ = "result"
    __table_args__ = (
        within_account("candidate_key", "candidate"),
        Index("ix_result_completed", "account_id", "completed_at", "attempt_id"),
        Index("ix_result_candidate", "account_id", "candidate_key", "completed_at", "attempt_id"),
        about_candidates(
            "candidate_key",
            title=Text("Results", "Ergebnisse"),
            purpose=Text("Telling what an attempt measured; norms", "Zeigen, was eine Durchführung gemessen hat; Normen"),
            kept=FOR_GOOD,
        ),
    )

    account_id: Mapped[int] = account_column()
    attempt_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    candidate_key: Mapped[str] = mapped_column(info=nothing("a key"))
    instrument: Mapped[str] = mapped_column(info=nothing("a key"))
    instrument_version: Mapped[str] = mapped_column(info=nothing("a version"))
    norm_group: Mapped[int] = mapped_column(BigInteger)
    norm_version: Mapped[int] = mapped_column(Integer)
    raw_tenths: Mapped[list[int | None]] = mapped_column(SmallIntegers, info=_SCORES)
    c_tenths: Mapped[list[int | None]] = mapped_column(SmallIntegers, info=_SCORES)
    wir_tenths: Mapped[int | None] = mapped_column(SmallInteger, default=None, info=_SCORES)
    tendency: Mapped[str | None] = mapped_column(default=None, info=_SCORES)
    completed_at: Mapped[datetime]


class NormGroup(Entity):
    """Whom results are compared with: means, standard deviations and alphas of the raw percents of each scale."""

    __tablename__ = "norm_group"
    __table_args__ = (of_account(),)

    account_id: Mapped[int] = account_column()
    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(info=nothing("the account's own name for a group"))
    empirical: Mapped[bool] = mapped_column(Boolean)
    instrument: Mapped[str] = mapped_column(info=nothing("a key"))
    instrument_version: Mapped[str] = mapped_column(info=nothing("a version"))
    n: Mapped[int] = mapped_column(Integer)
    scales: Mapped[dict[str, Any]] = mapped_column(Json, info=nothing("statistics of at least 200 people"))
    created_at: Mapped[datetime]
