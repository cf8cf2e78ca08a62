"""Orders and what is told of their payments."""

import sqlalchemy as sa
from alembic import op

from domain.kernel.columns import TEXT, UtcDateTime
from gateway.migrations import rules

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ACCOUNT_OWNED = ("placed_order", "payment_notice")
PAYMENT_STATUS = (
    "payment_status in ('unpaid', 'processing', 'paid', 'failed', 'expired', 'canceled', 'mismatched', 'partially_refunded', 'refunded')"
)


def upgrade() -> None:
    _orders()
    _notices()
    rules.account_owned(*ACCOUNT_OWNED)
    rules.append_only("payment_notice")


def _orders() -> None:
    op.create_table(
        "placed_order",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("product", TEXT, nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("net_cents", sa.BigInteger(), nullable=False),
        sa.Column("tax_kind", TEXT, nullable=False),
        sa.Column("vat_rate", sa.Integer(), nullable=False),
        sa.Column("vat_cents", sa.BigInteger(), nullable=False),
        sa.Column("gross_cents", sa.BigInteger(), nullable=False),
        sa.Column("email", TEXT, nullable=True),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("payment_status", TEXT, nullable=False),
        sa.Column("session", TEXT, nullable=True),
        sa.Column("checkout_url", TEXT, nullable=True),
        sa.Column("payment", TEXT, nullable=True),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("opening_until", UtcDateTime(), nullable=False),
        sa.Column("refund_told_cents", sa.BigInteger(), nullable=False),
        sa.Column("refunded_cents", sa.BigInteger(), nullable=False),
        sa.Column("credits_taken_back", sa.Integer(), nullable=False),
        sa.Column("credits_not_recovered", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("completed_at", UtcDateTime(), nullable=True),
        sa.Column("canceled_at", UtcDateTime(), nullable=True),
        sa.Column("mailed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("status in ('pending_payment', 'completed', 'canceled')", name=op.f("ck_placed_order_status")),
        sa.CheckConstraint(PAYMENT_STATUS, name=op.f("ck_placed_order_payment_status")),
        sa.CheckConstraint("net_cents + vat_cents = gross_cents", name=op.f("ck_placed_order_sum")),
        sa.CheckConstraint("refunded_cents between 0 and gross_cents", name=op.f("ck_placed_order_refunded")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name=op.f("fk_placed_order_account_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_placed_order")),
    )
    op.create_index("ix_placed_order_created", "placed_order", ["account_id", "created_at", "key"], unique=False)


def _notices() -> None:
    op.create_table(
        "payment_notice",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("order_key", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name=op.f("fk_payment_notice_account_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "order_key"],
            ["placed_order.account_id", "placed_order.key"],
            name=op.f("fk_payment_notice_account_id_order_key"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_payment_notice")),
    )
