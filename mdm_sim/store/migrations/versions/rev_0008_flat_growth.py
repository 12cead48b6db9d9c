"""Every index leads with the tenant and serves a read; the records of each kind are counted."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_GONE = {
    "managed_devices": (
        *("ix_managed_devices_user_id", "ix_managed_devices_location_expires_at"),
        *("ix_device_deviceName", "ix_device_serialNumber", "ix_device_imei"),
        "ix_device_azureADDeviceId",
    ),
    "app_registrations": (
        *("ix_app_registrations_user_id", "ix_app_registrations_device_id"),
        "ix_registration_azureADDeviceId",
    ),
    "credentials": ("ix_credentials_subject_id",),
    "directory_device_owners": ("ix_directory_device_owners_user_id",),
    "directory_devices": ("ix_directory_devices_device_id",),
    "managed_apps": ("ix_managed_apps_document_id",),
    "device_queries": ("ix_device_queries_order_id", "ix_device_queries_record_id"),
    "receipts": ("ix_receipts_last",),
}


def _fact(name: str) -> str:
    return f"json_extract(facts, '$.{name}')"


def _ranked(name: str) -> str:
    return f"coalesce({_fact(name)}, '')"


def _worded(column: str, words: dict[str, str], otherwise: str) -> str:
    told = " ".join(f"WHEN ({column} = '{value}') THEN '{word}'" for value, word in words.items())
    return f"CASE {told} ELSE '{otherwise}' END"


_SYSTEMS = {
    "windows": "Windows",
    "macos": "macOS",
    "ios": "iOS",
    "ipados": "iPadOS",
    "android": "Android",
    "linux": "Linux",
}
_SYSTEM = f"coalesce({_fact('operatingSystem')}, {_worded('platform', _SYSTEMS, '')})"
_OWNER = _worded("ownership", {"corporate": "company", "personal": "personal"}, "unknown")
_MAKE = f"{_ranked('manufacturer')} || '\n' || {_ranked('model')}"
_SHOWN, _USER = "hidden IS 0", "json_extract(detail, '$.userId')"
_AUDITED = "json_extract(document, '$.resources[0].resourceId')"
_ACTOR = "json_extract(document, '$.actor.userId')"
# By their names: the table, what follows the tenant, and which rows are in it.
_NEW: dict[str, tuple[str, tuple[str, ...], str]] = {
    **{
        f"ix_device_{name}": ("managed_devices", (_ranked(name), "id"), _SHOWN)
        for name in ("deviceName", "serialNumber", "imei", "azureADDeviceId")
    },
    **{
        f"ix_device_{name}": ("managed_devices", (part, "id"), _SHOWN)
        for name, part in {
            "system": _SYSTEM,
            "owner": _OWNER,
            "compliance": "compliance_state",
            "state": "management_state",
            "sync": "last_sync_at",
            "enrolled": "enrolled_at",
            "make": _MAKE,
        }.items()
    },
    "ix_device_user": ("managed_devices", ("user_id", "id"), ""),
    "ix_device_location": (
        "managed_devices",
        ("location_expires_at",),
        "location_expires_at IS NOT NULL",
    ),
    "ix_registration_user": ("app_registrations", ("user_id", "id"), ""),
    "ix_registration_sync": ("app_registrations", ("last_sync_at", "id"), ""),
    "ix_registration_device": ("app_registrations", ("device_id",), ""),
    "ix_registration_azureADDeviceId": (
        "app_registrations",
        (_ranked("azureADDeviceId"), "id"),
        "",
    ),
    "ix_credentials_expiry": ("credentials", ("expires_at",), "expires_at IS NOT NULL"),
    "ix_credentials_subject": ("credentials", ("subject_id",), ""),
    "ix_credentials_user": ("credentials", (_USER,), f"{_USER} IS NOT NULL"),
    "ix_users_deleted": ("users", ("deleted_at",), "deleted_at IS NOT NULL"),
    "ix_device_owners_user": ("directory_device_owners", ("user_id",), ""),
    "ix_directory_devices_device": ("directory_devices", ("device_id",), ""),
    "ix_managed_apps_document": ("managed_apps", ("document_id",), ""),
    "ix_queries_order": ("device_queries", ("order_id",), ""),
    "ix_queries_record": ("device_queries", ("record_id",), ""),
    "ix_receipts_last": ("receipts", ("last_at + 0",), ""),
    "ix_orders_action": ("orders", ("action", "requested_at"), ""),
    "ix_audit_id": ("audit_events", ("id",), ""),
    "ix_audit_moment": ("audit_events", ("recorded_at", "seq"), ""),
    "ix_audit_category": ("audit_events", ("category", "seq"), ""),
    "ix_audit_resource": ("audit_events", (_AUDITED, "seq"), ""),
    "ix_audit_actor": ("audit_events", (_ACTOR, "seq"), f"{_ACTOR} IS NOT NULL"),
}
_EXTRACT = re.compile(r"json_extract\((\w+), '\$\.([^']+)'\)")
_KINDS = "workload, platform, ownership, work_profile"
_OF_DEVICE = "enrollment_type, compliance_state, hidden"


def _spelled(sql: str) -> str:
    """An expression as the database has it that is migrated."""
    if op.get_context().dialect.name == "sqlite" or not sql:
        return sql
    return f"({_EXTRACT.sub(_inside, sql).replace('hidden IS 0', 'hidden IS FALSE')})"


def _inside(found: re.Match[str]) -> str:
    column, path = found.groups()
    steps = re.findall(r"\w+", path)
    if len(steps) == 1:
        return f"((({column})::json) ->> '{steps[0]}')"
    listed = ",".join(f'"{step}"' for step in steps)
    return f"((({column})::json) #>> '{{{listed}}}')"


def upgrade() -> None:
    """Bring the schema to this revision."""
    for table, names in _GONE.items():
        for name in names:
            op.drop_index(name, table)
    for name, (table, parts, where) in _NEW.items():
        columns = [sa.text("tenant_id"), *(sa.text(_spelled(part)) for part in parts)]
        rows = sa.text(_spelled(where)) if where else None
        op.create_index(name, table, columns, sqlite_where=rows, postgresql_where=rows)
    op.create_table(
        "record_tallies",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("workload", sa.String(length=3), nullable=False),
        sa.Column("platform", sa.String(length=7), nullable=False),
        sa.Column("ownership", sa.String(length=9), nullable=False),
        sa.Column("work_profile", sa.Boolean(), nullable=False),
        sa.Column("enrollment_type", sa.String(length=64), nullable=False),
        sa.Column("compliance_state", sa.String(length=16), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            *("tenant_id", "workload", "platform", "ownership", "work_profile"),
            *("enrollment_type", "compliance_state", "hidden"),
        ),
    )
    for table, more in (("managed_devices", _OF_DEVICE), ("app_registrations", "'', '', FALSE")):
        op.execute(
            f"INSERT INTO record_tallies (tenant_id, {_KINDS}, {_OF_DEVICE}, number) "  # noqa: S608
            f"SELECT tenant_id, {_KINDS}, {more}, count(*) FROM {table} "
            f"GROUP BY tenant_id, {_KINDS}{', ' + _OF_DEVICE if 'hidden' in more else ''}"
        )
