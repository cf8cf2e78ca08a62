"""Reports of teams."""

import sqlalchemy as sa
from alembic import op

from domain.kernel.columns import TEXT, UtcDateTime
from gateway.migrations import rules

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ACCOUNT_OWNED = ("team_report",)


def upgrade() -> None:
    op.create_table(
        "team_report",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=False),
        sa.Column("focus", TEXT, nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("status in ('pending', 'ready', 'failed')", name=op.f("ck_team_report_status")),
        sa.ForeignKeyConstraint(
            ["account_id", "team_id"],
            ["team.account_id", "team.team_id"],
            name=op.f("fk_team_report_account_id_team_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_team_report")),
    )
    op.create_index("uq_team_report", "team_report", ["account_id", "team_id", "focus", "language"], unique=True)
    rules.account_owned(*ACCOUNT_OWNED)
