"""References between directory objects, and between documents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "object_references",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("collection", sa.String(length=192), nullable=False),
        sa.Column("source_id", sa.String(length=512), nullable=False),
        sa.Column("target_id", sa.String(length=256), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "collection", "source_id", "target_id"),
    )
    op.create_index(
        "ix_references_target", "object_references", ["tenant_id", "collection", "target_id"]
    )
