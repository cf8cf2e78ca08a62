"""The first release: accounts, keys, credits, candidates, invites, attempts, results, norm groups, events."""

import sqlalchemy as sa
from alembic import op

from domain.kernel.columns import TEXT, Json, SmallIntegers, Strings, UtcDateTime
from gateway.migrations import rules

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ACCOUNT_OWNED = (
    "account",
    "event",
    "event_sequence",
    "api_key",
    "candidate",
    "credit_balance",
    "credit_entry",
    "entry",
    "norm_group",
    "invite",
    "result",
    "attempt",
)
SERIES = {"account": 9_000_000, "attempt": 1_000, "norm_group": 1_000}


def upgrade() -> None:
    _account()
    _event()
    _event_sequence()
    _number_series()
    _worker_beat()
    _api_key()
    _candidate()
    _credit_balance()
    _credit_entry()
    _entry()
    _norm_group()
    _invite()
    _result()
    _attempt()
    rules.account_owned(*ACCOUNT_OWNED)
    rules.shared("worker_beat")
    rules.append_only("event", "credit_entry")
    rules.search_index()
    rules.number_series(SERIES)


def _account() -> None:
    op.create_table(
        "account",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("twin", sa.BigInteger(), nullable=False),
        sa.Column("mode", TEXT, nullable=False),
        sa.Column("company", TEXT, nullable=False),
        sa.Column("slug", TEXT, nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("email", TEXT, nullable=False),
        sa.Column("contact_name", TEXT, nullable=True),
        sa.Column("phone", TEXT, nullable=True),
        sa.Column("website", TEXT, nullable=True),
        sa.Column("street", TEXT, nullable=True),
        sa.Column("postal_code", TEXT, nullable=True),
        sa.Column("city", TEXT, nullable=True),
        sa.Column("country", TEXT, nullable=False),
        sa.Column("vat_id", TEXT, nullable=True),
        sa.Column("billing_attention", TEXT, nullable=True),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("imprint", TEXT, nullable=True),
        sa.Column("privacy", TEXT, nullable=True),
        sa.Column("norm_group", sa.BigInteger(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("mode in ('live', 'test')", name=op.f("ck_account_mode")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account")),
    )
    op.create_index(
        "uq_account_email",
        "account",
        ["email"],
        unique=True,
        sqlite_where=sa.text("mode = 'live'"),
        postgresql_where=sa.text("mode = 'live'"),
    )
    op.create_index("uq_account_slug", "account", ["slug"], unique=True)


def _event() -> None:
    op.create_table(
        "event",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("request_id", TEXT, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("facts", Json(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "sequence", name=op.f("pk_event")),
    )


def _event_sequence() -> None:
    op.create_table(
        "event_sequence",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_event_sequence")),
    )


def _number_series() -> None:
    op.create_table(
        "number_series",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_number_series")),
    )


def _worker_beat() -> None:
    op.create_table(
        "worker_beat",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("taken_by", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_worker_beat")),
    )


def _api_key() -> None:
    op.create_table(
        "api_key",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("prefix", TEXT, nullable=False),
        sa.Column("last_four", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("mode", TEXT, nullable=False),
        sa.Column("permissions", Strings(), nullable=False),
        sa.Column("rate_limit", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name=op.f("fk_api_key_account_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_api_key")),
    )
    op.create_index("ix_api_key_created", "api_key", ["account_id", "created_at", "key"], unique=False)
    op.create_index("uq_api_key_digest", "api_key", ["digest"], unique=True)


def _candidate() -> None:
    op.create_table(
        "candidate",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("email", TEXT, nullable=True),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("given_name", TEXT, nullable=True),
        sa.Column("given_name_source", TEXT, nullable=True),
        sa.Column("family_name", TEXT, nullable=True),
        sa.Column("family_name_source", TEXT, nullable=True),
        sa.Column("gender", TEXT, nullable=True),
        sa.Column("gender_source", TEXT, nullable=True),
        sa.Column("birth_year", sa.SmallInteger(), nullable=True),
        sa.Column("birth_year_source", TEXT, nullable=True),
        sa.Column("language", TEXT, nullable=True),
        sa.Column("language_source", TEXT, nullable=True),
        sa.Column("sort_name", TEXT, nullable=False),
        sa.Column("search_email", TEXT, nullable=False),
        sa.Column("protected", sa.Boolean(), nullable=False),
        sa.Column("anonymized_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name=op.f("fk_candidate_account_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_candidate")),
    )
    op.create_index("ix_candidate_created", "candidate", ["account_id", "created_at", "key"], unique=False)
    op.create_index("ix_candidate_name", "candidate", ["account_id", "sort_name", "key"], unique=False)
    op.create_index("uq_candidate_email", "candidate", ["account_id", "email"], unique=True)


def _credit_balance() -> None:
    op.create_table(
        "credit_balance",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("granted", sa.Integer(), nullable=False),
        sa.Column("bought", sa.Integer(), nullable=False),
        sa.Column("refunded", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.CheckConstraint("granted + bought - refunded - used >= 0", name=op.f("ck_credit_balance_not_negative")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name=op.f("fk_credit_balance_account_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_credit_balance")),
    )


def _credit_entry() -> None:
    op.create_table(
        "credit_entry",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("reference", TEXT, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("(amount > 0) = (kind in ('grant', 'purchase'))", name=op.f("ck_credit_entry_sign")),
        sa.CheckConstraint("kind in ('grant', 'purchase', 'completion', 'refund')", name=op.f("ck_credit_entry_kind")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name=op.f("fk_credit_entry_account_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_credit_entry")),
    )
    op.create_index("ix_credit_entry_at", "credit_entry", ["account_id", "at", "key"], unique=False)
    op.create_index("uq_credit_entry_reference", "credit_entry", ["account_id", "reference"], unique=True)


def _entry() -> None:
    op.create_table(
        "entry",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("email", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("invite_key", TEXT, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name=op.f("fk_entry_account_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_entry")),
    )
    op.create_index("ix_entry_email", "entry", ["account_id", "email", "created_at"], unique=False)
    op.create_index("ix_entry_expires", "entry", ["expires_at"], unique=False)


def _norm_group() -> None:
    op.create_table(
        "norm_group",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("empirical", sa.Boolean(), nullable=False),
        sa.Column("instrument", TEXT, nullable=False),
        sa.Column("instrument_version", TEXT, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("scales", Json(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name=op.f("fk_norm_group_account_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_norm_group")),
    )


def _invite() -> None:
    op.create_table(
        "invite",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("origin", TEXT, nullable=False),
        sa.Column("candidate_key", TEXT, nullable=False),
        sa.Column("instrument", TEXT, nullable=False),
        sa.Column("instrument_version", TEXT, nullable=False),
        sa.Column("label", TEXT, nullable=True),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("email", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("send_email", sa.Boolean(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("reminders", sa.SmallInteger(), nullable=False),
        sa.Column("reminded_at", UtcDateTime(), nullable=True),
        sa.Column("reminders_mailed", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("completed_at", UtcDateTime(), nullable=True),
        sa.Column("canceled_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("status in ('pending', 'started', 'completed', 'canceled')", name=op.f("ck_invite_status")),
        sa.CheckConstraint("reminders between 0 and 3", name=op.f("ck_invite_reminders")),
        sa.ForeignKeyConstraint(
            ["account_id", "candidate_key"],
            ["candidate.account_id", "candidate.key"],
            name=op.f("fk_invite_account_id_candidate_key"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_invite")),
    )
    op.create_index("ix_invite_candidate", "invite", ["account_id", "candidate_key", "created_at", "key"], unique=False)
    op.create_index("ix_invite_created", "invite", ["account_id", "created_at", "key"], unique=False)
    op.create_index("ix_invite_email", "invite", ["account_id", "email", "created_at", "key"], unique=False)
    op.create_index(
        "ix_invite_expiry",
        "invite",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("NOT settled"),
        postgresql_where=sa.text("NOT settled"),
    )
    op.create_index("ix_invite_open", "invite", ["account_id", "status", "expires_at"], unique=False)
    op.create_index("ix_invite_status", "invite", ["account_id", "status", "created_at", "key"], unique=False)


def _result() -> None:
    op.create_table(
        "result",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attempt_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("candidate_key", TEXT, nullable=False),
        sa.Column("instrument", TEXT, nullable=False),
        sa.Column("instrument_version", TEXT, nullable=False),
        sa.Column("norm_group", sa.BigInteger(), nullable=False),
        sa.Column("norm_version", sa.Integer(), nullable=False),
        sa.Column("raw_tenths", SmallIntegers(), nullable=False),
        sa.Column("c_tenths", SmallIntegers(), nullable=False),
        sa.Column("wir_tenths", sa.SmallInteger(), nullable=True),
        sa.Column("tendency", TEXT, nullable=True),
        sa.Column("completed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "candidate_key"],
            ["candidate.account_id", "candidate.key"],
            name=op.f("fk_result_account_id_candidate_key"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("account_id", "attempt_id", name=op.f("pk_result")),
    )
    op.create_index("ix_result_candidate", "result", ["account_id", "candidate_key", "completed_at", "attempt_id"], unique=False)
    op.create_index("ix_result_completed", "result", ["account_id", "completed_at", "attempt_id"], unique=False)


def _attempt() -> None:
    op.create_table(
        "attempt",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attempt_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("invite_key", TEXT, nullable=False),
        sa.Column("candidate_key", TEXT, nullable=False),
        sa.Column("instrument", TEXT, nullable=False),
        sa.Column("instrument_version", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("answers", SmallIntegers(), nullable=False),
        sa.Column("answered", sa.SmallInteger(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("completed_at", UtcDateTime(), nullable=True),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("status in ('in_progress', 'completed')", name=op.f("ck_attempt_status")),
        sa.ForeignKeyConstraint(
            ["account_id", "candidate_key"],
            ["candidate.account_id", "candidate.key"],
            name=op.f("fk_attempt_account_id_candidate_key"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "invite_key"],
            ["invite.account_id", "invite.key"],
            name=op.f("fk_attempt_account_id_invite_key"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("account_id", "attempt_id", name=op.f("pk_attempt")),
    )
    op.create_index("ix_attempt_candidate", "attempt", ["account_id", "candidate_key", "last_at", "attempt_id"], unique=False)
    op.create_index("ix_attempt_last", "attempt", ["account_id", "last_at", "attempt_id"], unique=False)
    op.create_index("ix_attempt_source", "attempt", ["account_id", "source", "last_at", "attempt_id"], unique=False)
    op.create_index("ix_attempt_status", "attempt", ["account_id", "status", "last_at", "attempt_id"], unique=False)
    op.create_index("uq_attempt_invite", "attempt", ["account_id", "invite_key"], unique=True)
