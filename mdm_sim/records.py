"""Records as rows: finding, composing and removing devices and app registrations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, select, update

from mdm_sim import actions, contexts, diagnostics, queries, receipts, tokens
from mdm_sim.policy import catalogue
from mdm_sim.policy.context import Context, Ownership, Platform, Workload
from mdm_sim.policy.facts import KINDS
from mdm_sim.policy.minimise import Minimised, minimise
from mdm_sim.policy.retention import seconds
from mdm_sim.remote_actions import WIPED_ONLY
from mdm_sim.store import audit
from mdm_sim.store.engine import scrub_after
from mdm_sim.store.expressions import ranked
from mdm_sim.store.prepared import Prepared
from mdm_sim.store.tables import devices, fact, references, registrations
from mdm_sim.store.work import Work

RESOURCES = {Workload.MDM: "ManagedDevice", Workload.MAM: "ManagedAppRegistration"}
# References by which an admin marks a device: to its category, and to its scope tags.
_MARKS = "deviceManagement/managedDevices/"
CATEGORY = f"{_MARKS}deviceCategory"
SCOPE_TAGS = f"{_MARKS}roleScopeTagIds"

_FIND = {
    workload: Prepared(
        select(table, contexts.tenant_epoch(table).label("tenant_epoch")).where(
            table.c.tenant_id == bindparam("tenant"), table.c.id == bindparam("record")
        )
    )
    for workload, table in ((Workload.MDM, devices), (Workload.MAM, registrations))
}


def find(connection: Connection, workload: Workload, tenant_id: str, record_id: str) -> Any:
    """The row of a record with the tenant's epoch, `tenant_epoch`; or None."""
    return _FIND[workload](connection, tenant=tenant_id, record=record_id).one_or_none()


# What tells one device's hardware from another's, and the records that state it.
_HARDWARE = {
    name: Prepared(
        select(devices).where(
            devices.c.tenant_id == bindparam("tenant"),
            devices.c.platform == bindparam("platform"),
            devices.c.hidden.is_(False),
            ranked(fact(devices, name)) == bindparam("value"),
        )
    )
    for name in ("serialNumber", "imei")
}


def same_hardware(work: Work, platform: Platform, facts: Mapping[str, Any]) -> list[Any]:
    """The devices that state the serial number in `facts`, or else those of its IMEI."""
    for name, query in _HARDWARE.items():
        if value := facts.get(name):
            found = query(work.connection, tenant=work.tenant_id, platform=platform, value=value)
            if rows := found.all():
                return rows
    return []


def split(kept: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What goes into the record's own document, and what goes under a pseudonym.

    Facts stand in the order of their table, so that the same facts are the same text.
    """
    if len(kept) > 1:
        kept = {name: kept[name] for name in KINDS if name in kept}
    optional = {name: kept[name] for name in diagnostics.FACTS if name in kept}
    if not optional:
        return dict(kept), optional
    return {name: value for name, value in kept.items() if name not in optional}, optional


_REMOVE = {
    workload: Prepared(
        delete(table).where(
            table.c.tenant_id == bindparam("tenant"), table.c.id == bindparam("record")
        )
    )
    for workload, table in ((Workload.MDM, devices), (Workload.MAM, registrations))
}
_INSERT = {
    Workload.MDM: Prepared(insert(devices), can_wait=True),
    Workload.MAM: Prepared(insert(registrations), can_wait=True),
}


def put(
    work: Work, context: Context, record_id: str, values: Mapping[str, Any], *, is_new: bool
) -> None:
    """Write a whole record: a new one, or in place of the one of the same id."""
    row = {
        "tenant_id": work.tenant_id,
        "id": record_id,
        "enrolled_at": work.now,
        "last_sync_at": work.now,
        "management_state": "managed",
        "policy_version": catalogue.VERSION,
        "epoch": contexts.epoch(work.connection, work.tenant_id),
        **contexts.columns(context),
        **values,
    }
    if not is_new:
        _REMOVE[context.workload](work.connection, tenant=work.tenant_id, record=record_id)
    _INSERT[context.workload](work.connection, **row)


def location_expiry(facts: Mapping[str, Any], now: float) -> float | None:
    """When a location that is stored now has to be gone (row device.location)."""
    return now + seconds("location") if "location" in facts else None


def refusals(outcome: Minimised) -> dict[str, str]:
    """The refused rows and the reduced ones, as an audit entry names them."""
    words = {row: f"refused:{reason}" for row, reason in outcome.refused.items()}
    return words | {row: f"reduced:{how}" for row, how in outcome.reduced.items()}


def remove(work: Work, row: Any) -> dict[str, int]:
    """End a record: its facts, orders and reports go at once; its token answers that it is gone.

    Returns how many orders, receipts and diagnostic reports went with it.
    """
    workload = Workload(row.workload)
    table = contexts.table_of(workload)
    gone = _forget_all(work, row.id)
    work.connection.execute(
        delete(table).where(table.c.tenant_id == work.tenant_id, table.c.id == row.id)
    )
    tokens.end(work.connection, work.tenant_id, row.id, work.now)
    if workload is Workload.MDM:
        _unlink(work, row.id)
    scrub_after(work.connection)
    kind = RESOURCES[workload]
    work.record(audit.Entry(audit.Task.DELETE, f"Delete {kind}", "Enrollment", kind, row.id))
    return gone


def _forget_all(work: Work, record_id: str) -> dict[str, int]:
    """Remove what is held on a record outside its own row; returns how much it was."""
    queries.purge(work.connection, work.tenant_id, record_id)
    marks = _marks(work.tenant_id, record_id)
    work.connection.execute(delete(references).where(*marks))
    return {
        "diagnosticReports": diagnostics.purge(work.connection, work.tenant_id, record_id),
        "receipts": receipts.remove_all(work.connection, work.tenant_id, record_id),
        "orders": actions.remove_all(work, record_id),
    }


def _marks(tenant_id: str, record_id: str) -> tuple[ColumnElement[bool], ...]:
    return (
        references.c.tenant_id == tenant_id,
        references.c.collection.in_((CATEGORY, SCOPE_TAGS)),
        references.c.source_id == record_id,
    )


def marked(connection: Connection, tenant_id: str, device_id: str) -> dict[str, list[str]]:
    """The ids of the category and of the scope tags that an admin gave a device, by Graph's name.

    Nothing for what was not given.
    """
    found: dict[str, list[str]] = {}
    query = select(references).where(*_marks(tenant_id, device_id))
    for row in connection.execute(query.order_by(references.c.target_id)):
        found.setdefault(row.collection.removeprefix(_MARKS), []).append(row.target_id)
    return found


def rejudge_apps(work: Work, device_id: str, **changes: Any) -> None:
    """Judge the apps of an MDM device again, with `changes` in their context."""
    query = select(registrations).where(
        registrations.c.tenant_id == work.tenant_id, registrations.c.device_id == device_id
    )
    for row in work.connection.execute(query).all():
        contexts.rejudge(work, row, **changes)


def _unlink(work: Work, device_id: str) -> None:
    """The apps of a device that left MDM are judged as apps of an unmanaged device."""
    apps = registrations.c
    linked = (apps.tenant_id == work.tenant_id, apps.device_id == device_id)
    ids = [row.id for row in work.connection.execute(select(apps.id).where(*linked))]
    rejudge_apps(work, device_id, ownership=Ownership.PERSONAL)
    loose = update(registrations).where(apps.tenant_id == work.tenant_id, apps.id.in_(ids))
    work.connection.execute(loose.values(device_id=None, mdm_enrolled=False))


def mark_ownership(work: Work, row: Any, ownership: Ownership) -> Minimised | None:
    """An admin's mark: what is stored is judged again at once, the device's apps with it.

    Returns what became of the stored facts, None when nothing had to go. Nothing is filled in
    afterwards: what a corporate device may tell is kept from its next check-in on, and its user is
    told so then.
    """
    outcome = contexts.rejudge(work, row, ownership=ownership)
    rejudge_apps(work, row.id, ownership=ownership)
    marked = update(devices).where(devices.c.tenant_id == row.tenant_id, devices.c.id == row.id)
    notice = ownership if ownership is Ownership.CORPORATE else None
    work.connection.execute(marked.values(marked_ownership=ownership, notice=notice))
    actions.cancel_unsupported(work, find(work.connection, Workload.MDM, row.tenant_id, row.id))
    changes = {"managedDeviceOwnerType": "set"} | (refusals(outcome) if outcome else {})
    work.record(
        audit.Entry(
            audit.Task.MANAGE,
            "changeOwnership ManagedDevice",
            "Device",
            "ManagedDevice",
            row.id,
            changes,
        )
    )
    return outcome


def hide(work: Work, row: Any) -> None:
    """An admin's delete: nobody sees the device any more, and it hears of it at its next check-in.

    Its facts go now; what is left is the order to retire (or, where Intune wipes, to wipe).
    """
    _conceal(work, row, inactive=False)
    work.record(
        audit.Entry(audit.Task.DELETE, "Delete ManagedDevice", "Device", "ManagedDevice", row.id)
    )
    actions.ask(work, row, "wipe" if row.enrollment_type in WIPED_ONLY else "retire", {})
    _unlink(work, row.id)


def set_inactive(work: Work, row: Any) -> None:
    """A device that was silent for long: hidden and without facts, until it checks in again."""
    _conceal(work, row, inactive=True)
    work.record(
        audit.Entry(
            audit.Task.MANAGE,
            "Device set to be hidden from admin by Device Cleanup Rule",
            "Device",
            "ManagedDevice",
            row.id,
        )
    )


def _conceal(work: Work, row: Any, *, inactive: bool) -> None:
    _forget_all(work, row.id)
    concealed = update(devices).where(devices.c.tenant_id == row.tenant_id, devices.c.id == row.id)
    work.connection.execute(
        concealed.values(
            hidden=True,
            inactive=inactive,
            facts="{}",
            location_expires_at=None,
            managed_device_name=None,
            notice=None,
        )
    )
    scrub_after(work.connection)


def stored_facts(connection: Connection, row: Any, now: float) -> dict[str, Any]:
    """The facts of a record that may be shown now.

    Not an expired location, nor what a change of the tenant's rules out whose turn has not come.
    """
    facts: dict[str, Any] = orjson.loads(row.facts)
    if row.epoch != contexts.epoch(connection, row.tenant_id):
        managed = contexts.apps_managed(connection, row.tenant_id, facts)
        facts = minimise(facts, contexts.current(connection, row), managed).kept
    expires = getattr(row, "location_expires_at", None)
    if expires is not None and expires <= now:
        facts.pop("location", None)
    return facts
