"""The columns of the tables, typed. The tenant leads every key; moments are seconds since 1970.

A record (a device, an app registration) is a row: what the service knows itself are columns, what
the device said and may be kept is one JSON document, `facts`, keyed by fact name.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Integer, Named, String, Text, TypedColumns, text


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

    user_id: Named[str | None] = Column(String(36))
    enrolled_at: Named[float] = Column(Float, nullable=False)
    last_sync_at: Named[float] = Column(Float, nullable=False)
    management_state: Named[str] = Column(String(16), nullable=False)
    policy_version: Named[str] = Column(String(32), nullable=False)
    facts: Named[str] = Column(Text, nullable=False)
    epoch: Named[int] = Column(Integer, nullable=False, server_default=text("0"))


class DeviceColumns(RecordColumns):
    """A device under MDM. A hidden one was deleted and still has to hear of it, or is inactive.

    `notice` is what its user has to be told at the next check-in.
    """

    enrollment_type: Named[str] = Column(String(64), nullable=False)
    compliance_state: Named[str] = Column(String(16), nullable=False)
    hidden: Named[bool] = Column(Boolean, nullable=False)
    location_expires_at: Named[float | None] = Column(Float)
    managed_device_name: Named[str | None] = Column(String(256))
    marked_ownership: Named[str | None] = Column(String(9))
    inactive: Named[bool] = Column(Boolean, nullable=False, server_default=text("0"))
    notice: Named[str | None] = Column(String(16))


class RegistrationColumns(RecordColumns):
    """An app under app protection, linked to its MDM device where there is one."""

    device_id: Named[str | None] = Column(String(36))


class UserColumns(WithId):
    """A directory user: rows user.display_name, user.upn_or_email, and an admin's own.

    A deleted one waits in the directory's deleted items, with its id before its UPN.
    """

    user_principal_name: Named[str] = Column(String(256), nullable=False)
    display_name: Named[str] = Column(String(256), nullable=False)
    account_enabled: Named[bool] = Column(Boolean, nullable=False)
    is_admin: Named[bool] = Column(Boolean, nullable=False)
    password_hash: Named[str] = Column(String(256), nullable=False)
    created_at: Named[float] = Column(Float, nullable=False)
    deleted_at: Named[float | None] = Column(Float)


class ClientColumns(WithId):
    """A registered application; its id is the client id.

    One without a secret (an empty hash) and without certificates (in PEM) is public. `roles` are
    the permissions it was granted for itself, `scopes` those that it may use for a user.
    `redirect_uris` are by platform, web or public.
    """

    display_name: Named[str] = Column(String(256), nullable=False)
    secret_hash: Named[str] = Column(String(256), nullable=False)
    roles: Named[str] = Column(Text, nullable=False)
    scopes: Named[str] = Column(Text, nullable=False, server_default=text("'[]'"))
    redirect_uris: Named[str] = Column(Text, nullable=False, server_default=text("'{}'"))
    certificates: Named[str] = Column(Text, nullable=False, server_default=text("'[]'"))


class DirectoryDeviceColumns(WithId):
    """A device object of the directory, which decides whether a device is joined."""

    device_id: Named[str] = Column(String(36), nullable=False)
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
    user_id: Named[str] = Column(String(36), primary_key=True)


class CredentialColumns(OfTenant):
    """An opaque token, by its hash: a device's, an app's, an enrollment or a refresh token.

    Also what a sign-in hands out: an authorization code, a device code with its user's code.
    """

    token_hash: Named[str] = Column(String(64), primary_key=True)
    kind: Named[str] = Column(String(10), nullable=False)
    subject_id: Named[str] = Column(String(36), nullable=False)
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
    """An object that an admin creates; its properties are one document.

    `collection` is the path that objects of its kind have, without keys; `parent_id` the keys
    above it, a slash between them: an object is unique among its parent's.
    """

    collection: Named[str] = Column(String(192), primary_key=True)
    parent_id: Named[str] = Column(String(512), primary_key=True)
    id: Named[str] = Column(String(256), primary_key=True)
    natural_key: Named[str | None] = Column(String(512))
    odata_type: Named[str] = Column(String(128), nullable=False)
    document: Named[str] = Column(Text, nullable=False)
    version: Named[int] = Column(Integer, nullable=False)
    created_at: Named[float] = Column(Float, nullable=False)
    updated_at: Named[float] = Column(Float, nullable=False)


class ReferenceColumns(OfTenant):
    """That an object refers to another: a group to its member, an app to its category.

    `collection` is the path of the navigation property, without keys.
    """

    collection: Named[str] = Column(String(192), primary_key=True)
    source_id: Named[str] = Column(String(512), primary_key=True)
    target_id: Named[str] = Column(String(256), primary_key=True)


class ManagedAppColumns(OfTenant):
    """Identifiers of the apps a tenant manages, and the object each comes from."""

    identifier: Named[str] = Column(String(256), primary_key=True)
    document_id: Named[str] = Column(String(64), primary_key=True)


class SettingsColumns(OfTenant):
    """The tenant's switches (the catalogue's conditions).

    `epoch` counts the changes that concern every record; a record whose own epoch is older has
    still to be judged again. `judged_version` is the catalogue that the newest epoch is for.
    """

    compliant_apps_feature: Named[bool] = Column(Boolean, nullable=False)
    strict_app_inventory: Named[bool] = Column(Boolean, nullable=False)
    device_query: Named[bool] = Column(Boolean, nullable=False)
    diagnostics: Named[bool] = Column(Boolean, nullable=False)
    location_on_request_only: Named[bool] = Column(Boolean, nullable=False)
    pseudonym_key: Named[str] = Column(String(64), nullable=False)
    former_pseudonym_key: Named[str | None] = Column(String(64))
    pseudonym_key_at: Named[float] = Column(Float, nullable=False, server_default=text("0"))
    epoch: Named[int] = Column(Integer, nullable=False, server_default=text("0"))
    judged_version: Named[str] = Column(String(32), nullable=False, server_default=text("''"))
    closed_at: Named[float | None] = Column(Float)


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


class ReceiptColumns(OfTenant):
    """What a record was told of what became of its facts: rows and reasons, never a value.

    The same outcome is one row, with when it was first and last so, and how many times.
    """

    record_id: Named[str] = Column(String(36), primary_key=True)
    digest: Named[str] = Column(String(64), primary_key=True)
    first_at: Named[float] = Column(Float, nullable=False)
    last_at: Named[float] = Column(Float, nullable=False)
    times: Named[int] = Column(Integer, nullable=False)
    unknown: Named[int] = Column(Integer, nullable=False)
    document: Named[str] = Column(Text, nullable=False)


class QueryColumns(OfTenant):
    """A device query under way; its answer waits encrypted for the one who asked."""

    id: Named[str] = Column(String(64), primary_key=True)
    order_id: Named[str] = Column(String(36), nullable=False)
    record_id: Named[str] = Column(String(36), nullable=False)
    public_key: Named[str] = Column(Text, nullable=False)
    state: Named[str] = Column(String(16), nullable=False)
    answer: Named[str | None] = Column(Text)
    requested_at: Named[float] = Column(Float, nullable=False)
    answered_at: Named[float | None] = Column(Float)


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
    """The end of the chain, so that appending reads one row and a cut tail shows.

    `base_seq` and `base_hash` are of the last entry that was too old to keep.
    """

    seq: Named[int] = Column(Integer, nullable=False)
    hash: Named[str] = Column(String(64), nullable=False)
    base_seq: Named[int] = Column(Integer, nullable=False, server_default=text("0"))
    base_hash: Named[str] = Column(String(64), nullable=False, server_default=text(f"'{'0' * 64}'"))


class ThrottleColumns(OfTenant):
    """What an application (or, with an empty client id, the tenant) used of a limit of Graph's.

    `used` counts since `opened_at`; once the limit's period is over the row is written anew.
    """

    client_id: Named[str] = Column(String(36), primary_key=True)
    name: Named[str] = Column(String(32), primary_key=True)
    opened_at: Named[float] = Column(Float, nullable=False)
    used: Named[int] = Column(Integer, nullable=False)


class CounterColumns(TypedColumns):
    """Named counters: the source of seeded ids and of the order of orders."""

    name: Named[str] = Column(String(32), primary_key=True)
    value: Named[int] = Column(Integer, nullable=False)
