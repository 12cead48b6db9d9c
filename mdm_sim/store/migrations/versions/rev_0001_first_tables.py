"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "app_registrations",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("workload", sa.String(length=3), nullable=False),
        sa.Column("ownership", sa.String(length=9), nullable=False),
        sa.Column("platform", sa.String(length=7), nullable=False),
        sa.Column("entra_joined", sa.Boolean(), nullable=False),
        sa.Column("mdm_enrolled", sa.Boolean(), nullable=False),
        sa.Column("work_profile", sa.Boolean(), nullable=False),
        sa.Column("mtd_connector", sa.Boolean(), nullable=False),
        sa.Column("compliant_apps_feature", sa.Boolean(), nullable=False),
        sa.Column("strict_app_inventory", sa.Boolean(), nullable=False),
        sa.Column("location_on_request_only", sa.Boolean(), nullable=False),
        sa.Column("location_requested", sa.Boolean(), nullable=False),
        sa.Column("tenant_diagnostics", sa.Boolean(), nullable=False),
        sa.Column("user_diagnostics", sa.Boolean(), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=True),
        sa.Column("enrolled_at", sa.Float(), nullable=False),
        sa.Column("last_sync_at", sa.Float(), nullable=False),
        sa.Column("management_state", sa.String(length=16), nullable=False),
        sa.Column("policy_version", sa.String(length=32), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("device_id", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("ix_app_registrations_device_id", "app_registrations", ["device_id"])
    op.create_index("ix_app_registrations_user_id", "app_registrations", ["user_id"])

    op.create_table(
        "audit_events",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("recorded_at", sa.Float(), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("activity_type", sa.String(length=128), nullable=False),
        sa.Column("operation_type", sa.String(length=16), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "seq"),
    )
    op.create_table(
        "audit_heads",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
    )
    op.create_table(
        "clients",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("display_name", sa.String(length=256), nullable=False),
        sa.Column("secret_hash", sa.String(length=256), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "credentials",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "token_hash"),
    )
    op.create_index("ix_credentials_subject_id", "credentials", ["subject_id"])

    op.create_table(
        "diagnostics",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("pseudonym", sa.String(length=64), nullable=False),
        sa.Column("fact", sa.String(length=32), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("tenant_diagnostics", sa.Boolean(), nullable=False),
        sa.Column("user_diagnostics", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "pseudonym", "fact"),
    )
    op.create_table(
        "directory_device_owners",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("directory_device_id", sa.String(length=36), nullable=False),
        sa.Column("relation", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "directory_device_id", "relation", "user_id"),
    )
    op.create_index("ix_directory_device_owners_user_id", "directory_device_owners", ["user_id"])

    op.create_table(
        "directory_devices",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("device_id", sa.String(length=36), nullable=False),
        sa.Column("display_name", sa.String(length=256), nullable=False),
        sa.Column("trust_type", sa.String(length=16), nullable=True),
        sa.Column("account_enabled", sa.Boolean(), nullable=False),
        sa.Column("operating_system", sa.String(length=64), nullable=True),
        sa.Column("operating_system_version", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("ix_directory_devices_device_id", "directory_devices", ["device_id"])

    op.create_table(
        "documents",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("collection", sa.String(length=64), nullable=False),
        sa.Column("parent_id", sa.String(length=64), nullable=False),
        sa.Column("natural_key", sa.String(length=512), nullable=True),
        sa.Column("odata_type", sa.String(length=128), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("updated_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index(
        "ix_documents_collection", "documents", ["tenant_id", "collection", "parent_id", "id"]
    )
    op.create_index("ix_documents_key", "documents", ["tenant_id", "collection", "natural_key"])

    op.create_table(
        "managed_apps",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("identifier", sa.String(length=256), nullable=False),
        sa.Column("document_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "identifier", "document_id"),
    )
    op.create_index("ix_managed_apps_document_id", "managed_apps", ["document_id"])

    op.create_table(
        "managed_devices",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("workload", sa.String(length=3), nullable=False),
        sa.Column("ownership", sa.String(length=9), nullable=False),
        sa.Column("platform", sa.String(length=7), nullable=False),
        sa.Column("entra_joined", sa.Boolean(), nullable=False),
        sa.Column("mdm_enrolled", sa.Boolean(), nullable=False),
        sa.Column("work_profile", sa.Boolean(), nullable=False),
        sa.Column("mtd_connector", sa.Boolean(), nullable=False),
        sa.Column("compliant_apps_feature", sa.Boolean(), nullable=False),
        sa.Column("strict_app_inventory", sa.Boolean(), nullable=False),
        sa.Column("location_on_request_only", sa.Boolean(), nullable=False),
        sa.Column("location_requested", sa.Boolean(), nullable=False),
        sa.Column("tenant_diagnostics", sa.Boolean(), nullable=False),
        sa.Column("user_diagnostics", sa.Boolean(), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=True),
        sa.Column("enrolled_at", sa.Float(), nullable=False),
        sa.Column("last_sync_at", sa.Float(), nullable=False),
        sa.Column("management_state", sa.String(length=16), nullable=False),
        sa.Column("policy_version", sa.String(length=32), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("enrollment_type", sa.String(length=64), nullable=False),
        sa.Column("compliance_state", sa.String(length=16), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("location_expires_at", sa.Float(), nullable=True),
        sa.Column("managed_device_name", sa.String(length=256), nullable=True),
        sa.Column("marked_ownership", sa.String(length=9), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index(
        "ix_managed_devices_location_expires_at", "managed_devices", ["location_expires_at"]
    )
    op.create_index("ix_managed_devices_user_id", "managed_devices", ["user_id"])

    op.create_table(
        "orders",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("requested_at", sa.Float(), nullable=False),
        sa.Column("updated_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("ix_orders_record", "orders", ["tenant_id", "record_id", "seq"])

    op.create_table(
        "signing_keys",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("private_pem", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_table(
        "tenant_settings",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("compliant_apps_feature", sa.Boolean(), nullable=False),
        sa.Column("strict_app_inventory", sa.Boolean(), nullable=False),
        sa.Column("device_query", sa.Boolean(), nullable=False),
        sa.Column("diagnostics", sa.Boolean(), nullable=False),
        sa.Column("location_on_request_only", sa.Boolean(), nullable=False),
        sa.Column("pseudonym_key", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
    )
    op.create_table(
        "users",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("user_principal_name", sa.String(length=256), nullable=False),
        sa.Column("display_name", sa.String(length=256), nullable=False),
        sa.Column("account_enabled", sa.Boolean(), nullable=False),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.String(length=256), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "user_principal_name"),
    )
    for name in ("deviceName", "serialNumber", "imei", "azureADDeviceId"):
        _index_fact("ix_device", "managed_devices", name)
    _index_fact("ix_registration", "app_registrations", "azureADDeviceId")
    op.create_index(
        "ux_registration",
        "app_registrations",
        [
            "tenant_id",
            "user_id",
            sa.text(f"coalesce({_fact('deviceTag')}, '')"),
            sa.text(_fact("appIdentifier")),
        ],
        unique=True,
    )


def _index_fact(prefix: str, table: str, name: str) -> None:
    op.create_index(f"{prefix}_{name}", table, ["tenant_id", sa.text(_fact(name))])


def _fact(name: str) -> str:
    is_sqlite = op.get_context().dialect.name == "sqlite"
    return f"json_extract(facts, '$.{name}')" if is_sqlite else f"((facts)::json ->> '{name}')"
