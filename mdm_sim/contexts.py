"""The context of a record, from server state; and judging it again when that state changes.

Every record carries the context it was last judged in. Whoever changes what a context depends on
calls `rejudge` in the same transaction, so that a check-in reads its own row and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import orjson
from sqlalchemy import Connection, Table, bindparam, select, update

from mdm_sim import diagnostics
from mdm_sim.policy.context import Context, Ownership, Platform, Workload
from mdm_sim.policy.minimise import Minimised, minimise
from mdm_sim.store.engine import scrub_after
from mdm_sim.store.prepared import Prepared
from mdm_sim.store.tables import (
    InContext,
    RecordColumns,
    device_owners,
    devices,
    directory_devices,
    documents,
    fact,
    managed_apps,
    registrations,
    settings,
)

COLUMNS = tuple(InContext.__annotations__)
CONNECTORS = "deviceManagement/mobileThreatDefenseConnectors"
_CONNECTOR_FLAGS = {
    Platform.IOS: "ios",
    Platform.IPADOS: "ios",
    Platform.MACOS: "mac",
    Platform.ANDROID: "android",
    Platform.WINDOWS: "windows",
}
_NOT_SET_UP = {"unavailable", "notSetUp"}

_SETTINGS = Prepared(select(settings).where(settings.c.tenant_id == bindparam("tenant")))
_CONNECTORS = Prepared(
    select(documents.c.document).where(
        documents.c.tenant_id == bindparam("tenant"), documents.c.collection == CONNECTORS
    )
)
_JOINED = Prepared(
    select(directory_devices.c.id)
    .join(
        device_owners,
        (device_owners.c.tenant_id == directory_devices.c.tenant_id)
        & (device_owners.c.directory_device_id == directory_devices.c.id),
    )
    .where(
        directory_devices.c.tenant_id == bindparam("tenant"),
        directory_devices.c.device_id == bindparam("device_id"),
        # Joined or hybrid joined; a device that is only registered is `Workplace`.
        (directory_devices.c.trust_type == "AzureAd")
        | (directory_devices.c.trust_type == "ServerAd"),
        device_owners.c.user_id == bindparam("user_id"),
    )
    .limit(1)
)
_MANAGED = Prepared(
    select(managed_apps.c.identifier).where(managed_apps.c.tenant_id == bindparam("tenant"))
)


def of_row(row: Any) -> Context:
    """The context that a record's row was last judged in."""
    held = row._mapping  # noqa: SLF001
    flags = {name: bool(held[name]) for name in COLUMNS[3:]}
    return Context(
        Workload(held["workload"]),
        Ownership(held["ownership"]),
        Platform(held["platform"]),
        **flags,
    )


def columns(context: Context) -> dict[str, Any]:
    """A context as the columns of a record."""
    everything = asdict(context)
    return {name: everything[name] for name in COLUMNS}


def with_tenant(connection: Connection, tenant_id: str, context: Context) -> Context:
    """`context` with the tenant's switches and connectors as they are now."""
    row = _SETTINGS(connection, tenant=tenant_id).one()
    return replace(
        context,
        mtd_connector=_has_connector(connection, tenant_id, context),
        compliant_apps_feature=bool(row.compliant_apps_feature),
        strict_app_inventory=bool(row.strict_app_inventory),
        location_on_request_only=bool(row.location_on_request_only),
        tenant_diagnostics=bool(row.diagnostics),
    )


def _has_connector(connection: Connection, tenant_id: str, context: Context) -> bool:
    prefix = _CONNECTOR_FLAGS.get(context.platform)
    names = [f"{prefix}Enabled"]
    if context.workload is Workload.MAM:
        names.append(f"{prefix}MobileApplicationManagementEnabled")
    for row in _CONNECTORS(connection, tenant=tenant_id):
        connector = orjson.loads(row[0])
        if connector.get("partnerState", "enabled") not in _NOT_SET_UP and any(
            connector.get(name) is True for name in names
        ):
            return True
    return False


def is_joined(
    connection: Connection, tenant_id: str, user_id: str | None, facts: Mapping[str, Any]
) -> bool:
    """Whether the directory has this user's device under the stated id, joined or hybrid joined."""
    device_id = facts.get("azureADDeviceId")
    if not isinstance(device_id, str) or user_id is None:
        return False
    found = _JOINED(connection, tenant=tenant_id, device_id=device_id.lower(), user_id=user_id)
    return found.first() is not None


def apps_managed(
    connection: Connection, tenant_id: str, facts: Mapping[str, Any]
) -> frozenset[str]:
    """Identifiers of the apps that are managed for a record: the tenant's and the app's own."""
    own = (facts.get("appIdentifier") or {}).values()
    known = (row[0] for row in _MANAGED(connection, tenant=tenant_id))
    return frozenset(known) | {value for value in own if isinstance(value, str)}


def table_of(workload: Workload) -> Table[Any]:
    """Where records of a workload live."""
    return devices if workload is Workload.MDM else registrations


def rejudge(connection: Connection, row: Any, context: Context) -> Minimised | None:
    """Judge what is stored in `row` again, in `context`, and store what is still permitted.

    Returns the outcome when anything was removed or reduced, None when the facts stayed as they
    were. What went leaves the write-ahead log too.
    """
    stored = orjson.loads(row.facts)
    managed = apps_managed(connection, row.tenant_id, stored) if "applications" in stored else ()
    outcome = minimise(stored, context, managed)
    changed = outcome.kept != stored
    values: dict[str, Any] = columns(context)
    if changed:
        values["facts"] = orjson.dumps(outcome.kept).decode()
        if "location" in stored and "location" not in outcome.kept:
            values["location_expires_at"] = None
        scrub_after(connection)
    if not (context.tenant_diagnostics and context.user_diagnostics):
        diagnostics.purge(connection, row.tenant_id, row.id)
    table = table_of(context.workload)
    connection.execute(update(table).where(*_this(table, row)).values(values))
    return outcome if changed else None


def _this(table: Table[RecordColumns], row: Any) -> tuple[Any, ...]:
    return (table.c.tenant_id == row.tenant_id, table.c.id == row.id)


def rejudge_tenant(connection: Connection, tenant_id: str) -> int:
    """Judge every record of a tenant again after a switch, connector or managed app changed.

    Returns how many records lost or shrank a fact.
    """
    shrunk = 0
    for table in (devices, registrations):
        rows = connection.execute(select(table).where(table.c.tenant_id == tenant_id)).all()
        for row in rows:
            context = with_tenant(connection, tenant_id, of_row(row))
            shrunk += rejudge(connection, row, context) is not None
    return shrunk


def rejudge_joined(connection: Connection, tenant_id: str, device_id: str) -> int:
    """Judge again the records that state the directory device `device_id`, after it changed."""
    shrunk = 0
    for table in (devices, registrations):
        stated = fact(table, "azureADDeviceId") == device_id
        query = select(table).where(table.c.tenant_id == tenant_id, stated)
        for row in connection.execute(query).all():
            facts = {"azureADDeviceId": device_id}
            joined = is_joined(connection, tenant_id, row.user_id, facts)
            context = replace(of_row(row), entra_joined=joined)
            shrunk += rejudge(connection, row, context) is not None
    return shrunk
