"""Remote actions as Graph has them: of one device, of many at once, of all that a user has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from flask import Response
from sqlalchemy import select
from sqlalchemy.engine import Row

from mdm_sim import access, actions, memberships, records
from mdm_sim.clock import iso
from mdm_sim.graph.asking import Ask, done, shown
from mdm_sim.graph.documents.operations import Served
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.edm.shaping import completed
from mdm_sim.graph.entities import managed_devices
from mdm_sim.graph.entities.users import user_id_of
from mdm_sim.graph.resolving import Target
from mdm_sim.messages import Detail, Impossible, Malformed, NotFound
from mdm_sim.policy.context import Platform
from mdm_sim.remote_actions import DEVICE_ACTIONS, WIPED_ONLY, RemoteAction
from mdm_sim.store.tables import devices
from mdm_sim.store.work import Work

_WRITE = access.writing(access.DEVICES)
_NOTIFY = "sendCustomNotificationToCompanyPortal"
_MOST_DEVICES, _MOST_GROUPS = 100, 25
# What executeAction calls an action, and what the action is; `delete` is none.
_BULK: dict[str, tuple[str, Mapping[str, Any]]] = {
    "retire": ("retire", {}),
    "wipe": ("wipe", {}),
    "rebootNow": ("rebootNow", {}),
    "syncDevice": ("syncDevice", {}),
    "setDeviceName": ("setDeviceName", {}),
    "fullScan": ("windowsDefenderScan", {"quickScan": False}),
    "quickScan": ("windowsDefenderScan", {"quickScan": True}),
    "signatureUpdate": ("windowsDefenderUpdateSignatures", {}),
    "customTextNotification": (_NOTIFY, {}),
    "deprovision": ("deprovision", {}),
    "disable": ("disable", {}),
    "reenable": ("reenable", {}),
    "activateDeviceEsim": ("activateDeviceEsim", {}),
    "collectDiagnostics": ("createDeviceLogCollectionRequest", {}),
    "initiateMobileDeviceManagementKeyRecovery": ("initiateMobileDeviceManagementKeyRecovery", {}),
    "initiateOnDemandProactiveRemediation": ("initiateOnDemandProactiveRemediation", {}),
    "initiateDeviceAttestation": ("initiateDeviceAttestation", {}),
}
_BY_NAME = {action.name: action for action in DEVICE_ACTIONS}


def bound(ask: Ask, work: Work, target: Target) -> Row[Any]:
    """The row of the device that an operation is bound to. Raises NotFound."""
    place = target.place
    row: Row[Any] = managed_devices.find(
        ask, work.connection, str(target.key), place.path, place.keys
    )
    return row


def _given(action: RemoteAction, given: Mapping[str, Any]) -> dict[str, Any]:
    """What of some parameters goes to the device. Raises Malformed where one is missing."""
    for name in action.required:
        if not given.get(name):
            message = f"The parameter {name} is required."
            raise Malformed(message, [Detail(f"/{name}", "a value is expected")])
    return {name: given[name] for name in action.parameters if name in given}


def _act(action: RemoteAction, ask: Ask, target: Target, given: Mapping[str, Any]) -> Response:
    parameters = _given(action, given)
    with ask.work() as work:
        row = bound(ask, work, target)
        order_id = actions.ask(work, row, action.name, parameters)
        body = _requested(ask, action, row.id, order_id, work.now)
    return shown(body) if action.returns else done()


def _requested(
    ask: Ask, action: RemoteAction, device_id: str, order_id: str, now: float
) -> dict[str, Any]:
    """A request for a device's logs, which is all that an action returns as an object."""
    if not action.returns:
        return {}
    told = {
        "id": f"{device_id}_{order_id}",
        "managedDeviceId": device_id,
        "status": "pending",
        "requestedDateTimeUTC": iso(now),
    }
    known = model(ask.version)
    item = completed(known, known.types[action.returns], told)
    return {"@odata.context": ask.context(f"microsoft.graph.{action.returns}"), **item}


def _execute(ask: Ask, _target: Target, given: Mapping[str, Any]) -> Response:
    """One action of many devices; each of them is told apart by how it went."""
    name, ids = given.get("actionName"), list(dict.fromkeys(given.get("deviceIds") or ()))
    if name not in _BULK and name != "delete":
        message = "An actionName is required, of an action that devices can be given at once."
        raise Malformed(message, [Detail("/actionName", "another action is expected")])
    if not 0 < len(ids) <= _MOST_DEVICES:
        message = f"deviceIds has to name 1 to {_MOST_DEVICES} devices."
        raise Malformed(message, [Detail("/deviceIds", "ids of devices are expected")])
    told: dict[str, list[str]] = {}
    with ask.work() as work:
        for device_id in ids:
            told.setdefault(_done_to(ask, work, str(name), device_id, given), []).append(device_id)
    known = model(ask.version)
    result = completed(known, known.types["bulkManagedDeviceActionResult"], told)
    # An id that is none of a device's is a text of the caller's, and is not repeated.
    result["notFoundDeviceIds"] = []
    context = ask.context("microsoft.graph.bulkManagedDeviceActionResult")
    return shown({"@odata.context": context, **result})


def _done_to(ask: Ask, work: Work, name: str, device_id: str, given: Mapping[str, Any]) -> str:
    """Order an action of one device; returns the list of the result that its id goes into."""
    try:
        row = managed_devices.find(ask, work.connection, device_id)
    except NotFound:
        return "notFoundDeviceIds"
    if name == "delete":
        records.hide(work, row)
        return "successfulDeviceIds"
    own, fixed = _BULK[name]
    parameters = _given(_BY_NAME[own], {**given, **fixed})
    try:
        actions.ask(work, row, own, parameters)
    except Impossible:
        return "notSupportedDeviceIds"
    return "successfulDeviceIds"


def _retire_all(ask: Ask, target: Target, _given: Mapping[str, Any]) -> Response:
    """Every device of a user leaves management; those that Intune only wipes are wiped."""
    user_id = user_id_of(ask, str(target.key))
    with ask.work() as work:
        for row in _seen(ask, work, [user_id]):
            actions.ask(work, row, "wipe" if row.enrollment_type in WIPED_ONLY else "retire", {})
    return done()


def _notify(ask: Ask, _target: Target, given: Mapping[str, Any]) -> Response:
    """A message for the members of some groups, on each of their devices that can show one."""
    action = _BY_NAME[_NOTIFY]
    parameters = {name: given.get(name) for name in action.parameters}
    groups = given.get("groupsToNotify") or ()
    if not all(parameters.values()) or not 0 < len(groups) <= _MOST_GROUPS:
        message = f"A title, a body and 1 to {_MOST_GROUPS} groups are required."
        raise Malformed(message, [Detail("/groupsToNotify", "ids of groups are expected")])
    with ask.work() as work:
        ids = {
            str(user_id)
            for group_id in dict.fromkeys(groups)
            for user_id in work.connection.execute(
                memberships.members_below(work.tenant_id, group_id)
            ).scalars()
        }
        for row in _seen(ask, work, sorted(ids)):
            if Platform(row.platform) in action.platforms:
                actions.ask(work, row, _NOTIFY, parameters)
    return done()


def _seen(ask: Ask, work: Work, user_ids: Iterable[str]) -> list[Row[Any]]:
    query = select(devices).where(
        *managed_devices.of_tenant(ask), devices.c.user_id.in_(list(user_ids))
    )
    return list(work.connection.execute(query.order_by(devices.c.id)))


def _served(action: RemoteAction) -> Served:
    permissions = (access.REMOTE_ACTIONS, *((_WRITE,) if action.name == "wipe" else ()))
    return Served("managedDevice", action.name, partial(_act, action), permissions=permissions)


SERVED = (
    *(_served(action) for action in DEVICE_ACTIONS),
    Served("deviceManagement", _NOTIFY, _notify, permissions=(access.REMOTE_ACTIONS,)),
    Served("managedDevice", "executeAction", _execute, permissions=(access.REMOTE_ACTIONS,)),
    Served(
        "user",
        "removeAllDevicesFromManagement",
        _retire_all,
        permissions=(access.REMOTE_ACTIONS,),
    ),
)
