"""Trial requests, and a billing address beside the contact."""

import sqlalchemy as sa
from alembic import op

from domain.kernel.columns import TEXT, UtcDateTime
from gateway.migrations import rules

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ACCOUNT_OWNED = ("trial_request",)
BILLING = ("email", "company", "street", "postal_code", "city")


def upgrade() -> None:
    for name in BILLING:
        op.add_column("account", sa.Column(f"billing_{name}", TEXT, nullable=True))
    op.create_table(
        "trial_request",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("email", TEXT, nullable=False),
        sa.Column("company", TEXT, nullable=False),
        sa.Column("contact_name", TEXT, nullable=True),
        sa.Column("website", TEXT, nullable=True),
        sa.Column("use_case", TEXT, nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("made_account", sa.BigInteger(), nullable=True),
        sa.Column("link", sa.SmallInteger(), nullable=False),
        sa.Column("link_expires_at", UtcDateTime(), nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=True),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.Column("acknowledged_at", UtcDateTime(), nullable=True),
        sa.Column("answered", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("status in ('requested', 'approved', 'declined')", name=op.f("ck_trial_request_status")),
        sa.CheckConstraint("(status = 'approved') = (made_account is not null)", name=op.f("ck_trial_request_made")),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_trial_request")),
    )
    op.create_index("uq_trial_request_email", "trial_request", ["account_id", "email"], unique=True)
    op.create_index("ix_trial_request_requested", "trial_request", ["account_id", "requested_at", "key"], unique=False)
    op.create_index("ix_trial_request_status", "trial_request", ["account_id", "status", "requested_at", "key"], unique=False)
    rules.account_owned(*ACCOUNT_OWNED)
