"""Invoices and credit notes, when they were paid, and which bytes their files have."""

import sqlalchemy as sa
from alembic import op

from domain.kernel.columns import TEXT, Json, UtcDateTime
from gateway.migrations import rules

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ACCOUNT_OWNED = ("invoice", "invoice_payment", "invoice_document")


def upgrade() -> None:
    _invoice()
    _payment()
    _document()
    rules.account_owned(*ACCOUNT_OWNED)
    rules.append_only("invoice", "invoice_payment")


def _invoice() -> None:
    op.create_table(
        "invoice",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("running", sa.Integer(), nullable=False),
        sa.Column("number", TEXT, nullable=False),
        sa.Column("order_key", TEXT, nullable=False),
        sa.Column("corrects", TEXT, nullable=True),
        sa.Column("corrects_number", TEXT, nullable=True),
        sa.Column("corrects_on", TEXT, nullable=True),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("issued_on", TEXT, nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("net_cents", sa.BigInteger(), nullable=False),
        sa.Column("vat_cents", sa.BigInteger(), nullable=False),
        sa.Column("gross_cents", sa.BigInteger(), nullable=False),
        sa.Column("tax_kind", TEXT, nullable=False),
        sa.Column("tax_rate", sa.Integer(), nullable=False),
        sa.Column("seller", Json(), nullable=False),
        sa.Column("buyer", Json(), nullable=False),
        sa.Column("lines", Json(), nullable=False),
        sa.Column("product", Json(), nullable=True),
        sa.Column("notes", TEXT, nullable=True),
        sa.Column("paid_at", UtcDateTime(), nullable=True),
        sa.Column("payment_reference", TEXT, nullable=True),
        sa.CheckConstraint("kind in ('invoice', 'credit_note')", name=op.f("ck_invoice_kind")),
        sa.CheckConstraint("(kind = 'credit_note') = (corrects is not null)", name=op.f("ck_invoice_corrects")),
        sa.CheckConstraint("tax_kind in ('standard', 'reverse_charge', 'outside_scope')", name=op.f("ck_invoice_tax_kind")),
        sa.CheckConstraint("gross_cents = net_cents + vat_cents", name=op.f("ck_invoice_gross")),
        sa.CheckConstraint("running > 0", name=op.f("ck_invoice_running")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name=op.f("fk_invoice_account_id"), deferrable=True, initially="DEFERRED"
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "corrects"],
            ["invoice.account_id", "invoice.key"],
            name=op.f("fk_invoice_account_id_corrects"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_invoice")),
    )
    only = sa.text("kind = 'invoice'")
    op.create_index("uq_invoice_number", "invoice", ["account_id", "year", "running"], unique=True)
    op.create_index("uq_invoice_order", "invoice", ["account_id", "order_key"], unique=True, sqlite_where=only, postgresql_where=only)
    op.create_index("ix_invoice_issued", "invoice", ["account_id", "issued_at", "key"])
    op.create_index("ix_invoice_corrects", "invoice", ["account_id", "corrects"])


def _payment() -> None:
    op.create_table(
        "invoice_payment",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("invoice_key", TEXT, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("method", TEXT, nullable=False),
        sa.Column("reference", TEXT, nullable=True),
        sa.CheckConstraint("method in ('transfer', 'offset')", name=op.f("ck_invoice_payment_method")),
        _of_invoice("invoice_payment"),
        sa.PrimaryKeyConstraint("account_id", "invoice_key", name=op.f("pk_invoice_payment")),
    )


def _document() -> None:
    op.create_table(
        "invoice_document",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("invoice_key", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        _of_invoice("invoice_document"),
        sa.PrimaryKeyConstraint("account_id", "invoice_key", name=op.f("pk_invoice_document")),
    )


def _of_invoice(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id", "invoice_key"],
        ["invoice.account_id", "invoice.key"],
        name=op.f(f"fk_{table}_account_id_invoice_key"),
        deferrable=True,
        initially="DEFERRED",
    )
