"""deviceActionResults: the last order of each remote action, in the form that its type has.

A secret or a person that an order was about (a PIN, a passcode, a user to remove) is not told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Connection
from sqlalchemy.engine import Row

from mdm_sim import actions, records
from mdm_sim.clock import iso
from mdm_sim.graph.asking import Ask
from mdm_sim.graph.edm.model import NAMESPACE, model
from mdm_sim.graph.edm.shaping import given
from mdm_sim.policy.context import Workload

# Actions whose results have a type of their own.
_TYPES = {
    "locateDevice": "locateDeviceActionResult",
    "remoteLock": "remoteLockActionResult",
    "resetPasscode": "resetPasscodeActionResult",
    "windowsDefenderScan": "windowsDefenderScanActionResult",
    "deleteUserFromSharedAppleDevice": "deleteUserFromSharedAppleDeviceActionResult",
    "rotateBitLockerKeys": "rotateBitLockerKeysDeviceActionResult",
    "activateDeviceEsim": "activateDeviceEsimActionResult",
    "changeAssignments": "changeAssignmentsActionResult",
    "triggerConfigurationManagerAction": "configurationManagerActionResult",
    "revokeAppleVppLicenses": "revokeAppleVppLicensesActionResult",
}
_NAME = "deviceActionResults"


def fill(connection: Connection, ask: Ask, items: list[dict[str, Any]]) -> None:
    """Put their results into devices of one page."""
    known = model(ask.version)
    kind = known.types["managedDevice"]
    found = actions.latest(connection, ask.who.tenant_id, [item["id"] for item in items])
    for item in items:
        told = [_result(connection, ask, item["id"], row) for row in found.get(item["id"], ())]
        item[_NAME] = given(known, kind, _NAME, told)


def _result(connection: Connection, ask: Ask, device_id: str, row: Row[Any]) -> dict[str, Any]:
    result = {
        "actionName": row.action,
        "actionState": row.state,
        "startDateTime": iso(row.requested_at),
        "lastUpdatedDateTime": iso(row.updated_at),
    }
    kind = model(ask.version).find(_TYPES.get(row.action, ""))
    if kind is None:
        return result
    result["@odata.type"] = f"#{NAMESPACE}.{kind.name}"
    if row.action == "windowsDefenderScan":
        is_quick = orjson.loads(row.parameters).get("quickScan")
        result["scanType"] = {True: "quick", False: "full"}.get(is_quick)
    if row.action == "locateDevice" and row.state == "done":
        result["deviceLocation"] = _location(connection, ask, device_id)
    return result


def _location(connection: Connection, ask: Ask, device_id: str) -> dict[str, Any] | None:
    device = records.find(connection, Workload.MDM, ask.who.tenant_id, device_id)
    facts = records.stored_facts(connection, device, ask.desk.clock.now())
    located: Mapping[str, Any] | None = facts.get("location")
    if located is None:
        return None
    told = {
        "lastCollectedDateTime": located.get("at") or iso(device.last_sync_at),
        "longitude": located.get("longitude"),
        "latitude": located.get("latitude"),
        "horizontalAccuracy": located.get("accuracyInMeters"),
    }
    return {name: value for name, value in told.items() if value is not None}
