"""Money and news: new permissions for the keys that may do everything."""

from gateway.migrations import rules
from gateway.migrations.versions import s0002_talent

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

EVERYTHING_BEFORE = (*s0002_talent.EVERYTHING_BEFORE, *s0002_talent.NEW_PERMISSIONS)
NEW_PERMISSIONS = ("billing:write", "events:read", "webhooks:read", "webhooks:write")


def upgrade() -> None:
    rules.grant_to_unlimited_keys(EVERYTHING_BEFORE, NEW_PERMISSIONS)
