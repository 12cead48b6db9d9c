"""The tables, and the indexes that reads need. Their columns stand in `columns` and `tallies`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Index, MetaData, Table, UniqueConstraint, func, literal_column

from mdm_sim.policy.facts import KINDS, Kind
from mdm_sim.store.bulk_columns import BulkKeyColumns
from mdm_sim.store.columns import (
    AuditColumns,
    AuditHeadColumns,
    ClientColumns,
    CounterColumns,
    CredentialColumns,
    DeviceColumns,
    DeviceOwnerColumns,
    DiagnosticColumns,
    DirectoryDeviceColumns,
    DocumentColumns,
    ManagedAppColumns,
    OrderColumns,
    QueryColumns,
    ReceiptColumns,
    RecordColumns,
    ReferenceColumns,
    RegistrationColumns,
    SettingsColumns,
    SigningKeyColumns,
    ThrottleColumns,
    UserColumns,
)
from mdm_sim.store.dialects.functions import fact_value
from mdm_sim.store.expressions import OWNERS, SYSTEMS, member, ranked, worded
from mdm_sim.store.tallies import TallyColumns

metadata = MetaData()
_TYPED = {Kind.BOOLEAN: "boolean", Kind.COUNT: "integer", Kind.NUMBER: "number"}

devices = Table("managed_devices", metadata, DeviceColumns)
registrations = Table("app_registrations", metadata, RegistrationColumns)
users = Table("users", metadata, UserColumns, UniqueConstraint("tenant_id", "user_principal_name"))
clients = Table("clients", metadata, ClientColumns)
directory_devices = Table("directory_devices", metadata, DirectoryDeviceColumns)
device_owners = Table("directory_device_owners", metadata, DeviceOwnerColumns)
credentials = Table(
    "credentials", metadata, CredentialColumns, Index("ix_credentials_hash", "token_hash")
)
orders = Table(
    "orders",
    metadata,
    OrderColumns,
    Index("ix_orders_record", "tenant_id", "record_id", "seq"),
    Index("ix_orders_action", "tenant_id", "action", "requested_at"),
)
documents = Table(
    "documents",
    metadata,
    DocumentColumns,
    Index("ix_documents_key", "tenant_id", "collection", "natural_key"),
)
references = Table(
    "object_references",
    metadata,
    ReferenceColumns,
    Index("ix_references_target", "tenant_id", "target_id", "collection"),
)
managed_apps = Table("managed_apps", metadata, ManagedAppColumns)
settings = Table("tenant_settings", metadata, SettingsColumns)
signing_keys = Table("signing_keys", metadata, SigningKeyColumns)
diagnostics = Table("diagnostics", metadata, DiagnosticColumns)
receipts = Table("receipts", metadata, ReceiptColumns)
queries = Table("device_queries", metadata, QueryColumns)
bulk_keys = Table("bulk_keys", metadata, BulkKeyColumns)
audit_events = Table("audit_events", metadata, AuditColumns)
audit_heads = Table("audit_heads", metadata, AuditHeadColumns)
throttle_windows = Table("throttle_windows", metadata, ThrottleColumns)
counters = Table("counters", metadata, CounterColumns)
record_tallies = Table("record_tallies", metadata, TallyColumns)


def fact(table: Table[RecordColumns], name: str) -> ColumnElement[Any]:
    """The SQL expression of a fact."""
    return fact_value(table.c.facts, name, _TYPED.get(KINDS[name], "text"))


# What is shown of a device and is made of more than one column. `DEVICE_MAKE` is its maker and
# its model, a line each.
DEVICE_SYSTEM: ColumnElement[str] = func.coalesce(
    fact(devices, "operatingSystem"), worded(devices.c.platform, SYSTEMS, "")
)
DEVICE_OWNER: ColumnElement[str] = worded(devices.c.ownership, OWNERS, "unknown")
DEVICE_MAKE: ColumnElement[str] = (
    ranked(fact(devices, "manufacturer"))
    .concat(literal_column("'\n'"))
    .concat(ranked(fact(devices, "model")))
)
# Whom an enrollment token names; whom and what an audit entry is of.
TOKEN_USER = member(credentials.c.detail, "$.userId")
AUDITED = member(audit_events.c.document, "$.resources[0].resourceId")
AUDIT_ACTOR = member(audit_events.c.document, "$.actor.userId")


def _index(name: str, table: Table[Any], *parts: Any, where: Any = None) -> None:
    """An index that leads with the tenant; of some rows alone where a condition is given."""
    Index(name, table.c.tenant_id, *parts, sqlite_where=where, postgresql_where=where)


# What lists of devices filter and sort by. The id is last, so that what is found by a value is
# sorted already and a page begins where the last one ended.
_visible = devices.c.hidden.is_(False)
for _name in ("deviceName", "serialNumber", "imei", "azureADDeviceId"):
    _ranked = ranked(fact(devices, _name))
    _index(f"ix_device_{_name}", devices, _ranked, devices.c.id, where=_visible)
for _name, _part in (
    ("system", DEVICE_SYSTEM),
    ("owner", DEVICE_OWNER),
    ("compliance", devices.c.compliance_state),
    ("state", devices.c.management_state),
    ("sync", devices.c.last_sync_at),
    ("enrolled", devices.c.enrolled_at),
    ("make", DEVICE_MAKE),
):
    _index(f"ix_device_{_name}", devices, _part, devices.c.id, where=_visible)
_index("ix_device_user", devices, devices.c.user_id, devices.c.id)
_index("ix_registration_user", registrations, registrations.c.user_id, registrations.c.id)
_index("ix_registration_sync", registrations, registrations.c.last_sync_at, registrations.c.id)
_index("ix_registration_device", registrations, registrations.c.device_id)
_joined = ranked(fact(registrations, "azureADDeviceId"))
_index("ix_registration_azureADDeviceId", registrations, _joined, registrations.c.id)

# The records that a change of the tenant's still concerns, and what time takes away.
# A receipt's age, as no list of one record's receipts sorts by it: their key finds those.
RECEIPT_LAST: ColumnElement[float] = receipts.c.last_at + literal_column("0")
_index("ix_receipts_last", receipts, RECEIPT_LAST)
_index("ix_device_epoch", devices, devices.c.epoch)
_index("ix_registration_epoch", registrations, registrations.c.epoch)
_index("ix_bulk_keys_done", bulk_keys, bulk_keys.c.done_at)
_until = devices.c.location_expires_at
_index("ix_device_location", devices, _until, where=_until.is_not(None))
_ends = credentials.c.expires_at
_index("ix_credentials_expiry", credentials, _ends, where=_ends.is_not(None))
_deleted = users.c.deleted_at
_index("ix_users_deleted", users, _deleted, where=_deleted.is_not(None))

# Whose something is.
_index("ix_credentials_subject", credentials, credentials.c.subject_id)
_index("ix_credentials_user", credentials, TOKEN_USER, where=TOKEN_USER.is_not(None))
_index("ix_device_owners_user", device_owners, device_owners.c.user_id)
_index("ix_directory_devices_device", directory_devices, directory_devices.c.device_id)
_index("ix_managed_apps_document", managed_apps, managed_apps.c.document_id)
_index("ix_queries_order", queries, queries.c.order_id)
_index("ix_queries_record", queries, queries.c.record_id)

# The audit log by time, by category, by what it tells of and by who did it.
_seq = audit_events.c.seq
_index("ix_audit_id", audit_events, audit_events.c.id)
_index("ix_audit_moment", audit_events, audit_events.c.recorded_at, _seq)
_index("ix_audit_category", audit_events, audit_events.c.category, _seq)
_index("ix_audit_resource", audit_events, AUDITED, _seq)
_index("ix_audit_actor", audit_events, AUDIT_ACTOR, _seq, where=AUDIT_ACTOR.is_not(None))

# An app's registration is unique.
Index(
    "ux_registration",
    registrations.c.tenant_id,
    registrations.c.user_id,
    ranked(fact(registrations, "deviceTag")),
    fact(registrations, "appIdentifier"),
    unique=True,
)
