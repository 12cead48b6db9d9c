"""References found by what they refer to, whichever collection they are of."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.drop_index("ix_references_target", "object_references")
    op.create_index(
        "ix_references_target", "object_references", ["tenant_id", "target_id", "collection"]
    )
