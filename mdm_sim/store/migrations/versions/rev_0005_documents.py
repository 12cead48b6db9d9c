"""Documents of the whole type model, unique among their parent's; what Graph's callers used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NAMES = (
    "tenant_id, collection, parent_id, id, natural_key, odata_type, document, version, "
    "created_at, updated_at"
)


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.drop_index("ix_documents_collection", "documents")
    op.drop_index("ix_documents_key", "documents")
    op.rename_table("documents", "documents_before")
    op.create_table(
        "documents",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("collection", sa.String(length=192), nullable=False),
        sa.Column("parent_id", sa.String(length=512), nullable=False),
        sa.Column("id", sa.String(length=256), nullable=False),
        sa.Column("natural_key", sa.String(length=512), nullable=True),
        sa.Column("odata_type", sa.String(length=128), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("updated_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "collection", "parent_id", "id"),
    )
    op.execute(f"INSERT INTO documents ({_NAMES}) SELECT {_NAMES} FROM documents_before")  # noqa: S608
    op.drop_table("documents_before")
    op.create_index("ix_documents_key", "documents", ["tenant_id", "collection", "natural_key"])
    op.create_table(
        "throttle_windows",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("opened_at", sa.Float(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "client_id", "name"),
    )
