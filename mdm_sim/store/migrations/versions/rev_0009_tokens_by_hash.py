"""A token is found by its hash alone: it does not say whose tenant's it is."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_index("ix_credentials_hash", "credentials", ["token_hash"])
