"""Questionnaires, their participants and results, as they are stored."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Float, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.columns import Entity, Json, account_column, of_account, within_account
from domain.kernel.language import Text
from domain.kernel.personal import EMAIL_PLACEHOLDER, FOR_GOOD, Content, Erasure, Via, about_candidates, nothing, personal

_CLOSED = nothing("a closed list")
_KEY = nothing("a key")
_OWN_WORDS = nothing("the account's own words about a questionnaire")
_PHONE = personal(Content.PHONE, Erasure.CLEAR)
_JUDGED = personal(Content.SCORES, Erasure.KEEP, "it stays when a person is erased, and then nobody's name is with it (R-ESC-52)")


class Questionnaire(Entity):
    """Something that participants take outside of this product and assessors judge; the wire's project."""

    __tablename__ = "questionnaire"
    __table_args__ = (of_account(), Index("ix_questionnaire_created", "account_id", "created_at", "key"))

    account_id: Mapped[int] = account_column()
    key: Mapped[str] = mapped_column(primary_key=True, info=nothing("a random UUID"))
    name: Mapped[str] = mapped_column(info=_OWN_WORDS)
    description: Mapped[str | None] = mapped_column(default=None, info=_OWN_WORDS)
    duration_minutes: Mapped[int | None] = mapped_column(SmallInteger, default=None)
    guide_en: Mapped[str | None] = mapped_column(default=None, info=_OWN_WORDS)
    """What participants are told of it beside the general guide."""
    guide_de: Mapped[str | None] = mapped_column(default=None, info=_OWN_WORDS)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class BlockedNumber(Entity):
    """A phone number that the account does not call (R-QST-11)."""

    __tablename__ = "blocked_number"
    __table_args__ = (
        of_account(),
        about_candidates(
            Via("number", "participant", "phone_number1_e164"),
            Via("number", "participant", "phone_number2_e164"),
            title=Text("Blocked phone numbers", "Gesperrte Rufnummern"),
            purpose=Text("Not calling who does not want to be called", "Niemanden anrufen, der das nicht möchte"),
            kept=Text("Until the account takes it away.", "Bis das Konto sie entfernt."),
        ),
    )

    account_id: Mapped[int] = account_column()
    number: Mapped[str] = mapped_column(
        primary_key=True,
        info=personal(
            Content.PHONE, Erasure.KEEP, "whoever wants not to be called wants it after an erasure, too; nobody's name is with it"
        ),
    )
    """As E.164: `+4930123456`."""
    reason: Mapped[str | None] = mapped_column(default=None, info=nothing("the account's own words about a number"))
    created_at: Mapped[datetime]


class Participant(Entity):
    """One person in one questionnaire, under the integrator's own reference number (IRN)."""

    __tablename__ = "participant"
    __table_args__ = (
        within_account("questionnaire_key", "questionnaire"),
        within_account("candidate_key", "candidate"),
        Index("uq_participant_irn", "account_id", "questionnaire_key", "irn", unique=True),
        Index("ix_participant_created", "account_id", "created_at", "key"),
        Index("ix_participant_questionnaire", "account_id", "questionnaire_key", "created_at", "key"),
        Index("ix_participant_candidate", "account_id", "candidate_key", "created_at", "key"),
        CheckConstraint("origin in ('direct', 'flow')", name="origin"),
        about_candidates(
            "candidate_key",
            title=Text("Participants", "Teilnehmende"),
            purpose=Text("Asking somebody to take a questionnaire", "Jemanden um die Bearbeitung eines Fragebogens bitten"),
            kept=FOR_GOOD,
        ),
    )

    account_id: Mapped[int] = account_column()
    key: Mapped[str] = mapped_column(primary_key=True, info=nothing("a random UUID"))
    questionnaire_key: Mapped[str] = mapped_column(info=_KEY)
    candidate_key: Mapped[str | None] = mapped_column(default=None, info=_KEY)
    """Who it is; null for somebody without an email address, until they are linked."""
    origin: Mapped[str] = mapped_column(default="direct", info=_CLOSED)
    irn: Mapped[str | None] = mapped_column(info=personal(Content.WORDS, Erasure.CLEAR, "the integrator's own number of a person"))
    """Always there until the person is erased."""
    external_ref: Mapped[str | None] = mapped_column(
        default=None, info=personal(Content.WORDS, Erasure.CLEAR, "the integrator's own number of a person")
    )
    phone_number1: Mapped[str | None] = mapped_column(default=None, info=_PHONE)
    """As it was given; the next as E.164 where it can be read as a number."""
    phone_number1_e164: Mapped[str | None] = mapped_column(default=None, info=_PHONE)
    phone_number2: Mapped[str | None] = mapped_column(default=None, info=_PHONE)
    phone_number2_e164: Mapped[str | None] = mapped_column(default=None, info=_PHONE)
    email: Mapped[str | None] = mapped_column(
        default=None, info=personal(Content.EMAIL, Erasure.REPLACE, "as it was given", placeholder=EMAIL_PLACEHOLDER)
    )
    language: Mapped[str | None] = mapped_column(
        default=None, info=personal(Content.DEMOGRAPHIC, Erasure.CLEAR, "the name of a language as it was given")
    )
    allowed: Mapped[bool] = mapped_column(Boolean, default=True)
    """Whether none of the numbers was blocked when they were last given."""
    outcome: Mapped[str | None] = mapped_column(
        default=None, info=personal(Content.WORDS, Erasure.KEEP, "a code of what became of it; it stays for calibration")
    )
    outcome_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class QuestionnaireAttempt(Entity):
    """One time that a participant was asked to take the questionnaire; a retake is a further one."""

    __tablename__ = "questionnaire_attempt"
    __table_args__ = (
        within_account("participant_key", "participant"),
        Index("uq_questionnaire_attempt_number", "account_id", "participant_key", "number", unique=True),
        about_candidates(
            Via("participant_key", "participant"),
            title=Text("Attempts at questionnaires", "Durchführungen von Fragebögen"),
            purpose=Text("Telling retakes apart", "Wiederholungen unterscheiden"),
            kept=FOR_GOOD,
        ),
    )

    account_id: Mapped[int] = account_column()
    key: Mapped[str] = mapped_column(primary_key=True, info=nothing("random"))
    participant_key: Mapped[str] = mapped_column(info=_KEY)
    number: Mapped[int] = mapped_column(SmallInteger)
    """From 1."""
    access_code: Mapped[str] = mapped_column(info=nothing("ten random digits by which the interview is begun"))
    created_at: Mapped[datetime]


class QuestionnaireResult(Entity):
    """What an assessor recorded of an attempt, as given: no value is derived from another (I-QST-5)."""

    __tablename__ = "questionnaire_result"
    __table_args__ = (
        within_account("attempt_key", "questionnaire_attempt"),
        within_account("participant_key", "participant"),
        within_account("questionnaire_key", "questionnaire"),
        Index("ix_questionnaire_result_recorded", "account_id", "questionnaire_key", "recorded_at", "attempt_key"),
        Index("ix_questionnaire_result_participant", "account_id", "participant_key", "recorded_at", "attempt_key"),
        CheckConstraint("score is null or score between 0 and 100", name="score"),
        about_candidates(
            Via("participant_key", "participant"),
            title=Text("Results of questionnaires", "Ergebnisse von Fragebögen"),
            purpose=Text("Telling what an assessor found", "Zeigen, was eine Gutachterin fand"),
            kept=FOR_GOOD,
        ),
    )

    account_id: Mapped[int] = account_column()
    attempt_key: Mapped[str] = mapped_column(primary_key=True, info=_KEY)
    participant_key: Mapped[str] = mapped_column(info=_KEY)
    questionnaire_key: Mapped[str] = mapped_column(info=_KEY)
    status: Mapped[str] = mapped_column(info=nothing("a code, such as Result Published"))
    evaluation: Mapped[str | None] = mapped_column(default=None, info=_JUDGED)
    ratings: Mapped[list[dict[str, Any]]] = mapped_column(Json, info=_JUDGED)
    """By question: `sequence`, `risk_level`, `text`, in the order given."""
    rating_notes: Mapped[list[str | None] | None] = mapped_column(Json, default=None, info=personal(Content.WORDS, Erasure.CLEAR))
    """A note for each rating, in the same order."""
    admission: Mapped[bool] = mapped_column(Boolean, default=False)
    counter_measure: Mapped[bool] = mapped_column(Boolean, default=False)
    not_complete: Mapped[bool] = mapped_column(Boolean, default=False)
    summary: Mapped[str | None] = mapped_column(default=None, info=_JUDGED)
    summary_color: Mapped[str | None] = mapped_column(default=None, info=nothing("a colour"))
    clear: Mapped[bool | None] = mapped_column(Boolean, default=None)
    notes: Mapped[str | None] = mapped_column(default=None, info=personal(Content.WORDS, Erasure.CLEAR))
    score: Mapped[float | None] = mapped_column(Float(53), default=None, info=_JUDGED)
    """0 to 100, set by the assessor; what a step of a flow waits for."""
    recorded_by: Mapped[str] = mapped_column(info=nothing("the credential of who recorded it"))
    recorded_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    published_at: Mapped[datetime | None] = mapped_column(default=None)
