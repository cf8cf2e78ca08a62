"""Teams and their members as they are stored."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Index
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.columns import Entity, account_column, of_account, within_account
from domain.kernel.language import Text
from domain.kernel.personal import Erasure, about_candidates, nothing

_OWN_WORDS = nothing("the account's own words about a group of people")


class Team(Entity):
    """A group of people, as the account puts it together."""

    __tablename__ = "team"
    __table_args__ = (
        of_account(),
        Index("ix_team_created", "account_id", "created_at", "team_id"),
        Index("ix_team_title", "account_id", "sort_title", "team_id"),
    )

    account_id: Mapped[int] = account_column()
    team_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(info=_OWN_WORDS)
    sort_title: Mapped[str] = mapped_column(info=nothing("the title folded, for sorting and search"))
    subtitle: Mapped[str | None] = mapped_column(default=None, info=_OWN_WORDS)
    description: Mapped[str | None] = mapped_column(default=None, info=_OWN_WORDS)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_by: Mapped[str] = mapped_column(info=nothing("the account's own name for the key that made it"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class TeamMember(Entity):
    """One completed attempt in one team; a person may be there by several."""

    __tablename__ = "team_member"
    __table_args__ = (
        within_account("team_id", "team", "team_id"),
        within_account("attempt_id", "attempt", "attempt_id"),
        within_account("candidate_key", "candidate"),
        Index("ix_team_member_added", "account_id", "team_id", "added_at", "attempt_id"),
        Index("ix_team_member_candidate", "account_id", "candidate_key"),
        Index("ix_team_member_attempt", "account_id", "attempt_id"),
        about_candidates(
            "candidate_key",
            title=Text("Teams", "Teams"),
            purpose=Text("Looking at people together", "Menschen zusammen betrachten"),
            rows=Erasure.DELETE,
        ),
    )

    account_id: Mapped[int] = account_column()
    team_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    attempt_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    candidate_key: Mapped[str] = mapped_column(info=nothing("a key"))
    added_at: Mapped[datetime]
