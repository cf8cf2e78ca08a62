"""What other systems call candidates, and candidates who are the same person."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from domain.kernel.columns import TEXT, Json, UtcDateTime
from gateway.migrations import rules

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

AT_COMMIT: Any = {"initially": "DEFERRED", "deferrable": True}


def upgrade() -> None:
    op.add_column("candidate", sa.Column("merged_into", TEXT, nullable=True))
    merged = sa.text("merged_into is not null")
    op.create_index("ix_candidate_merged_into", "candidate", ["account_id", "merged_into"], sqlite_where=merged, postgresql_where=merged)
    _external_reference()
    _candidate_merge()
    rules.account_owned("external_reference", "candidate_merge")


def _candidate(*columns: str, table: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            ["account_id", column], ["candidate.account_id", "candidate.key"], name=op.f(f"fk_{table}_account_id_{column}"), **AT_COMMIT
        )
        for column in columns
    ]


def _external_reference() -> None:
    op.create_table(
        "external_reference",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("system", TEXT, nullable=False),
        sa.Column("reference", TEXT, nullable=False),
        sa.Column("candidate_key", TEXT, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        *_candidate("candidate_key", table="external_reference"),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_external_reference")),
    )
    op.create_index("uq_external_reference", "external_reference", ["account_id", "system", "reference"], unique=True)
    op.create_index("ix_external_reference_candidate", "external_reference", ["account_id", "candidate_key", "created_at"])


def _candidate_merge() -> None:
    op.create_table(
        "candidate_merge",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("kept_key", TEXT, nullable=False),
        sa.Column("absorbed_key", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=True),
        sa.Column("moved", Json(), nullable=False),
        sa.Column("merged_at", UtcDateTime(), nullable=False),
        sa.Column("merged_by", TEXT, nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("undone_by", TEXT, nullable=True),
        *_candidate("absorbed_key", "kept_key", table="candidate_merge"),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_candidate_merge")),
    )
    op.create_index("ix_candidate_merge_absorbed", "candidate_merge", ["account_id", "absorbed_key", "merged_at", "key"])
    op.create_index("ix_candidate_merge_kept", "candidate_merge", ["account_id", "kept_key", "merged_at", "key"])
