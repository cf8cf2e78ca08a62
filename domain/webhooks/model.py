"""Webhooks, and the log of what was sent to them, as they are stored."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Index, Integer, SmallInteger, or_, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.columns import Entity, Strings, account_column, of_account, within_account
from domain.kernel.event_types import about
from domain.kernel.language import Text
from domain.kernel.personal import Content, Erasure, Via, about_candidates, nothing, personal

_CLOSED = nothing("a closed list")
_KEY = nothing("a key")
_LOCKED = nothing("a secret, encrypted with that of the installation")
_PENDING, _CLAIMED = text("done_at is null"), text("claimed_until is not null")
_FAILED_RESULT = text("type = 'questionnaire_result.published' and status = 'failed'")
_ONE_EACH = text("questionnaire_key is not null and deleted_at is null")


class Webhook(Entity):
    """An address that is told what happens in an account."""

    __tablename__ = "webhook"
    __table_args__ = (
        of_account(),
        within_account("questionnaire_key", "questionnaire"),
        Index(
            "uq_webhook_questionnaire",
            "account_id",
            "questionnaire_key",
            unique=True,
            sqlite_where=_ONE_EACH,
            postgresql_where=_ONE_EACH,
        ),
        CheckConstraint("format in ('centil', 'esc', 'questionnaires')", name="format"),
        CheckConstraint("credential in ('header', 'oauth')", name="credential"),
    )

    account_id: Mapped[int] = account_column()
    key: Mapped[str] = mapped_column(primary_key=True, info=nothing("random"))
    url: Mapped[str] = mapped_column(info=nothing("an address of the account's own server"))
    description: Mapped[str | None] = mapped_column(default=None, info=nothing("the account's own words about a server"))
    events: Mapped[list[str]] = mapped_column(Strings, info=_CLOSED)
    format: Mapped[str] = mapped_column(info=_CLOSED)
    secret: Mapped[str] = mapped_column(info=_LOCKED)
    previous_secret: Mapped[str | None] = mapped_column(default=None, info=_LOCKED)
    previous_until: Mapped[datetime | None] = mapped_column(default=None)
    disabled_at: Mapped[datetime | None] = mapped_column(default=None)
    disabled_reason: Mapped[str | None] = mapped_column(default=None, info=_CLOSED)
    mailed_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the account was told that it was switched off."""
    failing_since: Mapped[datetime | None] = mapped_column(default=None)
    wake_at: Mapped[datetime | None] = mapped_column(default=None)
    """When a job is going to look after its deliveries; that may be overdue."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None] = mapped_column(default=None)
    questionnaire_key: Mapped[str | None] = mapped_column(default=None, info=_KEY)
    """Of a webhook that is told the results of one questionnaire and nothing else; the columns below are for those."""
    retried: Mapped[bool] = mapped_column(Boolean, default=True)
    signed: Mapped[bool] = mapped_column(Boolean, default=True)
    credential: Mapped[str | None] = mapped_column(default=None, info=_CLOSED)
    credential_name: Mapped[str | None] = mapped_column(default=None, info=nothing("the name of a header"))
    credential_secret: Mapped[str | None] = mapped_column(default=None, info=_LOCKED)
    """The value of that header, or the secret of the client."""
    token_url: Mapped[str | None] = mapped_column(default=None, info=nothing("an address of the account's own server"))
    audience: Mapped[str | None] = mapped_column(default=None, info=nothing("the name of the account's own server"))
    client_id: Mapped[str | None] = mapped_column(default=None, info=nothing("the name of a program"))


class Delivery(Entity):
    """One event to be told to one webhook; its key and its body are the same however often it is sent."""

    __tablename__ = "delivery"
    __table_args__ = (
        within_account("webhook_key", "webhook"),
        Index("uq_delivery_event", "account_id", "webhook_key", "sequence", unique=True),
        Index("ix_delivery_line", "account_id", "webhook_key", "subject", "status", "sequence"),
        Index("ix_delivery_due", "account_id", "webhook_key", "status", "next_at", "sequence"),
        Index("ix_delivery_created", "account_id", "created_at", "key"),
        Index("ix_delivery_webhook_created", "account_id", "webhook_key", "created_at", "key"),
        Index("ix_delivery_subject", "account_id", "subject"),
        Index("ix_delivery_pending", "next_at", sqlite_where=_PENDING, postgresql_where=_PENDING),
        Index("ix_delivery_claimed", "account_id", "webhook_key", "claimed_until", sqlite_where=_CLAIMED, postgresql_where=_CLAIMED),
        Index("ix_delivery_done", "done_at"),
        Index("ix_delivery_failed_result", "done_at", sqlite_where=_FAILED_RESULT, postgresql_where=_FAILED_RESULT),
        CheckConstraint("status in ('pending', 'succeeded', 'failed', 'canceled')", name="status"),
        about_candidates(
            *(Via("subject", table) for table in ("candidate", "invite", "entry", "participant")),
            Via("subject", "attempt", "attempt_id", when=lambda row: or_(*(row.c.type == name for name in about("Attempt", "Result")))),
            title=Text("Messages to webhooks", "Nachrichten an Webhooks"),
            purpose=Text("Telling the account's own systems what happened", "Eigenen Systemen des Kontos zeigen, was geschehen ist"),
            kept=Text("For 30 days; until the candidate is erased.", "Für 30 Tage; bis der Kandidat gelöscht wird."),
        ),
    )

    account_id: Mapped[int] = account_column()
    key: Mapped[str] = mapped_column(primary_key=True, info=nothing("random"))
    webhook_key: Mapped[str] = mapped_column(info=_KEY)
    sequence: Mapped[int] = mapped_column(BigInteger)
    type: Mapped[str] = mapped_column(info=_CLOSED)
    subject: Mapped[str] = mapped_column(info=nothing("the key of what the event is about"))
    body: Mapped[str | None] = mapped_column(
        default=None, info=personal(Content.MESSAGE, Erasure.CLEAR, "what an account's own system is told of a person")
    )
    rendered_at: Mapped[datetime | None] = mapped_column(default=None)
    status: Mapped[str] = mapped_column(default="pending", info=_CLOSED)
    reason: Mapped[str | None] = mapped_column(default=None, info=_CLOSED)
    """Why it was canceled."""
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    """Since it was sent for the first time, or asked to be sent again."""
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    """In all."""
    next_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None] = mapped_column(default=None)
    """Until when whoever sends it now may; whoever is killed meanwhile is followed by another then."""
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None] = mapped_column(default=None)


class DeliveryAttempt(Entity):
    """One time that a delivery was sent, and what came of it; nothing of what was answered is kept."""

    __tablename__ = "delivery_attempt"
    __table_args__ = (within_account("delivery_key", "delivery"),)

    account_id: Mapped[int] = account_column()
    delivery_key: Mapped[str] = mapped_column(primary_key=True, info=_KEY)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    latency_ms: Mapped[int] = mapped_column(Integer)
    status_code: Mapped[int | None] = mapped_column(SmallInteger, default=None)
    trouble: Mapped[str | None] = mapped_column(default=None, info=_CLOSED)
