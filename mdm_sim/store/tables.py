"""The tables, and the indexes on facts that lists filter by. Their columns stand in `columns`."""

from __future__ import annotations

from sqlalchemy import (
    ColumnElement,
    Index,
    MetaData,
    Table,
    UniqueConstraint,
    func,
    literal_column,
)

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

metadata = MetaData()

devices = Table("managed_devices", metadata, DeviceColumns)
registrations = Table("app_registrations", metadata, RegistrationColumns)
users = Table("users", metadata, UserColumns, UniqueConstraint("tenant_id", "user_principal_name"))
clients = Table("clients", metadata, ClientColumns)
directory_devices = Table("directory_devices", metadata, DirectoryDeviceColumns)
device_owners = Table("directory_device_owners", metadata, DeviceOwnerColumns)
credentials = Table("credentials", metadata, CredentialColumns)
orders = Table(
    "orders", metadata, OrderColumns, Index("ix_orders_record", "tenant_id", "record_id", "seq")
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
receipts = Table(
    "receipts",
    metadata,
    ReceiptColumns,
    Index("ix_receipts_last", "tenant_id", "record_id", "last_at"),
)
queries = Table("device_queries", metadata, QueryColumns)
audit_events = Table("audit_events", metadata, AuditColumns)
audit_heads = Table("audit_heads", metadata, AuditHeadColumns)
throttle_windows = Table("throttle_windows", metadata, ThrottleColumns)
counters = Table("counters", metadata, CounterColumns)


def fact(table: Table[RecordColumns], name: str) -> ColumnElement[str]:
    """The SQL expression of a fact's text; the indexes below make some quick to find by."""
    return func.json_extract(table.c.facts, literal_column(f"'$.{name}'"))


# The records that a change of the tenant's still concerns.
Index("ix_device_epoch", devices.c.tenant_id, devices.c.epoch)
Index("ix_registration_epoch", registrations.c.tenant_id, registrations.c.epoch)

# The facts that lists filter on; the last index makes an app's registration unique.
for _name in ("deviceName", "serialNumber", "imei", "azureADDeviceId"):
    Index(f"ix_device_{_name}", devices.c.tenant_id, fact(devices, _name))
Index(
    "ix_registration_azureADDeviceId",
    registrations.c.tenant_id,
    fact(registrations, "azureADDeviceId"),
)
Index(
    "ux_registration",
    registrations.c.tenant_id,
    registrations.c.user_id,
    func.coalesce(fact(registrations, "deviceTag"), literal_column("''")),
    fact(registrations, "appIdentifier"),
    unique=True,
)
