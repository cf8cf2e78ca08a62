"""Erasure: the log of erasures."""

import sqlalchemy as sa
from alembic import op

from domain.kernel.columns import TEXT, Strings, UtcDateTime
from gateway.migrations import rules

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("candidate_key", TEXT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tables", Strings(), nullable=False),
        sa.Column("mails", Strings(), nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "candidate_key"],
            ["candidate.account_id", "candidate.key"],
            name=op.f("fk_erasure_account_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_erasure")),
    )
    op.create_index("uq_erasure_candidate", "erasure", ["account_id", "candidate_key"], unique=True)
    op.create_index("ix_erasure_requested", "erasure", ["account_id", "requested_at", "key"], unique=False)
    op.create_index("ix_erasure_latest", "erasure", ["requested_at"], unique=False)
    rules.account_owned("erasure")
