"""The tables, typed. The tenant's id leads every key; moments are seconds since 1970.

A record (a device, an app registration) is a row: what the service knows itself are columns, what
the device said and may be kept is one JSON document, `facts`, keyed by fact name.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Float,
    Index,
    Integer,
    MetaData,
    Named,
    String,
    Table,
    Text,
    TypedColumns,
    UniqueConstraint,
    func,
    literal_column,
)

metadata = MetaData()


class OfTenant(TypedColumns):
    """Everything belongs to a tenant."""

    tenant_id: Named[str] = Column(String(36), primary_key=True)


class WithId(OfTenant):
    """Keyed by tenant and id."""

    id: Named[str] = Column(String(36), primary_key=True)


class InContext(WithId):
    """The context a record was last judged in: the guard reads these columns (see `guard`)."""

    workload: Named[str] = Column(String(3), nullable=False)
    ownership: Named[str] = Column(String(9), nullable=False)
    platform: Named[str] = Column(String(7), nullable=False)
    entra_joined: Named[bool] = Column(Boolean, nullable=False)
    mdm_enrolled: Named[bool] = Column(Boolean, nullable=False)
    work_profile: Named[bool] = Column(Boolean, nullable=False)
    mtd_connector: Named[bool] = Column(Boolean, nullable=False)
    compliant_apps_feature: Named[bool] = Column(Boolean, nullable=False)
    strict_app_inventory: Named[bool] = Column(Boolean, nullable=False)
    location_on_request_only: Named[bool] = Column(Boolean, nullable=False)
    location_requested: Named[bool] = Column(Boolean, nullable=False)
    tenant_diagnostics: Named[bool] = Column(Boolean, nullable=False)
    user_diagnostics: Named[bool] = Column(Boolean, nullable=False)


class RecordColumns(InContext):
    """What a device and an app registration have in common."""

    user_id: Named[str | None] = Column(String(36), index=True)
    enrolled_at: Named[float] = Column(Float, nullable=False)
    last_sync_at: Named[float] = Column(Float, nullable=False)
    management_state: Named[str] = Column(String(16), nullable=False)
    policy_version: Named[str] = Column(String(32), nullable=False)
    facts: Named[str] = Column(Text, nullable=False)


class DeviceColumns(RecordColumns):
    """A device under MDM. A hidden one was deleted and still has to hear of it."""

    enrollment_type: Named[str] = Column(String(64), nullable=False)
    compliance_state: Named[str] = Column(String(16), nullable=False)
    hidden: Named[bool] = Column(Boolean, nullable=False)
    location_expires_at: Named[float | None] = Column(Float, index=True)
    managed_device_name: Named[str | None] = Column(String(256))
    marked_ownership: Named[str | None] = Column(String(9))


class RegistrationColumns(RecordColumns):
    """An app under app protection, linked to its MDM device where there is one."""

    device_id: Named[str | None] = Column(String(36), index=True)


class UserColumns(WithId):
    """A directory user: rows user.display_name, user.upn_or_email, and an admin's own."""

    user_principal_name: Named[str] = Column(String(256), nullable=False)
    display_name: Named[str] = Column(String(256), nullable=False)
    account_enabled: Named[bool] = Column(Boolean, nullable=False)
    is_admin: Named[bool] = Column(Boolean, nullable=False)
    password_hash: Named[str] = Column(String(256), nullable=False)
    created_at: Named[float] = Column(Float, nullable=False)


class ClientColumns(WithId):
    """A registered application; its id is the client id."""

    display_name: Named[str] = Column(String(256), nullable=False)
    secret_hash: Named[str] = Column(String(256), nullable=False)
    roles: Named[str] = Column(Text, nullable=False)


class DirectoryDeviceColumns(WithId):
    """A device object of the directory, which decides whether a device is joined."""

    device_id: Named[str] = Column(String(36), nullable=False, index=True)
    display_name: Named[str] = Column(String(256), nullable=False)
    trust_type: Named[str | None] = Column(String(16))
    account_enabled: Named[bool] = Column(Boolean, nullable=False)
    operating_system: Named[str | None] = Column(String(64))
    operating_system_version: Named[str | None] = Column(String(64))
    created_at: Named[float] = Column(Float, nullable=False)


class DeviceOwnerColumns(OfTenant):
    """Registered owners and users of a directory device."""

    directory_device_id: Named[str] = Column(String(36), primary_key=True)
    relation: Named[str] = Column(String(16), primary_key=True)
    user_id: Named[str] = Column(String(36), primary_key=True, index=True)


class CredentialColumns(OfTenant):
    """An opaque token, by its hash: a device's, an app's, an enrollment or a refresh token."""

    token_hash: Named[str] = Column(String(64), primary_key=True)
    kind: Named[str] = Column(String(10), nullable=False)
    subject_id: Named[str] = Column(String(36), nullable=False, index=True)
    state: Named[str] = Column(String(8), nullable=False)
    expires_at: Named[float | None] = Column(Float)
    detail: Named[str] = Column(Text, nullable=False)


class OrderColumns(WithId):
    """A remote action on a record. Parameters are emptied as soon as it ends."""

    seq: Named[int] = Column(Integer, nullable=False)
    record_id: Named[str] = Column(String(36), nullable=False)
    action: Named[str] = Column(String(64), nullable=False)
    parameters: Named[str] = Column(Text, nullable=False)
    state: Named[str] = Column(String(16), nullable=False)
    requested_at: Named[float] = Column(Float, nullable=False)
    updated_at: Named[float] = Column(Float, nullable=False)


class DocumentColumns(OfTenant):
    """An object that an admin creates; its properties are one document."""

    id: Named[str] = Column(String(64), primary_key=True)
    collection: Named[str] = Column(String(64), nullable=False)
    parent_id: Named[str] = Column(String(64), nullable=False)
    natural_key: Named[str | None] = Column(String(512))
    odata_type: Named[str] = Column(String(128), nullable=False)
    document: Named[str] = Column(Text, nullable=False)
    version: Named[int] = Column(Integer, nullable=False)
    created_at: Named[float] = Column(Float, nullable=False)
    updated_at: Named[float] = Column(Float, nullable=False)


class ManagedAppColumns(OfTenant):
    """Identifiers of the apps a tenant manages, and the object each comes from."""

    identifier: Named[str] = Column(String(256), primary_key=True)
    document_id: Named[str] = Column(String(64), primary_key=True, index=True)


class SettingsColumns(OfTenant):
    """The tenant's switches (the catalogue's conditions)."""

    compliant_apps_feature: Named[bool] = Column(Boolean, nullable=False)
    strict_app_inventory: Named[bool] = Column(Boolean, nullable=False)
    device_query: Named[bool] = Column(Boolean, nullable=False)
    diagnostics: Named[bool] = Column(Boolean, nullable=False)
    location_on_request_only: Named[bool] = Column(Boolean, nullable=False)
    pseudonym_key: Named[str] = Column(String(64), nullable=False)


class SigningKeyColumns(WithId):
    """A key that signs tokens; its id is the `kid`."""

    private_pem: Named[str] = Column(Text, nullable=False)
    created_at: Named[float] = Column(Float, nullable=False)


class DiagnosticColumns(OfTenant):
    """Optional diagnostics under a pseudonym: nothing here names the device or its user."""

    pseudonym: Named[str] = Column(String(64), primary_key=True)
    fact: Named[str] = Column(String(32), primary_key=True)
    document: Named[str] = Column(Text, nullable=False)
    tenant_diagnostics: Named[bool] = Column(Boolean, nullable=False)
    user_diagnostics: Named[bool] = Column(Boolean, nullable=False)


class AuditColumns(OfTenant):
    """An audit entry: a canonical document in a hash chain."""

    seq: Named[int] = Column(Integer, primary_key=True)
    id: Named[str] = Column(String(36), nullable=False)
    recorded_at: Named[float] = Column(Float, nullable=False)
    category: Named[str] = Column(String(32), nullable=False)
    activity_type: Named[str] = Column(String(128), nullable=False)
    operation_type: Named[str] = Column(String(16), nullable=False)
    document: Named[str] = Column(Text, nullable=False)
    previous_hash: Named[str] = Column(String(64), nullable=False)
    hash: Named[str] = Column(String(64), nullable=False)


class AuditHeadColumns(OfTenant):
    """The end of the chain, so that appending reads one row and a cut tail shows."""

    seq: Named[int] = Column(Integer, nullable=False)
    hash: Named[str] = Column(String(64), nullable=False)


class CounterColumns(TypedColumns):
    """Named counters: the source of seeded ids and of the order of orders."""

    name: Named[str] = Column(String(32), primary_key=True)
    value: Named[int] = Column(Integer, nullable=False)


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
    Index("ix_documents_collection", "tenant_id", "collection", "parent_id", "id"),
    Index("ix_documents_key", "tenant_id", "collection", "natural_key"),
)
managed_apps = Table("managed_apps", metadata, ManagedAppColumns)
settings = Table("tenant_settings", metadata, SettingsColumns)
signing_keys = Table("signing_keys", metadata, SigningKeyColumns)
diagnostics = Table("diagnostics", metadata, DiagnosticColumns)
audit_events = Table("audit_events", metadata, AuditColumns)
audit_heads = Table("audit_heads", metadata, AuditHeadColumns)
counters = Table("counters", metadata, CounterColumns)


def fact(table: Table[RecordColumns], name: str) -> ColumnElement[str]:
    """The SQL expression of a fact's text; the indexes below make some quick to find by."""
    return func.json_extract(table.c.facts, literal_column(f"'$.{name}'"))


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
