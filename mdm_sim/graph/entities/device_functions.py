"""Functions of a device. Keys, passwords and logs are kept by nobody: there are none to be told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from mdm_sim import access
from mdm_sim.graph import listing
from mdm_sim.graph.asking import Ask, shown
from mdm_sim.graph.documents.operations import Served
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.edm.shaping import completed
from mdm_sim.graph.entities import device_states, managed_devices
from mdm_sim.graph.resolving import Target
from mdm_sim.messages import Impossible, NotFound
from mdm_sim.store.tables import devices

_SETTING = "microsoft.graph.deviceCompliancePolicySettingState"
_SYNC = "microsoft.graph.deviceSyncStatusResponse"
# What is told where it is held: nothing of it ever is.
_SECRETS = (
    "getFileVaultKey",
    "retrieveDeviceLocalAdminAccountDetail",
    "retrieveMacOSManagedDeviceLocalAdminAccountDetail",
    "retrieveRecoveryLockPasscode",
)


def _require(ask: Ask, target: Target) -> str:
    """The id of the device that a function is of. Raises NotFound."""
    place = target.place
    with ask.read() as connection:
        row = managed_devices.find(ask, connection, str(target.key), place.path, place.keys)
    return str(row.id)


def _secret(ask: Ask, target: Target, _given: Mapping[str, Any]) -> Response:
    _require(ask, target)
    message = "Resource not found."
    raise NotFound(message)


def _sync_status(ask: Ask, target: Target, _given: Mapping[str, Any]) -> Response:
    device_id = _require(ask, target)
    known = model(ask.version)
    item = completed(known, known.types["deviceSyncStatusResponse"], {"deviceId": device_id})
    return shown({"@odata.context": ask.context(_SYNC), **item})


def _non_compliant(ask: Ask, target: Target, _given: Mapping[str, Any]) -> Response:
    """The settings of which it is known that a device does not comply with them."""
    device_id = _require(ask, target)
    states = device_states.compliance(ask.version).within(devices.c.id == device_id)
    with ask.read() as connection:
        found = listing.every(connection, ask, states)
    settings = [
        setting
        for state in found
        for setting in state["settingStates"]
        if setting["state"] == "nonCompliant"
    ]
    return shown({"@odata.context": ask.context(f"Collection({_SETTING})"), "value": settings})


def _no_logs(ask: Ask, target: Target, _given: Mapping[str, Any]) -> Response:
    """`createDownloadUrl` of a request for logs, and what else would hand out some."""
    if target.place.keys:
        with ask.read() as connection:
            place = target.place.above
            if place is not None:
                managed_devices.find(ask, connection, target.place.keys[-1], place.path, place.keys)
    message = "Logs of devices and apps are not kept: there is nothing to download"
    raise Impossible(message)


def _no_directory(_ask: Ask, _target: Target, _given: Mapping[str, Any]) -> Response:
    message = "moveDevicesToOU is for ChromeOS devices, of which there are none"
    raise Impossible(message)


def _nothing(ask: Ask, target: Target, _given: Mapping[str, Any]) -> Response:
    """A function whose answer would come of logs: an empty list of what it returns."""
    operation = target.operation
    returns = operation.returns if operation is not None else None
    context = ask.context(returns.edm) if returns is not None else ask.context("Edm.Null")
    return shown({"@odata.context": context, "value": []})


_OF_LOGS = ("downloadAppDiagnostics", "downloadPowerliftAppDiagnostic")
_ACTING = (access.REMOTE_ACTIONS,)
SERVED = (
    *(Served("managedDevice", name, _secret, permissions=_ACTING) for name in _SECRETS),
    Served("managedDevice", "getSyncStatus", _sync_status),
    Served("managedDevice", "getNonCompliantSettings", _non_compliant),
    Served("managedDevice", "appDiagnostics", _nothing),
    Served("managedDevice", "retrievePowerliftAppDiagnosticsDetails", _nothing),
    *(Served("managedDevice", name, _no_logs, permissions=_ACTING) for name in _OF_LOGS),
    Served("deviceLogCollectionResponse", "createDownloadUrl", _no_logs, permissions=_ACTING),
    Served("managedDevice", "moveDevicesToOU", _no_directory, permissions=_ACTING),
)
