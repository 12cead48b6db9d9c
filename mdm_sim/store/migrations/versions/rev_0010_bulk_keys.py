"""Which lines of a stream were done, so that a stream can be sent again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "bulk_keys",
        sa.Column("tenant_id", sa.String(36), primary_key=True),
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("record_id", sa.String(36), nullable=False),
        sa.Column("done_at", sa.Float, nullable=False),
    )
    op.create_index("ix_bulk_keys_done", "bulk_keys", ["tenant_id", "done_at"])
