"""Webhooks, and the log of what was sent to them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from domain.kernel.columns import TEXT, Strings, UtcDateTime
from gateway.migrations import rules

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ACCOUNT_OWNED = ("webhook", "delivery", "delivery_attempt")
PENDING, CLAIMED = sa.text("done_at is null"), sa.text("claimed_until is not null")
AT_COMMIT: Any = {"initially": "DEFERRED", "deferrable": True}


def account() -> sa.Column[int]:
    return sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False)


def upgrade() -> None:
    op.add_column("event_sequence", sa.Column("followed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "webhook",
        account(),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("url", TEXT, nullable=False),
        sa.Column("description", TEXT, nullable=True),
        sa.Column("events", Strings(), nullable=False),
        sa.Column("format", TEXT, nullable=False),
        sa.Column("secret", TEXT, nullable=False),
        sa.Column("previous_secret", TEXT, nullable=True),
        sa.Column("previous_until", UtcDateTime(), nullable=True),
        sa.Column("disabled_at", UtcDateTime(), nullable=True),
        sa.Column("disabled_reason", TEXT, nullable=True),
        sa.Column("mailed_at", UtcDateTime(), nullable=True),
        sa.Column("failing_since", UtcDateTime(), nullable=True),
        sa.Column("wake_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("format in ('centil', 'esc')", name=op.f("ck_webhook_format")),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name=op.f("fk_webhook_account_id"), **AT_COMMIT),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_webhook")),
    )
    op.create_table(
        "delivery",
        account(),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("webhook_key", TEXT, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=True),
        sa.Column("rendered_at", UtcDateTime(), nullable=True),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=True),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("claimed_until", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("status in ('pending', 'succeeded', 'failed', 'canceled')", name=op.f("ck_delivery_status")),
        sa.ForeignKeyConstraint(
            ["account_id", "webhook_key"], ["webhook.account_id", "webhook.key"], name=op.f("fk_delivery_account_id"), **AT_COMMIT
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_delivery")),
    )
    op.create_index("uq_delivery_event", "delivery", ["account_id", "webhook_key", "sequence"], unique=True)
    op.create_index("ix_delivery_line", "delivery", ["account_id", "webhook_key", "subject", "status", "sequence"])
    op.create_index("ix_delivery_due", "delivery", ["account_id", "webhook_key", "status", "next_at", "sequence"])
    op.create_index("ix_delivery_created", "delivery", ["account_id", "created_at", "key"])
    op.create_index("ix_delivery_webhook_created", "delivery", ["account_id", "webhook_key", "created_at", "key"])
    op.create_index("ix_delivery_subject", "delivery", ["account_id", "subject"])
    op.create_index("ix_delivery_pending", "delivery", ["next_at"], sqlite_where=PENDING, postgresql_where=PENDING)
    claimed = ["account_id", "webhook_key", "claimed_until"]
    op.create_index("ix_delivery_claimed", "delivery", claimed, sqlite_where=CLAIMED, postgresql_where=CLAIMED)
    op.create_index("ix_delivery_done", "delivery", ["done_at"])
    op.create_table(
        "delivery_attempt",
        account(),
        sa.Column("delivery_key", TEXT, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("latency_ms", sa.Integer(), nullable=False),
        sa.Column("status_code", sa.SmallInteger(), nullable=True),
        sa.Column("trouble", TEXT, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "delivery_key"],
            ["delivery.account_id", "delivery.key"],
            name=op.f("fk_delivery_attempt_account_id"),
            **AT_COMMIT,
        ),
        sa.PrimaryKeyConstraint("account_id", "delivery_key", "number", name=op.f("pk_delivery_attempt")),
    )
    rules.account_owned(*ACCOUNT_OWNED)
