"""Exports of results, and a search that knows words."""

import sqlalchemy as sa
from alembic import op

from domain.kernel.columns import TEXT, Json, UtcDateTime
from gateway.migrations import rules

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ACCOUNT_OWNED = ("export",)


def upgrade() -> None:
    op.create_table(
        "export",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("format", TEXT, nullable=False),
        sa.Column("delimiter", TEXT, nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("people", sa.Boolean(), nullable=False),
        sa.Column("labels", sa.Boolean(), nullable=False),
        sa.Column("answers", sa.Boolean(), nullable=False),
        sa.Column("conditions", Json(), nullable=False),
        sa.Column("requested_by", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("format in ('csv', 'json_lines')", name=op.f("ck_export_format")),
        sa.CheckConstraint("status in ('pending', 'running', 'ready', 'failed', 'withdrawn')", name=op.f("ck_export_status")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name=op.f("fk_export_account_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_export")),
    )
    op.create_index("ix_export_created", "export", ["account_id", "created_at", "key"], unique=False)
    op.create_index("ix_export_expires", "export", ["expires_at"], unique=False)
    rules.account_owned(*ACCOUNT_OWNED)
    rules.search_words()
