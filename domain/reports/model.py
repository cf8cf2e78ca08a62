"""Reports of teams as they are stored; those of single people are made when somebody comes for them."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.columns import Entity, account_column
from domain.kernel.personal import nothing


class TeamReport(Entity):
    """The report of a team with one focus in one language; asked for again, it is made again. It goes with its team."""

    __tablename__ = "team_report"
    __table_args__ = (
        ForeignKeyConstraint(["account_id", "team_id"], ["team.account_id", "team.team_id"], ondelete="CASCADE"),
        Index("uq_team_report", "account_id", "team_id", "focus", "language", unique=True),
        CheckConstraint("status in ('pending', 'ready', 'failed')", name="status"),
    )

    account_id: Mapped[int] = account_column()
    key: Mapped[str] = mapped_column(primary_key=True, info=nothing("random"))
    team_id: Mapped[int] = mapped_column(BigInteger)
    focus: Mapped[str] = mapped_column(info=nothing("a closed list"))
    language: Mapped[str] = mapped_column(info=nothing("en or de"))
    status: Mapped[str] = mapped_column(default="pending", info=nothing("a closed list"))
    asked_at: Mapped[datetime]
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
