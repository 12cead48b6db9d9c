"""Epochs, receipts, device queries, deleted users, and where a shortened audit chain begins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ADDED = {
    "managed_devices": (
        sa.Column("epoch", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("inactive", sa.Boolean(), nullable=False, server_default="0"),
        sa.Column("notice", sa.String(length=16), nullable=True),
    ),
    "app_registrations": (sa.Column("epoch", sa.Integer(), nullable=False, server_default="0"),),
    "users": (sa.Column("deleted_at", sa.Float(), nullable=True),),
    "tenant_settings": (
        sa.Column("former_pseudonym_key", sa.String(length=64), nullable=True),
        sa.Column("pseudonym_key_at", sa.Float(), nullable=False, server_default="0"),
        sa.Column("epoch", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("judged_version", sa.String(length=32), nullable=False, server_default=""),
        sa.Column("closed_at", sa.Float(), nullable=True),
    ),
    "audit_heads": (
        sa.Column("base_seq", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("base_hash", sa.String(length=64), nullable=False, server_default="0" * 64),
    ),
}


def upgrade() -> None:
    """Bring the schema to this revision."""
    for table, columns in _ADDED.items():
        for column in columns:
            op.add_column(table, column)
    op.create_index("ix_device_epoch", "managed_devices", ["tenant_id", "epoch"])
    op.create_index("ix_registration_epoch", "app_registrations", ["tenant_id", "epoch"])
    op.create_table(
        "receipts",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("first_at", sa.Float(), nullable=False),
        sa.Column("last_at", sa.Float(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "record_id", "digest"),
    )
    op.create_index("ix_receipts_last", "receipts", ["tenant_id", "record_id", "last_at"])
    op.create_table(
        "device_queries",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.String(length=36), nullable=False),
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("requested_at", sa.Float(), nullable=False),
        sa.Column("answered_at", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("ix_device_queries_order_id", "device_queries", ["order_id"])
    op.create_index("ix_device_queries_record_id", "device_queries", ["record_id"])
