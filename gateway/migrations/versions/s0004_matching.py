"""Matching: job profiles are sorted by their names, and matches can be saved."""

import sqlalchemy as sa
from alembic import op

from domain.kernel.columns import TEXT, UtcDateTime
from domain.kernel.inputs import folded
from gateway.migrations import rules

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ACCOUNT_OWNED = ("saved_match",)


def upgrade() -> None:
    _sort_name()
    _saved_match()
    rules.account_owned(*ACCOUNT_OWNED)


def _sort_name() -> None:
    op.add_column("job_profile", sa.Column("sort_name", TEXT, nullable=False, server_default=""))
    table = sa.table("job_profile", *(sa.column(name) for name in ("account_id", "key", "name", "name_en", "sort_name")))
    connection = op.get_bind()
    with rules.as_owner("job_profile"):
        for row in connection.execute(sa.text("SELECT account_id, key, name, name_en FROM job_profile")).all():
            mine = (table.c.account_id == row.account_id) & (table.c.key == row.key)
            connection.execute(table.update().where(mine).values(sort_name=folded(f"{row.name}\n{row.name_en or ''}")))
    op.create_index("ix_job_profile_name", "job_profile", ["account_id", "sort_name", "key"], unique=False)


def _saved_match() -> None:
    op.create_table(
        "saved_match",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("attempt_id", sa.BigInteger(), nullable=False),
        sa.Column("candidate_key", TEXT, nullable=False),
        sa.Column("job_profile_key", TEXT, nullable=False),
        sa.Column("formula_version", sa.Integer(), nullable=False),
        sa.Column("profile_version", sa.Integer(), nullable=False),
        sa.Column("overall", sa.Integer(), nullable=False),
        sa.Column("numerator", sa.Integer(), nullable=False),
        sa.Column("denominator", sa.Integer(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.Column("saved_by", TEXT, nullable=False),
        *(
            sa.ForeignKeyConstraint(
                ["account_id", f"{target}_key"],
                [f"{target}.account_id", f"{target}.key"],
                name=op.f(f"fk_saved_match_account_id_{target}_key"),
                initially="DEFERRED",
                deferrable=True,
            )
            for target in ("candidate", "job_profile")
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_saved_match")),
    )
    op.create_index("ix_saved_match_saved", "saved_match", ["account_id", "saved_at", "key"], unique=False)
    for target in ("candidate", "job_profile"):
        op.create_index(f"ix_saved_match_{target}", "saved_match", ["account_id", f"{target}_key", "saved_at", "key"], unique=False)
