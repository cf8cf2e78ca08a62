"""Invites, attempts and entries by the open link, as they are stored."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.columns import Entity, SmallIntegers, account_column, of_account, within_account
from domain.kernel.language import Text
from domain.kernel.personal import (
    EMAIL_PLACEHOLDER,
    FOR_GOOD,
    NAME_PLACEHOLDER,
    Content,
    Erasure,
    Via,
    about_candidates,
    nothing,
    personal,
)

_KEY = nothing("a key")
_CLOSED = nothing("a closed list")
_SENT_TO = personal(Content.EMAIL, Erasure.REPLACE, "the address an invite was sent to", placeholder=EMAIL_PLACEHOLDER)
_SENT_AS = personal(Content.NAME, Erasure.REPLACE, "the name an invite was sent with", placeholder=NAME_PLACEHOLDER)


class Invite(Entity):
    """One candidate asked to take one instrument, once; whether it has expired is derived when it is read."""

    __tablename__ = "invite"
    __table_args__ = (
        within_account("candidate_key", "candidate"),
        Index("ix_invite_created", "account_id", "created_at", "key"),
        Index("ix_invite_status", "account_id", "status", "created_at", "key"),
        Index("ix_invite_open", "account_id", "status", "expires_at"),
        Index("ix_invite_email", "account_id", "email", "created_at", "key"),
        Index("ix_invite_candidate", "account_id", "candidate_key", "created_at", "key"),
        Index("ix_invite_expiry", "expires_at", sqlite_where=text("NOT settled"), postgresql_where=text("NOT settled")),
        CheckConstraint("status in ('pending', 'started', 'completed', 'canceled')", name="status"),
        CheckConstraint("reminders between 0 and 3", name="reminders"),
        about_candidates(
            "candidate_key",
            title=Text("Invites", "Einladungen"),
            purpose=Text("Asking a candidate to take an instrument", "Einen Kandidaten um die Bearbeitung eines Verfahrens bitten"),
            names_mails=True,
        ),
    )

    account_id: Mapped[int] = account_column()
    key: Mapped[str] = mapped_column(primary_key=True, info=nothing("random"))
    origin: Mapped[str] = mapped_column(info=_CLOSED)
    candidate_key: Mapped[str] = mapped_column(info=_KEY)
    instrument: Mapped[str] = mapped_column(info=_KEY)
    instrument_version: Mapped[str] = mapped_column(info=nothing("a version"))
    label: Mapped[str | None] = mapped_column(
        default=None, info=personal(Content.WORDS, Erasure.CLEAR, "the integrator's own word for what is taken, of up to 100 characters")
    )
    status: Mapped[str] = mapped_column(default="pending", info=_CLOSED)
    email: Mapped[str] = mapped_column(info=_SENT_TO)
    name: Mapped[str] = mapped_column(info=_SENT_AS)
    language: Mapped[str] = mapped_column(info=nothing("en or de"))
    send_email: Mapped[bool] = mapped_column(Boolean)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    reminders: Mapped[int] = mapped_column(SmallInteger, default=0)
    reminded_at: Mapped[datetime | None] = mapped_column(default=None)
    reminders_mailed: Mapped[int] = mapped_column(SmallInteger, default=0)
    """The number of the last reminder that was handed to the mail server."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    settled: Mapped[bool] = mapped_column(Boolean, default=False)
    """Nothing more will become of it: completed, canceled, or expired with the event of that sent."""
    started_at: Mapped[datetime | None] = mapped_column(default=None)
    completed_at: Mapped[datetime | None] = mapped_column(default=None)
    canceled_at: Mapped[datetime | None] = mapped_column(default=None)


class Attempt(Entity):
    """One run of a candidate through an instrument; answers stand in the order of the instrument's items."""

    __tablename__ = "attempt"
    __table_args__ = (
        within_account("invite_key", "invite"),
        within_account("candidate_key", "candidate"),
        Index("uq_attempt_invite", "account_id", "invite_key", unique=True),
        Index("ix_attempt_last", "account_id", "last_at", "attempt_id"),
        Index("ix_attempt_status", "account_id", "status", "last_at", "attempt_id"),
        Index("ix_attempt_source", "account_id", "source", "last_at", "attempt_id"),
        Index("ix_attempt_candidate", "account_id", "candidate_key", "last_at", "attempt_id"),
        CheckConstraint("status in ('in_progress', 'completed')", name="status"),
        about_candidates(
            "candidate_key",
            title=Text("Attempts", "Durchführungen"),
            purpose=Text("Keeping answers until they are scored, and norms", "Antworten für Auswertung und Normen aufbewahren"),
            kept=FOR_GOOD,
        ),
    )

    account_id: Mapped[int] = account_column()
    attempt_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    invite_key: Mapped[str] = mapped_column(info=_KEY)
    candidate_key: Mapped[str] = mapped_column(info=_KEY)
    instrument: Mapped[str] = mapped_column(info=_KEY)
    instrument_version: Mapped[str] = mapped_column(info=nothing("a version"))
    source: Mapped[str] = mapped_column(info=_CLOSED)
    language: Mapped[str] = mapped_column(info=nothing("en or de"))
    status: Mapped[str] = mapped_column(default="in_progress", info=_CLOSED)
    answers: Mapped[list[int | None]] = mapped_column(
        SmallIntegers, info=personal(Content.ANSWERS, Erasure.KEEP, "scores and answers stay (R-ESC-52)")
    )
    answered: Mapped[int] = mapped_column(SmallInteger, default=0)
    started_at: Mapped[datetime]
    completed_at: Mapped[datetime | None] = mapped_column(default=None)
    last_at: Mapped[datetime]


class Entry(Entity):
    """Somebody who asked to take part by the account's open link; kept for a day, once confirmed as long as their invite."""

    __tablename__ = "entry"
    __table_args__ = (
        of_account(),
        Index("ix_entry_email", "account_id", "email", "created_at"),
        Index("ix_entry_expires", "expires_at"),
        about_candidates(
            Via("email", "candidate", "email"),
            Via("invite_key", "invite"),
            title=Text("Entries by the open link", "Anmeldungen über den offenen Link"),
            purpose=Text(
                "Confirming the address of people who ask to take part", "Die Adresse von Menschen bestätigen, die teilnehmen möchten"
            ),
            kept=Text("A day; once confirmed, as long as the invite is valid.", "Ein Tag; bestätigt so lange, wie die Einladung gilt."),
            rows=Erasure.DELETE,
            names_mails=True,
        ),
    )

    account_id: Mapped[int] = account_column()
    key: Mapped[str] = mapped_column(primary_key=True, info=nothing("random"))
    email: Mapped[str] = mapped_column(info=personal(Content.EMAIL, Erasure.DELETE))
    name: Mapped[str] = mapped_column(info=personal(Content.NAME, Erasure.DELETE))
    language: Mapped[str] = mapped_column(info=nothing("en or de"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    invite_key: Mapped[str | None] = mapped_column(default=None, info=_KEY)
