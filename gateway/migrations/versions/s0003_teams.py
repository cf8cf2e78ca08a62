"""Teams and their members."""

import sqlalchemy as sa
from alembic import op

from domain.kernel.columns import TEXT, UtcDateTime
from gateway.migrations import rules

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ACCOUNT_OWNED = ("team", "team_member")


def upgrade() -> None:
    _team()
    _team_member()
    rules.account_owned(*ACCOUNT_OWNED)


def _team() -> None:
    op.create_table(
        "team",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("team_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("sort_title", TEXT, nullable=False),
        sa.Column("subtitle", TEXT, nullable=True),
        sa.Column("description", TEXT, nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_by", TEXT, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name=op.f("fk_team_account_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("account_id", "team_id", name=op.f("pk_team")),
    )
    op.create_index("ix_team_created", "team", ["account_id", "created_at", "team_id"], unique=False)
    op.create_index("ix_team_title", "team", ["account_id", "sort_title", "team_id"], unique=False)


def _team_member() -> None:
    op.create_table(
        "team_member",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("team_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attempt_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("candidate_key", TEXT, nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        _within("team_id", "team", "team_id"),
        _within("attempt_id", "attempt", "attempt_id"),
        _within("candidate_key", "candidate", "key"),
        sa.PrimaryKeyConstraint("account_id", "team_id", "attempt_id", name=op.f("pk_team_member")),
    )
    op.create_index("ix_team_member_added", "team_member", ["account_id", "team_id", "added_at", "attempt_id"], unique=False)
    op.create_index("ix_team_member_attempt", "team_member", ["account_id", "attempt_id"], unique=False)
    op.create_index("ix_team_member_candidate", "team_member", ["account_id", "candidate_key"], unique=False)


def _within(column: str, target: str, target_column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id", column],
        [f"{target}.account_id", f"{target}.{target_column}"],
        name=op.f(f"fk_team_member_account_id_{column}"),
        initially="DEFERRED",
        deferrable=True,
    )
