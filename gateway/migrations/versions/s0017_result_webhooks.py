"""Webhooks of questionnaires, which are told results in the words of their own API."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from domain.kernel.columns import TEXT, Strings, UtcDateTime
from gateway.migrations import rules

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

FORMAT = "format in ('centil', 'esc', 'questionnaires')"
CREDENTIAL = "credential in ('header', 'oauth')"
ONE_EACH = sa.text("questionnaire_key is not null and deleted_at is null")
FAILED_RESULT = sa.text("type = 'questionnaire_result.published' and status = 'failed'")
REFERRING = ("delivery_attempt", "delivery")
AT_COMMIT: Any = {"initially": "DEFERRED", "deferrable": True}


def upgrade() -> None:
    if rules.on_postgresql():
        alter()
    else:
        make_anew()
    op.create_index(
        "uq_webhook_questionnaire",
        "webhook",
        ["account_id", "questionnaire_key"],
        unique=True,
        sqlite_where=ONE_EACH,
        postgresql_where=ONE_EACH,
    )
    op.create_index("ix_delivery_failed_result", "delivery", ["done_at"], sqlite_where=FAILED_RESULT, postgresql_where=FAILED_RESULT)


def added() -> list[sa.Column[Any]]:
    return [
        sa.Column("questionnaire_key", TEXT, nullable=True),
        sa.Column("retried", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("signed", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("credential", TEXT, nullable=True),
        sa.Column("credential_name", TEXT, nullable=True),
        sa.Column("credential_secret", TEXT, nullable=True),
        sa.Column("token_url", TEXT, nullable=True),
        sa.Column("audience", TEXT, nullable=True),
        sa.Column("client_id", TEXT, nullable=True),
    ]


def alter() -> None:
    for column in added():
        op.add_column("webhook", column)
    op.drop_constraint(op.f("ck_webhook_format"), "webhook")
    op.create_check_constraint(op.f("ck_webhook_format"), "webhook", FORMAT)
    op.create_check_constraint(op.f("ck_webhook_credential"), "webhook", CREDENTIAL)
    op.create_foreign_key(
        op.f("fk_webhook_account_id_questionnaire_key"),
        "webhook",
        "questionnaire",
        ["account_id", "questionnaire_key"],
        ["account_id", "key"],
        **AT_COMMIT,
    )


def make_anew() -> None:
    """SQLite changes no condition of a table: it is made anew while those that refer to it are laid aside."""
    names = [column["name"] for column in sa.inspect(op.get_bind()).get_columns("webhook")]
    told = ", ".join(names)
    for table in (*REFERRING, "webhook"):
        op.execute(f"CREATE TEMP TABLE {table}_before AS SELECT * FROM {table}")
    for table in REFERRING:
        op.execute(f"DELETE FROM {table}")
    op.execute("DROP TABLE webhook")
    op.create_table(
        "webhook",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
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
        *added(),
        sa.CheckConstraint(FORMAT, name=op.f("ck_webhook_format")),
        sa.CheckConstraint(CREDENTIAL, name=op.f("ck_webhook_credential")),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name=op.f("fk_webhook_account_id"), **AT_COMMIT),
        sa.ForeignKeyConstraint(
            ["account_id", "questionnaire_key"],
            ["questionnaire.account_id", "questionnaire.key"],
            name=op.f("fk_webhook_account_id_questionnaire_key"),
            **AT_COMMIT,
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_webhook")),
    )
    op.execute(f"INSERT INTO webhook ({told}) SELECT {told} FROM webhook_before")
    for table in reversed(REFERRING):
        op.execute(f"INSERT INTO {table} SELECT * FROM {table}_before")
    for table in (*REFERRING, "webhook"):
        op.execute(f"DROP TABLE {table}_before")
