"""Requests that are carried out once: records of those with an Idempotency-Key."""

import sqlalchemy as sa
from alembic import op

from domain.kernel.columns import TEXT, UtcDateTime
from gateway.migrations import rules

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ACCOUNT_OWNED = ("idempotent_request",)
SHARED = ("public_idempotent_request",)


def upgrade() -> None:
    op.create_table(
        "idempotent_request",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        *_columns(),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.account_id"],
            name=op.f("fk_idempotent_request_account_id"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("account_id", "name", name=op.f("pk_idempotent_request")),
    )
    op.create_index("ix_idempotent_request_expires", "idempotent_request", ["expires_at"])
    op.create_table(
        "public_idempotent_request",
        *_columns(),
        sa.Column("about", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_public_idempotent_request")),
    )
    op.create_index("ix_public_idempotent_request_expires", "public_idempotent_request", ["expires_at"])
    op.create_index("ix_public_idempotent_request_about", "public_idempotent_request", ["about"])
    rules.account_owned(*ACCOUNT_OWNED)
    rules.shared(*SHARED)


def _columns() -> list[sa.Column[object]]:
    return [
        sa.Column("name", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("made", sa.LargeBinary(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("held_until", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
    ]
