"""Autopilot: devices that an admin lists, their identities, profiles, and the users they are for.

Of a user only the id is kept with a device: UPN and name are the directory's, so that they are gone
with the person. Resource accounts and their passwords are accepted as Intune does and not kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response
from sqlalchemy import ColumnElement, Connection, select

from mdm_sim.clock import iso
from mdm_sim.graph.asking import Ask, done, shown
from mdm_sim.graph.documents import rows
from mdm_sim.graph.documents.behaviours import Behaviour, Document, Spot
from mdm_sim.graph.documents.operations import Served
from mdm_sim.graph.documents.tables import DM
from mdm_sim.graph.documents.writing import make, record
from mdm_sim.graph.edm.checking import checked
from mdm_sim.graph.edm.model import NAMESPACE, model
from mdm_sim.graph.edm.shaping import completed
from mdm_sim.graph.entities import acting
from mdm_sim.graph.odata.properties import Property
from mdm_sim.graph.resolving import Target
from mdm_sim.listed_devices import ASSIGNED_USER
from mdm_sim.messages import Detail, Malformed
from mdm_sim.store import audit
from mdm_sim.store.dialects.functions import json_value
from mdm_sim.store.tables import documents, users
from mdm_sim.store.work import Work

IMPORTED = f"{DM}/importedWindowsAutopilotDeviceIdentities"
IDENTITIES = f"{DM}/windowsAutopilotDeviceIdentities"
_PROFILES = f"{DM}/windowsAutopilotDeploymentProfiles"
_SETTINGS = f"{DM}/windowsAutopilotSettings"
_IDENTITY, _LISTED = "windowsAutopilotDeviceIdentity", "importedWindowsAutopilotDeviceIdentity"
_MOST = 500
_TAKEN = 806  # ZtdDeviceAlreadyAssigned


def _of_user(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """SQL: a column of the person whom a device is for."""
    return (
        select(column)
        .where(
            users.c.tenant_id == documents.c.tenant_id,
            users.c.id == json_value(documents.c.document, ASSIGNED_USER),
            users.c.deleted_at.is_(None),
        )
        .correlate(documents)
        .scalar_subquery()
    )


_UPN, _NAME = _of_user(users.c.user_principal_name), _of_user(users.c.display_name)


def _shows(path: str, name: str, column: ColumnElement[Any], nobody: Any = None) -> Any:
    """Fills in what a page of devices shows of their people."""

    def fill(connection: Connection, ask: Ask, items: list[dict[str, Any]]) -> None:
        ids = [each["id"] for each in items if "id" in each]
        query = select(documents.c.id, column.label("told")).where(
            documents.c.tenant_id == ask.who.tenant_id,
            documents.c.collection == path,
            documents.c.id.in_(ids),
        )
        told = {row.id: row.told for row in connection.execute(query)}
        for each in items:
            if each.get("id") in told:
                each[name] = told[each["id"]] or nobody

    return fill


def _user_id(work: Work, upn: Any) -> str | None:
    """The person of a UPN; None for no UPN. Raises Malformed for nobody's."""
    if not upn:
        return None
    query = select(users.c.id).where(
        users.c.tenant_id == work.tenant_id,
        users.c.user_principal_name == str(upn).lower(),
        users.c.deleted_at.is_(None),
    )
    found = work.connection.execute(query).scalar()
    if found is None:
        message = "The userPrincipalName has to be that of a user of this tenant."
        raise Malformed(message, [Detail("/userPrincipalName", "a user's name is expected")])
    return str(found)


def _check_listed(listed: Document) -> None:
    serial = listed.get("serialNumber")
    if not isinstance(serial, str) or not 0 < len(serial) <= 128:
        message = "A serialNumber is required."
        raise Malformed(message, [Detail("/serialNumber", "a string is expected")])


def _import_one(work: Work, spot: Spot, listed: Document) -> Mapping[str, Any]:
    """A listed device becomes an identity at once, unless its serial number has one already."""
    if spot.before is not None:
        return {"assignedUserPrincipalName": None}
    user_id = _user_id(work, listed.get("assignedUserPrincipalName"))
    serial = str(listed["serialNumber"])
    is_taken = any(
        acting.values_of(row).get("serialNumber") == serial
        for row in rows.children(work.connection, work.tenant_id, IDENTITIES, "")
    )
    identity_id = None if is_taken else _identity(work, listed, user_id)
    state = {
        "deviceImportStatus": "error" if is_taken else "complete",
        "deviceRegistrationId": identity_id or "",
        "deviceErrorCode": _TAKEN if is_taken else 0,
        "deviceErrorName": "ZtdDeviceAlreadyAssigned" if is_taken else "",
    }
    return {"state": state, "assignedUserPrincipalName": None, ASSIGNED_USER: user_id}


def _identity(work: Work, listed: Document, user_id: str | None) -> str:
    identity_id = work.new_id()
    kept = {name: listed.get(name) or "" for name in ("serialNumber", "groupTag", "productKey")}
    kind = model("beta").types[_IDENTITY]
    values = {**kept, "enrollmentState": "notContacted", ASSIGNED_USER: user_id}
    rows.add(work, IDENTITIES, "", identity_id, kind, values, kept["serialNumber"])
    return identity_id


def _absent_identity() -> None:
    message = "The device identity does not exist."
    raise Malformed(message)


def _import(ask: Ask, target: Target, given: Mapping[str, Any]) -> Response:
    """Many listed devices at once."""
    items = given.get("importedWindowsAutopilotDeviceIdentities") or ()
    if len(items) > _MOST:
        message = f"At most {_MOST} devices are imported at once."
        raise Malformed(
            message, [Detail("/importedWindowsAutopilotDeviceIdentities", "a shorter list")]
        )
    known = model(ask.version)
    found = [checked(known, known.types[_LISTED], each) for each in items]
    with ask.work() as work:
        made = []
        for each in found:
            listed_id = make(work, _ALONE, IMPORTED, "", each)
            record(work, target.place, audit.Task.CREATE, "Create", listed_id, each.names)
            row = rows.need(work.connection, work.tenant_id, IMPORTED, "", listed_id)
            values = {**acting.values_of(row), "id": listed_id}
            upn = each.values.get("assignedUserPrincipalName")
            made.append(
                completed(known, known.types[_LISTED], values) | {"assignedUserPrincipalName": upn}
            )
    context = ask.context(f"Collection({NAMESPACE}.{_LISTED})")
    return shown({"@odata.context": context, "value": made})


def _assign_user(ask: Ask, target: Target, given: Mapping[str, Any]) -> Response:
    with ask.work() as work:
        row = acting.bound(work, target)
        user_id = _user_id(work, given.get("userPrincipalName"))
        if user_id is None:
            message = "A userPrincipalName is required."
            raise Malformed(message, [Detail("/userPrincipalName", "a user's name is expected")])
        acting.put(work, row, {ASSIGNED_USER: user_id})
        acting.note(work, target, "assignUserToDevice", ["userPrincipalName"], audit.Task.ASSIGN)
    return done()


def _unassign_user(ask: Ask, target: Target, _given: Mapping[str, Any]) -> Response:
    with ask.work() as work:
        acting.put(work, acting.bound(work, target), {ASSIGNED_USER: None})
        names = ["userPrincipalName"]
        acting.note(work, target, "unassignUserFromDevice", names, audit.Task.ASSIGN)
    return done()


def _update(ask: Ask, target: Target, given: Mapping[str, Any]) -> Response:
    kept = ("groupTag", "displayName", "deviceFriendlyName")
    with ask.work() as work:
        row = acting.bound(work, target)
        changes = {name: given[name] for name in kept if given.get(name) is not None}
        if given.get("userPrincipalName"):
            changes[ASSIGNED_USER] = _user_id(work, given["userPrincipalName"])
        acting.put(work, row, changes)
        acting.note(work, target, "updateDeviceProperties", given, audit.Task.UPDATE)
    return done()


def _only_noted(verb: str) -> Any:
    """An action whose result nothing here would show."""

    def handle(ask: Ask, target: Target, _given: Mapping[str, Any]) -> Response:
        with ask.work() as work:
            acting.bound(work, target)
            acting.note(work, target, verb)
        return done()

    return handle


def _assign_profile(ask: Ask, target: Target, given: Mapping[str, Any]) -> Response:
    """Devices are given a profile, each in the place of the one before."""
    with ask.work() as work:
        profile = acting.bound(work, target)
        for identity_id in given.get("deviceIds") or ():
            row = rows.need(work.connection, work.tenant_id, IDENTITIES, "", identity_id)
            for name in ("deploymentProfile", "intendedDeploymentProfile"):
                for before in list(_profiles(work, name, row.id)):
                    rows.release(work, f"{_PROFILES}/assignedDevices", before, row.id)
                rows.release(work, f"{IDENTITIES}/{name}", row.id)
                rows.refer(work, f"{IDENTITIES}/{name}", row.id, profile.id)
            rows.refer(work, f"{_PROFILES}/assignedDevices", profile.id, row.id)
            assigned = {
                "deploymentProfileAssignmentStatus": "assignedInSync",
                "deploymentProfileAssignedDateTime": iso(work.now),
            }
            acting.put(work, row, assigned)
        acting.note(work, target, "assign", ["assignedDevices"], audit.Task.ASSIGN)
    return done()


def _profiles(work: Work, name: str, identity_id: str) -> Any:
    return rows.targets(work.connection, work.tenant_id, f"{IDENTITIES}/{name}", identity_id)


def _sync(ask: Ask, target: Target, _given: Mapping[str, Any]) -> Response:
    with ask.work() as work:
        moment = iso(work.now)
        names = ("lastManualSyncTriggerDateTime", "lastSyncDateTime")
        changes = {**dict.fromkeys(names, moment), "syncStatus": "completed"}
        acting.put_alone(work, target, changes)
        acting.note(work, target, "sync", changes)
    return done()


BEHAVIOURS = (
    Behaviour(
        IMPORTED,
        check_new=_check_listed,
        own=_import_one,
        absent=lambda: None,
        computed={"assignedUserPrincipalName": Property(_UPN)},
        extras={"assignedUserPrincipalName": _shows(IMPORTED, "assignedUserPrincipalName", _UPN)},
    ),
    Behaviour(
        IDENTITIES,
        absent=_absent_identity,
        computed={
            "userPrincipalName": Property(_UPN, default=""),
            "addressableUserName": Property(_NAME, default=""),
        },
        extras={
            "userPrincipalName": _shows(IDENTITIES, "userPrincipalName", _UPN, ""),
            "addressableUserName": _shows(IDENTITIES, "addressableUserName", _NAME, ""),
        },
    ),
)
_ALONE = acting.alone(BEHAVIOURS)
SERVED = (
    Served(_LISTED, "import", _import),
    Served(_IDENTITY, "assignUserToDevice", _assign_user),
    Served(_IDENTITY, "unassignUserFromDevice", _unassign_user),
    Served(_IDENTITY, "updateDeviceProperties", _update),
    *(
        Served(_IDENTITY, name, _only_noted(name))
        for name in (
            "allowNextEnrollment",
            "assignResourceAccountToDevice",
            "unassignResourceAccountFromDevice",
        )
    ),
    Served("windowsAutopilotDeploymentProfile", "assign", _assign_profile),
    Served("windowsAutopilotSettings", "sync", _sync),
)
