"""The ledger of credits and its sum."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.columns import Entity, account_column, of_account
from domain.kernel.personal import nothing


class CreditEntry(Entity):
    """One movement of credits; rows are never changed or deleted (Q-8)."""

    __tablename__ = "credit_entry"
    __table_args__ = (
        of_account(),
        Index("uq_credit_entry_reference", "account_id", "reference", unique=True),
        Index("ix_credit_entry_at", "account_id", "at", "key"),
        CheckConstraint("kind in ('grant', 'purchase', 'completion', 'refund')", name="kind"),
        CheckConstraint("(amount > 0) = (kind in ('grant', 'purchase'))", name="sign"),
    )

    account_id: Mapped[int] = account_column()
    key: Mapped[str] = mapped_column(primary_key=True, info=nothing("random"))
    kind: Mapped[str] = mapped_column(info=nothing("a closed list"))
    amount: Mapped[int] = mapped_column(Integer)
    reference: Mapped[str] = mapped_column(info=nothing("what it is for, once: a key, or the operator's own words"))
    at: Mapped[datetime]


class CreditBalance(Entity):
    """The sums of the ledger, kept with it: available = granted + bought - refunded - used, never below zero."""

    __tablename__ = "credit_balance"
    __table_args__ = (
        of_account(),
        CheckConstraint("granted + bought - refunded - used >= 0", name="not_negative"),
    )

    account_id: Mapped[int] = account_column()
    granted: Mapped[int] = mapped_column(Integer, default=0)
    bought: Mapped[int] = mapped_column(Integer, default=0)
    refunded: Mapped[int] = mapped_column(Integer, default=0)
    used: Mapped[int] = mapped_column(Integer, default=0)
