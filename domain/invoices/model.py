"""Invoices as they are stored: everything they say, as it was on the day they were issued."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Index, Integer, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.columns import Entity, Json, account_column, of_account, within_account
from domain.kernel.language import Text
from domain.kernel.personal import Content, Erasure, about_others, nothing, personal

_BILLING = personal(Content.CUSTOMER, Erasure.KEEP, "invoices are kept as long as the law asks for, with the names on them")
_SELLER = nothing("the operator's own company")


class InvoiceKind(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class Invoice(Entity):
    """An invoice, or a credit note that takes all or some of one back; rows are never changed or deleted.

    Amounts of a credit note are below zero, so that sums are what was earned. Documents of both kinds are numbered in one
    series for each account and year.
    """

    __tablename__ = "invoice"
    __table_args__ = (
        of_account(),
        within_account("corrects", "invoice"),
        Index("uq_invoice_number", "account_id", "year", "running", unique=True),
        Index(
            "uq_invoice_order",
            "account_id",
            "order_key",
            unique=True,
            sqlite_where=text("kind = 'invoice'"),
            postgresql_where=text("kind = 'invoice'"),
        ),
        Index("ix_invoice_issued", "account_id", "issued_at", "key"),
        Index("ix_invoice_corrects", "account_id", "corrects"),
        CheckConstraint("kind in ('invoice', 'credit_note')", name="kind"),
        CheckConstraint("(kind = 'credit_note') = (corrects is not null)", name="corrects"),
        CheckConstraint("tax_kind in ('standard', 'reverse_charge', 'outside_scope')", name="tax_kind"),
        CheckConstraint("gross_cents = net_cents + vat_cents", name="gross"),
        CheckConstraint("running > 0", name="running"),
        about_others(
            title=Text("Invoices", "Rechnungen"),
            purpose=Text("Charging for what was bought, and keeping books", "Abrechnung von Käufen und Buchführung"),
            kept=Text("As long as the law asks for: ten years in Germany.", "So lange das Gesetz es verlangt: in Deutschland zehn Jahre."),
        ),
    )

    account_id: Mapped[int] = account_column()
    key: Mapped[str] = mapped_column(primary_key=True, info=nothing("random"))
    kind: Mapped[str] = mapped_column(info=nothing("a closed list"))
    year: Mapped[int] = mapped_column(SmallInteger)
    running: Mapped[int] = mapped_column(Integer)
    number: Mapped[str] = mapped_column(info=nothing("numbers: year/account/running"))
    order_key: Mapped[str] = mapped_column(info=nothing("the key of an order"))
    corrects: Mapped[str | None] = mapped_column(default=None, info=nothing("the key of an invoice"))
    corrects_number: Mapped[str | None] = mapped_column(default=None, info=nothing("the number of an invoice"))
    corrects_on: Mapped[str | None] = mapped_column(default=None, info=nothing("a day"))
    issued_at: Mapped[datetime]
    issued_on: Mapped[str] = mapped_column(info=nothing("a day, by the seller's calendar"))
    language: Mapped[str] = mapped_column(info=nothing("en or de"))
    test: Mapped[bool] = mapped_column(Boolean)
    """Whether it was issued in a sandbox, where nothing is sold."""
    currency: Mapped[str] = mapped_column(info=nothing("an ISO currency code"))
    net_cents: Mapped[int] = mapped_column(BigInteger)
    vat_cents: Mapped[int] = mapped_column(BigInteger)
    gross_cents: Mapped[int] = mapped_column(BigInteger)
    tax_kind: Mapped[str] = mapped_column(info=nothing("a closed list"))
    tax_rate: Mapped[int] = mapped_column(Integer)
    seller: Mapped[dict[str, Any]] = mapped_column(Json, info=_SELLER)
    buyer: Mapped[dict[str, Any]] = mapped_column(Json, info=_BILLING)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(Json, info=nothing("names of products, and amounts"))
    product: Mapped[dict[str, Any] | None] = mapped_column(Json, default=None, info=nothing("a product of the catalogue, as it was"))
    notes: Mapped[str | None] = mapped_column(default=None, info=nothing("what the law wants to be said"))
    paid_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it was paid, if it was when it was issued; later payments are rows of their own."""
    payment_reference: Mapped[str | None] = mapped_column(default=None, info=nothing("the payment's key at the payment provider"))


class InvoicePayment(Entity):
    """That an invoice was paid after it had been issued; rows are never changed or deleted."""

    __tablename__ = "invoice_payment"
    __table_args__ = (
        within_account("invoice_key", "invoice"),
        CheckConstraint("method in ('transfer', 'offset')", name="method"),
    )

    account_id: Mapped[int] = account_column()
    invoice_key: Mapped[str] = mapped_column(primary_key=True, info=nothing("the key of an invoice"))
    at: Mapped[datetime]
    method: Mapped[str] = mapped_column(info=nothing("a closed list"))
    reference: Mapped[str | None] = mapped_column(default=None, info=nothing("the operator's own words"))


class InvoiceDocument(Entity):
    """Which bytes the PDF of an invoice has: those that were made first."""

    __tablename__ = "invoice_document"
    __table_args__ = (within_account("invoice_key", "invoice"),)

    account_id: Mapped[int] = account_column()
    invoice_key: Mapped[str] = mapped_column(primary_key=True, info=nothing("the key of an invoice"))
    digest: Mapped[str] = mapped_column(info=nothing("a hash"))
    made_at: Mapped[datetime]
