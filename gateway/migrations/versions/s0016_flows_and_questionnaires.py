"""Flows and questionnaires; API keys that are narrowed to one questionnaire."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from domain.kernel.columns import TEXT, Json, UtcDateTime
from gateway.migrations import rules

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

EVERYTHING_BEFORE = (
    "account:read",
    "account:write",
    "keys:read",
    "keys:write",
    "billing:read",
    "billing:write",
    "events:read",
    "webhooks:read",
    "webhooks:write",
    "candidates:read",
    "candidates:write",
    "invites:read",
    "invites:write",
    "attempts:read",
    "attempts:write",
    "results:read",
    "job_profiles:read",
    "job_profiles:write",
    "teams:read",
    "teams:write",
    "reports:read",
    "reports:write",
    "statistics:read",
    "exports:read",
    "exports:write",
    "privacy:read",
    "privacy:write",
)
NEW_PERMISSIONS = (
    "flows:read",
    "flows:write",
    "questionnaires:read",
    "questionnaires:write",
    "questionnaire_keys:read",
    "questionnaire_keys:write",
    "questionnaire_keys:delete",
    "questionnaire_results:read",
    "questionnaire_results:write",
    "participants:read",
    "participants:write",
    "participants:delete",
)
FLOWS = ("flow", "flow_step", "flow_assignment", "flow_attempt")
QUESTIONNAIRES = ("questionnaire", "blocked_number", "participant", "questionnaire_attempt", "questionnaire_result")
AT_COMMIT: Any = {"initially": "DEFERRED", "deferrable": True}


def account() -> sa.Column[int]:
    return sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False)


def upgrade() -> None:
    rules.grant_to_unlimited_keys(EVERYTHING_BEFORE, NEW_PERMISSIONS)
    op.add_column("api_key", sa.Column("questionnaire", TEXT, nullable=True))
    op.create_index("ix_api_key_questionnaire", "api_key", ["account_id", "questionnaire", "created_at", "key"])
    op.create_table(
        "blocked_number",
        account(),
        sa.Column("number", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name=op.f("fk_blocked_number_account_id"), **AT_COMMIT),
        sa.PrimaryKeyConstraint("account_id", "number", name=op.f("pk_blocked_number")),
    )
    op.create_table(
        "questionnaire",
        account(),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("description", TEXT, nullable=True),
        sa.Column("duration_minutes", sa.SmallInteger(), nullable=True),
        sa.Column("guide_en", TEXT, nullable=True),
        sa.Column("guide_de", TEXT, nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name=op.f("fk_questionnaire_account_id"), **AT_COMMIT),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_questionnaire")),
    )
    op.create_index("ix_questionnaire_created", "questionnaire", ["account_id", "created_at", "key"])
    op.create_table(
        "flow",
        account(),
        sa.Column("flow_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("description", TEXT, nullable=True),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("job_profile_key", TEXT, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("status in ('active', 'inactive', 'deleted')", name=op.f("ck_flow_status")),
        sa.ForeignKeyConstraint(
            ["account_id", "job_profile_key"],
            ["job_profile.account_id", "job_profile.key"],
            name=op.f("fk_flow_account_id_job_profile_key"),
            **AT_COMMIT,
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name=op.f("fk_flow_account_id"), **AT_COMMIT),
        sa.PrimaryKeyConstraint("account_id", "flow_id", name=op.f("pk_flow")),
    )
    op.create_index("ix_flow_created", "flow", ["account_id", "created_at", "flow_id"])
    op.create_table(
        "participant",
        account(),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("questionnaire_key", TEXT, nullable=False),
        sa.Column("candidate_key", TEXT, nullable=True),
        sa.Column("origin", TEXT, nullable=False),
        sa.Column("irn", TEXT, nullable=True),
        sa.Column("external_ref", TEXT, nullable=True),
        sa.Column("phone_number1", TEXT, nullable=True),
        sa.Column("phone_number1_e164", TEXT, nullable=True),
        sa.Column("phone_number2", TEXT, nullable=True),
        sa.Column("phone_number2_e164", TEXT, nullable=True),
        sa.Column("email", TEXT, nullable=True),
        sa.Column("language", TEXT, nullable=True),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("outcome", TEXT, nullable=True),
        sa.Column("outcome_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("origin in ('direct', 'flow')", name=op.f("ck_participant_origin")),
        sa.ForeignKeyConstraint(
            ["account_id", "candidate_key"],
            ["candidate.account_id", "candidate.key"],
            name=op.f("fk_participant_account_id_candidate_key"),
            **AT_COMMIT,
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "questionnaire_key"],
            ["questionnaire.account_id", "questionnaire.key"],
            name=op.f("fk_participant_account_id_questionnaire_key"),
            **AT_COMMIT,
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_participant")),
    )
    op.create_index("ix_participant_candidate", "participant", ["account_id", "candidate_key", "created_at", "key"])
    op.create_index("ix_participant_created", "participant", ["account_id", "created_at", "key"])
    op.create_index("ix_participant_questionnaire", "participant", ["account_id", "questionnaire_key", "created_at", "key"])
    op.create_index("uq_participant_irn", "participant", ["account_id", "questionnaire_key", "irn"], unique=True)
    op.create_table(
        "flow_assignment",
        account(),
        sa.Column("assignment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("flow_id", sa.BigInteger(), nullable=False),
        sa.Column("candidate_key", TEXT, nullable=False),
        sa.Column("assigned_key", TEXT, nullable=False),
        sa.Column("email", TEXT, nullable=False),
        sa.Column("given_name", TEXT, nullable=True),
        sa.Column("family_name", TEXT, nullable=True),
        sa.Column("sort_name", TEXT, nullable=False),
        sa.Column("job_candidate_ref", TEXT, nullable=True),
        sa.Column("job_ref", TEXT, nullable=True),
        sa.Column("talent_ref", TEXT, nullable=True),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("assigned_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("completed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("status in ('not_started', 'in_progress', 'completed', 'failed')", name=op.f("ck_flow_assignment_status")),
        sa.ForeignKeyConstraint(
            ["account_id", "candidate_key"],
            ["candidate.account_id", "candidate.key"],
            name=op.f("fk_flow_assignment_account_id_candidate_key"),
            **AT_COMMIT,
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "flow_id"], ["flow.account_id", "flow.flow_id"], name=op.f("fk_flow_assignment_account_id_flow_id"), **AT_COMMIT
        ),
        sa.PrimaryKeyConstraint("account_id", "assignment_id", name=op.f("pk_flow_assignment")),
    )
    op.create_index("ix_flow_assignment_candidate", "flow_assignment", ["account_id", "candidate_key", "assigned_at", "assignment_id"])
    op.create_index("ix_flow_assignment_flow", "flow_assignment", ["account_id", "flow_id", "assigned_at", "assignment_id"])
    op.create_index("ix_flow_assignment_status", "flow_assignment", ["account_id", "flow_id", "status", "assigned_at", "assignment_id"])
    op.create_index("uq_flow_assignment_assigned", "flow_assignment", ["account_id", "flow_id", "assigned_key"], unique=True)
    op.create_table(
        "flow_step",
        account(),
        sa.Column("step_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("flow_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("instrument", TEXT, nullable=False),
        sa.Column("instrument_type", TEXT, nullable=False),
        sa.Column("pass_threshold", sa.Float(53), nullable=False),
        sa.Column("name", TEXT, nullable=True),
        sa.Column("instructions", TEXT, nullable=True),
        sa.Column("pass_action", TEXT, nullable=True),
        sa.Column("job_profile_key", TEXT, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("pass_threshold between 0 and 100", name=op.f("ck_flow_step_threshold")),
        sa.ForeignKeyConstraint(
            ["account_id", "flow_id"], ["flow.account_id", "flow.flow_id"], name=op.f("fk_flow_step_account_id_flow_id"), **AT_COMMIT
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "job_profile_key"],
            ["job_profile.account_id", "job_profile.key"],
            name=op.f("fk_flow_step_account_id_job_profile_key"),
            **AT_COMMIT,
        ),
        sa.PrimaryKeyConstraint("account_id", "step_id", name=op.f("pk_flow_step")),
    )
    op.create_index("uq_flow_step_position", "flow_step", ["account_id", "flow_id", "position"], unique=True)
    op.create_table(
        "questionnaire_attempt",
        account(),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("participant_key", TEXT, nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("access_code", TEXT, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "participant_key"],
            ["participant.account_id", "participant.key"],
            name=op.f("fk_questionnaire_attempt_account_id_participant_key"),
            **AT_COMMIT,
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_questionnaire_attempt")),
    )
    op.create_index("uq_questionnaire_attempt_number", "questionnaire_attempt", ["account_id", "participant_key", "number"], unique=True)
    op.create_table(
        "flow_attempt",
        account(),
        sa.Column("assignment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("step_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("candidate_key", TEXT, nullable=False),
        sa.Column("taking", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("score", sa.Float(53), nullable=True),
        sa.Column("pass_threshold", sa.Float(53), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("mailed_at", UtcDateTime(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("completed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("status in ('not_started', 'in_progress', 'completed', 'failed', 'over')", name=op.f("ck_flow_attempt_status")),
        sa.ForeignKeyConstraint(
            ["account_id", "assignment_id"],
            ["flow_assignment.account_id", "flow_assignment.assignment_id"],
            name=op.f("fk_flow_attempt_account_id_assignment_id"),
            **AT_COMMIT,
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "candidate_key"],
            ["candidate.account_id", "candidate.key"],
            name=op.f("fk_flow_attempt_account_id_candidate_key"),
            **AT_COMMIT,
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "step_id"],
            ["flow_step.account_id", "flow_step.step_id"],
            name=op.f("fk_flow_attempt_account_id_step_id"),
            **AT_COMMIT,
        ),
        sa.PrimaryKeyConstraint("account_id", "assignment_id", "step_id", "number", name=op.f("pk_flow_attempt")),
    )
    op.create_index("ix_flow_attempt_candidate", "flow_attempt", ["account_id", "candidate_key"])
    op.create_index("ix_flow_attempt_step", "flow_attempt", ["account_id", "step_id", "asked_at"])
    op.create_index("uq_flow_attempt_taking", "flow_attempt", ["account_id", "taking"], unique=True)
    op.create_table(
        "questionnaire_result",
        account(),
        sa.Column("attempt_key", TEXT, nullable=False),
        sa.Column("participant_key", TEXT, nullable=False),
        sa.Column("questionnaire_key", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("evaluation", TEXT, nullable=True),
        sa.Column("ratings", Json(), nullable=False),
        sa.Column("rating_notes", Json(), nullable=True),
        sa.Column("admission", sa.Boolean(), nullable=False),
        sa.Column("counter_measure", sa.Boolean(), nullable=False),
        sa.Column("not_complete", sa.Boolean(), nullable=False),
        sa.Column("summary", TEXT, nullable=True),
        sa.Column("summary_color", TEXT, nullable=True),
        sa.Column("clear", sa.Boolean(), nullable=True),
        sa.Column("notes", TEXT, nullable=True),
        sa.Column("score", sa.Float(53), nullable=True),
        sa.Column("recorded_by", TEXT, nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("score is null or score between 0 and 100", name=op.f("ck_questionnaire_result_score")),
        sa.ForeignKeyConstraint(
            ["account_id", "attempt_key"],
            ["questionnaire_attempt.account_id", "questionnaire_attempt.key"],
            name=op.f("fk_questionnaire_result_account_id_attempt_key"),
            **AT_COMMIT,
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "participant_key"],
            ["participant.account_id", "participant.key"],
            name=op.f("fk_questionnaire_result_account_id_participant_key"),
            **AT_COMMIT,
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "questionnaire_key"],
            ["questionnaire.account_id", "questionnaire.key"],
            name=op.f("fk_questionnaire_result_account_id_questionnaire_key"),
            **AT_COMMIT,
        ),
        sa.PrimaryKeyConstraint("account_id", "attempt_key", name=op.f("pk_questionnaire_result")),
    )
    op.create_index(
        "ix_questionnaire_result_participant", "questionnaire_result", ["account_id", "participant_key", "recorded_at", "attempt_key"]
    )
    op.create_index(
        "ix_questionnaire_result_recorded", "questionnaire_result", ["account_id", "questionnaire_key", "recorded_at", "attempt_key"]
    )

    rules.account_owned(*FLOWS, *QUESTIONNAIRES)
    rules.number_series({"flow": 0, "flow_step": 0, "flow_assignment": 0})
