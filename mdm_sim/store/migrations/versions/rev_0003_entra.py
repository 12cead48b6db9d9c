"""Applications have consents, redirect URIs and certificates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_EMPTY = {"scopes": "[]", "redirect_uris": "{}", "certificates": "[]"}


def upgrade() -> None:
    """Bring the schema to this revision."""
    for name, empty in _EMPTY.items():
        op.add_column(
            "clients",
            sa.Column(name, sa.Text(), nullable=False, server_default=sa.text(f"'{empty}'")),
        )
