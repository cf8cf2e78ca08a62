"""Events of one thing are found by it: for its history, for dossiers, and for those who ask what happened to it."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_event_subject", "event", ["account_id", "subject", "sequence"], unique=False)
