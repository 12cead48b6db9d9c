"""The context of a record, from server state; and judging it again when that state changes.

Every record carries the context it was last judged in. Whoever changes what one record's context
depends on calls `rejudge` in the same transaction; what concerns every record is in `epochs`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from operator import attrgetter
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Select, Table, bindparam, select, true, update

from mdm_sim import diagnostics, queries, receipts
from mdm_sim.messages import Forbidden, receipt
from mdm_sim.policy import catalogue
from mdm_sim.policy.context import Context, Ownership, Platform, Workload
from mdm_sim.policy.minimise import Minimised, minimise
from mdm_sim.store.columns import InContext
from mdm_sim.store.engine import scrub_after
from mdm_sim.store.expressions import ranked
from mdm_sim.store.prepared import Prepared
from mdm_sim.store.tables import (
    device_owners,
    devices,
    directory_devices,
    documents,
    fact,
    managed_apps,
    registrations,
    settings,
    users,
)
from mdm_sim.store.work import Work

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
_EPOCH = Prepared(select(settings.c.epoch).where(settings.c.tenant_id == bindparam("tenant")))
_CONNECTORS = Prepared(
    select(documents.c.document).where(
        documents.c.tenant_id == bindparam("tenant"), documents.c.collection == CONNECTORS
    )
)


def _joined_device(tenant: Any, device_id: Any, user_id: Any) -> Select[Any]:
    """SQL: the directory's device of this id, if it is joined and this user owns it."""
    return (
        select(directory_devices.c.id)
        .join(
            device_owners,
            (device_owners.c.tenant_id == directory_devices.c.tenant_id)
            & (device_owners.c.directory_device_id == directory_devices.c.id),
        )
        .join(
            users,
            (users.c.tenant_id == device_owners.c.tenant_id)
            & (users.c.id == device_owners.c.user_id),
        )
        .where(
            directory_devices.c.tenant_id == tenant,
            directory_devices.c.device_id == device_id,
            # Joined or hybrid joined; a device that is only registered is `Workplace`.
            (directory_devices.c.trust_type == "AzureAd")
            | (directory_devices.c.trust_type == "ServerAd"),
            device_owners.c.user_id == user_id,
            users.c.deleted_at.is_(None),
        )
    )


_JOINED = Prepared(
    _joined_device(bindparam("tenant"), bindparam("device_id"), bindparam("user_id")).limit(1)
)


def joined(table: Table[Any], device_id: Any) -> ColumnElement[bool]:
    """SQL: whether the directory has a record's user's device under `device_id`, joined."""
    return _joined_device(table.c.tenant_id, device_id, table.c.user_id).correlate(table).exists()


def _update(table: Table[Any], *names: str) -> Prepared:
    this = (table.c.tenant_id == bindparam("tenant"), table.c.id == bindparam("record"))
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in ("epoch", *names)}
    return Prepared(update(table).where(*this).values(values))


_JUDGED = ("facts", "policy_version", *COLUMNS)
_SETTLE = {
    Workload.MDM: _update(devices, *_JUDGED, "location_expires_at"),
    Workload.MAM: _update(registrations, *_JUDGED),
}
_TOUCH = {Workload.MDM: _update(devices), Workload.MAM: _update(registrations)}
_MANAGED = Prepared(
    select(managed_apps.c.identifier).where(managed_apps.c.tenant_id == bindparam("tenant"))
)


def of_row(row: Any) -> Context:
    """The context that a record's row was last judged in."""
    return _context(*_columns_of(row))


_columns_of = attrgetter(*COLUMNS)


@lru_cache(maxsize=4096)
def _context(workload: str, ownership: str, platform: str, *flags: int) -> Context:
    """One of the contexts that there are; the columns of a record tell which."""
    conditions = dict(zip(COLUMNS[3:], map(bool, flags), strict=True))
    return Context(Workload(workload), Ownership(ownership), Platform(platform), **conditions)


def columns(context: Context) -> dict[str, Any]:
    """A context as the columns of a record."""
    return dict(zip(COLUMNS, _columns_of(context), strict=True))


def current(connection: Connection, row: Any) -> Context:
    """The context of a record now: as it was last judged, with what the tenant changed since."""
    context = of_row(row)
    if row.epoch == epoch(connection, row.tenant_id):
        return context
    return with_tenant(connection, row.tenant_id, context)


def epoch(connection: Connection, tenant_id: str) -> int:
    """How many changes of the tenant have concerned every record."""
    return int(_EPOCH(connection, tenant=tenant_id).scalar_one())


def require_open(connection: Connection, tenant_id: str) -> None:
    """Raise Forbidden where the tenant was closed: nothing more is collected for it."""
    require_open_at(_SETTINGS(connection, tenant=tenant_id).one().closed_at)


def require_open_at(closed_at: float | None) -> None:
    """Raise Forbidden for the tenant that was closed at a moment, if it was."""
    if closed_at is not None:
        message = "the tenant is closed"
        raise Forbidden(message)


def tenant_epoch(table: Table[Any]) -> ColumnElement[int]:
    """SQL: the epoch of the tenant of a record; one whose own is another is not judged yet."""
    return (
        select(settings.c.epoch).where(settings.c.tenant_id == table.c.tenant_id).scalar_subquery()
    )


def with_tenant(connection: Connection, tenant_id: str, context: Context) -> Context:
    """`context` with the tenant's switches and connectors as they are now."""
    conditions = tenant_conditions(connection, tenant_id, context.workload, context.platform)
    return replace(context, **conditions)


def tenant_conditions(
    connection: Connection, tenant_id: str, workload: Workload, platform: Platform
) -> dict[str, Any]:
    """The conditions that a tenant decides for its records of a workload and platform."""
    row = _SETTINGS(connection, tenant=tenant_id).one()
    return {
        "mtd_connector": _has_connector(connection, tenant_id, workload, platform),
        "compliant_apps_feature": bool(row.compliant_apps_feature),
        "strict_app_inventory": bool(row.strict_app_inventory),
        "location_on_request_only": bool(row.location_on_request_only),
        "tenant_diagnostics": bool(row.diagnostics),
    }


def _has_connector(
    connection: Connection, tenant_id: str, workload: Workload, platform: Platform
) -> bool:
    prefix = _CONNECTOR_FLAGS.get(platform)
    names = [f"{prefix}Enabled"]
    if workload is Workload.MAM:
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


def rejudge(work: Work, row: Any, **changes: Any) -> Minimised | None:
    """Judge what is stored in `row` again, with `changes` in its context, and store what stays.

    Returns the outcome when anything was removed or reduced, None when the facts stayed as they
    were. What went leaves the write-ahead log too.
    """
    context = replace(current(work.connection, row), **changes)
    return settle(work, row, context, epoch(work.connection, row.tenant_id))


def settle(work: Work, row: Any, context: Context, now_epoch: int) -> Minimised | None:
    """Judge what is stored in `row` in `context`, and store it as of `now_epoch`; see `rejudge`."""
    connection, stored = work.connection, orjson.loads(row.facts)
    is_mam = context.workload is Workload.MAM
    has_apps = is_mam and "applications" in stored
    managed = apps_managed(connection, row.tenant_id, stored) if has_apps else ()
    outcome = minimise(stored, context, managed)
    changed = outcome.kept != stored
    if changed:
        scrub_after(connection)
        receipts.keep(work, row.id, "contextChange", receipt(outcome, context))
    if queries.is_permitted(of_row(row)) and not queries.is_permitted(context):
        queries.purge(connection, row.tenant_id, row.id)
    if row.user_diagnostics:
        diagnostics.settle(connection, row.tenant_id, row.id, context)
    values: dict[str, Any] = {"new_epoch": now_epoch}
    if changed or context != of_row(row) or row.policy_version != catalogue.VERSION:
        values |= {f"new_{name}": value for name, value in columns(context).items()}
        values["new_facts"] = orjson.dumps(outcome.kept).decode()
        values["new_policy_version"] = catalogue.VERSION
        if not is_mam:
            expiry = row.location_expires_at if "location" in outcome.kept else None
            values["new_location_expires_at"] = expiry
    statement = (_SETTLE if len(values) > 1 else _TOUCH)[context.workload]
    statement(connection, tenant=row.tenant_id, record=row.id, **values)
    return outcome if changed else None


def rejudge_joined(work: Work, device_id: str) -> None:
    """Judge again the records that state the directory device `device_id`, after it changed."""
    # A hidden device has no facts, and is in no index of them.
    for table, shown in ((devices, devices.c.hidden.is_(False)), (registrations, true())):
        stated = ranked(fact(table, "azureADDeviceId")) == device_id
        query = select(table).where(table.c.tenant_id == work.tenant_id, shown, stated)
        for row in work.connection.execute(query).all():
            facts = {"azureADDeviceId": device_id}
            joined = is_joined(work.connection, work.tenant_id, row.user_id, facts)
            rejudge(work, row, entra_joined=joined)
