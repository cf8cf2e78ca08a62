"""Orders know whom they were taxed for: an account may move, or lose its VAT number, before it pays."""

import sqlalchemy as sa
from alembic import op

from domain.kernel.columns import Json

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("placed_order", sa.Column("buyer", Json(), nullable=True))
