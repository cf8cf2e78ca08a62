"""Flows, their steps, and who is on them, as they are stored."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Float, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.columns import Entity, account_column, of_account, within_account
from domain.kernel.inputs import folded
from domain.kernel.language import Text
from domain.kernel.personal import (
    EMAIL_PLACEHOLDER,
    FOR_GOOD,
    NAME_PLACEHOLDER,
    Content,
    Erasure,
    about_candidates,
    nothing,
    personal,
)

_CLOSED = nothing("a closed list")
_KEY = nothing("a key")
_OWN_WORDS = nothing("the account's own words about a selection process")
_REFERENCE = personal(Content.WORDS, Erasure.CLEAR, "the integrator's own number of a person or job, as JSON: a number or a text")


class Flow(Entity):
    """Ordered steps with thresholds; deleting only marks it (R-FLW-2)."""

    __tablename__ = "flow"
    __table_args__ = (
        of_account(),
        within_account("job_profile_key", "job_profile"),
        Index("ix_flow_created", "account_id", "created_at", "flow_id"),
        CheckConstraint("status in ('active', 'inactive', 'deleted')", name="status"),
    )

    account_id: Mapped[int] = account_column()
    flow_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(info=_OWN_WORDS)
    description: Mapped[str | None] = mapped_column(default=None, info=_OWN_WORDS)
    status: Mapped[str] = mapped_column(default="active", info=_CLOSED)
    job_profile_key: Mapped[str | None] = mapped_column(default=None, info=_KEY)
    """What profile questionnaires are matched to in steps that name no job profile of their own."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class FlowStep(Entity):
    """One instrument of a flow and the score from which it is passed."""

    __tablename__ = "flow_step"
    __table_args__ = (
        within_account("flow_id", "flow", "flow_id"),
        within_account("job_profile_key", "job_profile"),
        Index("uq_flow_step_position", "account_id", "flow_id", "position", unique=True),
        CheckConstraint("pass_threshold between 0 and 100", name="threshold"),
    )

    account_id: Mapped[int] = account_column()
    step_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    flow_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(SmallInteger)
    """From 1."""
    instrument: Mapped[str] = mapped_column(info=_KEY)
    instrument_type: Mapped[str] = mapped_column(info=_OWN_WORDS)
    pass_threshold: Mapped[float] = mapped_column(Float(53))
    name: Mapped[str | None] = mapped_column(default=None, info=_OWN_WORDS)
    instructions: Mapped[str | None] = mapped_column(default=None, info=_OWN_WORDS)
    pass_action: Mapped[str | None] = mapped_column(default=None, info=_OWN_WORDS)
    job_profile_key: Mapped[str | None] = mapped_column(default=None, info=_KEY)
    created_at: Mapped[datetime]


class FlowAssignment(Entity):
    """One candidate on one flow, once."""

    __tablename__ = "flow_assignment"
    __table_args__ = (
        within_account("flow_id", "flow", "flow_id"),
        within_account("candidate_key", "candidate"),
        Index("uq_flow_assignment_assigned", "account_id", "flow_id", "assigned_key", unique=True),
        Index("ix_flow_assignment_flow", "account_id", "flow_id", "assigned_at", "assignment_id"),
        Index("ix_flow_assignment_status", "account_id", "flow_id", "status", "assigned_at", "assignment_id"),
        Index("ix_flow_assignment_candidate", "account_id", "candidate_key", "assigned_at", "assignment_id"),
        CheckConstraint("status in ('not_started', 'in_progress', 'completed', 'failed')", name="status"),
        about_candidates(
            "candidate_key",
            title=Text("Flows", "Auswahlabläufe"),
            purpose=Text("Leading candidates through several instruments", "Kandidaten durch mehrere Verfahren führen"),
            kept=FOR_GOOD,
        ),
    )

    account_id: Mapped[int] = account_column()
    assignment_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    flow_id: Mapped[int] = mapped_column(BigInteger)
    candidate_key: Mapped[str] = mapped_column(info=_KEY)
    assigned_key: Mapped[str] = mapped_column(info=_KEY)
    """The candidate who was assigned; stays when two candidates are merged who both are on the flow."""
    email: Mapped[str] = mapped_column(
        info=personal(Content.EMAIL, Erasure.REPLACE, "the address steps are sent to", placeholder=EMAIL_PLACEHOLDER)
    )
    given_name: Mapped[str | None] = mapped_column(default=None, info=personal(Content.NAME, Erasure.CLEAR))
    family_name: Mapped[str | None] = mapped_column(default=None, info=personal(Content.NAME, Erasure.CLEAR))
    sort_name: Mapped[str] = mapped_column(
        default="",
        info=personal(
            Content.NAME,
            Erasure.REPLACE,
            "given name, one blank, family name; folded, for search (R-FLW-9)",
            placeholder=folded(NAME_PLACEHOLDER),
        ),
    )
    job_candidate_ref: Mapped[str | None] = mapped_column(default=None, info=_REFERENCE)
    job_ref: Mapped[str | None] = mapped_column(default=None, info=_REFERENCE)
    talent_ref: Mapped[str | None] = mapped_column(default=None, info=_REFERENCE)
    status: Mapped[str] = mapped_column(default="not_started", info=_CLOSED)
    position: Mapped[int] = mapped_column(SmallInteger, default=1)
    """Of the step the candidate is on."""
    assigned_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    completed_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it was completed or failed."""


class FlowAttempt(Entity):
    """One time that a candidate was asked to take a step, and what came of it."""

    __tablename__ = "flow_attempt"
    __table_args__ = (
        within_account("assignment_id", "flow_assignment", "assignment_id"),
        within_account("step_id", "flow_step", "step_id"),
        within_account("candidate_key", "candidate"),
        Index("uq_flow_attempt_taking", "account_id", "taking", unique=True),
        Index("ix_flow_attempt_step", "account_id", "step_id", "asked_at"),
        Index("ix_flow_attempt_candidate", "account_id", "candidate_key"),
        CheckConstraint("status in ('not_started', 'in_progress', 'completed', 'failed', 'over')", name="status"),
        about_candidates(
            "candidate_key",
            title=Text("Steps of flows", "Schritte in Auswahlabläufen"),
            purpose=Text("Deciding whether a step is passed", "Entscheiden, ob ein Schritt bestanden ist"),
            kept=FOR_GOOD,
            names_mails=True,
        ),
    )

    account_id: Mapped[int] = account_column()
    assignment_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    step_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    """From 1; a further one when an earlier was over before it was completed."""
    key: Mapped[str] = mapped_column(info=nothing("random; names its mail"))
    candidate_key: Mapped[str] = mapped_column(info=_KEY)
    taking: Mapped[str] = mapped_column(info=nothing("the key of the invite or participant"))
    status: Mapped[str] = mapped_column(default="not_started", info=_CLOSED)
    score: Mapped[float | None] = mapped_column(
        Float(53), default=None, info=personal(Content.SCORES, Erasure.KEEP, "it stays when a person is erased (R-ESC-52)")
    )
    pass_threshold: Mapped[float | None] = mapped_column(Float(53), default=None)
    """What it was held against; later changes of the step do not touch it."""
    passed: Mapped[bool | None] = mapped_column(Boolean, default=None)
    asked_at: Mapped[datetime]
    mailed_at: Mapped[datetime | None] = mapped_column(default=None)
    started_at: Mapped[datetime | None] = mapped_column(default=None)
    completed_at: Mapped[datetime | None] = mapped_column(default=None)
