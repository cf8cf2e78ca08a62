"""Talent: job profiles, and new permissions for the keys that may do everything."""

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

from domain.kernel.columns import TEXT, Json, UtcDateTime
from gateway.migrations import rules

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ACCOUNT_OWNED = ("job_profile",)
SERIES: Mapping[str, int] = {"job_profile": 1_000, "team": 1_000}
EVERYTHING_BEFORE = (
    "account:read",
    "account:write",
    "keys:read",
    "keys:write",
    "billing:read",
    "candidates:read",
    "candidates:write",
    "invites:read",
    "invites:write",
    "attempts:read",
    "attempts:write",
    "results:read",
)
NEW_PERMISSIONS = (
    "job_profiles:read",
    "job_profiles:write",
    "teams:read",
    "teams:write",
    "reports:read",
    "reports:write",
    "statistics:read",
    "exports:read",
    "exports:write",
    "privacy:read",
    "privacy:write",
)


def upgrade() -> None:
    _job_profile()
    rules.account_owned(*ACCOUNT_OWNED)
    rules.number_series(SERIES)
    rules.grant_to_unlimited_keys(EVERYTHING_BEFORE, NEW_PERMISSIONS)


def _job_profile() -> None:
    op.create_table(
        "job_profile",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("name_en", TEXT, nullable=True),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("description", TEXT, nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("targets", Json(), nullable=False),
        sa.Column("target_count", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name=op.f("fk_job_profile_account_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_job_profile")),
    )
    op.create_index("ix_job_profile_created", "job_profile", ["account_id", "created_at", "key"], unique=False)
