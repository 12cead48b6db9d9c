"""On PostgreSQL columns are as wide as on SQLite: texts of any length, whole numbers of 64 bits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_WIDE = {"character varying": "text", "integer": "bigint"}
_NARROW = sa.text(
    "SELECT quote_ident(table_name), quote_ident(column_name), data_type "
    "FROM information_schema.columns WHERE table_schema = current_schema() "
    "AND table_name <> 'alembic_version' "
    "AND data_type IN ('character varying', 'integer') ORDER BY table_name, ordinal_position"
)


def upgrade() -> None:
    """Bring the schema to this revision."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        return
    for table, column, kind in connection.execute(_NARROW).all():
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {_WIDE[kind]}")
