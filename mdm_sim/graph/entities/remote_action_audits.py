"""remoteActionAudits: which admin ordered what of which device, and how the order stands.

They are the audit log's entries of orders; the order and the device are told of as long as they
are there. Whose device it is, is not told: the audit log leads to no end user.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, case, func

from mdm_sim.graph.asking import Ask
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.entities.modelled import modelled
from mdm_sim.graph.odata.collection import Collection
from mdm_sim.graph.odata.paging import Order
from mdm_sim.graph.odata.properties import Property
from mdm_sim.graph.resolving import Place
from mdm_sim.graph.views import View, ViewShelf
from mdm_sim.remote_actions import DEVICE_ACTIONS
from mdm_sim.store.tables import audit_events, devices, fact, orders

PATH = "deviceManagement/remoteActionAudits"
_TYPE = "remoteActionAudit"
_OF_DEVICE = " ManagedDevice"
# Members of remoteAction that are called otherwise than their action.
_NAMES = {
    "wipe": "factoryReset",
    "retire": "removeCompanyData",
    "windowsDefenderScan": "fullScan",
    "updateWindowsDeviceAccount": "updateDeviceAccount",
}


def _told(path: str) -> ColumnElement[Any]:
    return func.json_extract(audit_events.c.document, f"$.{path}")


_DEVICE_ID = _told("resources[0].resourceId")
_INITIATOR = _told("actor.userPrincipalName")
_SOURCE = audit_events.outerjoin(
    orders,
    (orders.c.tenant_id == audit_events.c.tenant_id)
    & (orders.c.record_id == _DEVICE_ID)
    & (orders.c.requested_at == audit_events.c.recorded_at)
    & (orders.c.action.concat(_OF_DEVICE) == audit_events.c.activity_type),
).outerjoin(
    devices,
    (devices.c.tenant_id == audit_events.c.tenant_id)
    & (devices.c.id == _DEVICE_ID)
    & devices.c.hidden.is_(False),
)


def _action() -> ColumnElement[str]:
    """SQL: what remoteAction calls the action; one that it does not name is unknown."""
    members = set(model("beta").members("remoteAction"))
    names = {
        f"{action.name}{_OF_DEVICE}": _NAMES.get(action.name, action.name)
        for action in DEVICE_ACTIONS
    }
    known = {text: name for text, name in names.items() if name in members}
    return case(known, value=audit_events.c.activity_type, else_="unknown")


def _of_tenant(ask: Ask) -> Sequence[ColumnElement[bool]]:
    return (
        audit_events.c.tenant_id == ask.who.tenant_id,
        audit_events.c.activity_type.in_([f"{each.name}{_OF_DEVICE}" for each in DEVICE_ACTIONS]),
    )


@lru_cache(maxsize=1)
def audits() -> Collection:
    """Every order of a remote action of a device that the audit log has, the newest first."""
    known = model("beta")
    held = {
        "id": Property(audit_events.c.id),
        "action": Property(_action()),
        "actionState": Property(func.coalesce(orders.c.state, "none")),
        "deviceDisplayName": Property(fact(devices, "deviceName")),
        "initiatedByUserPrincipalName": Property(_INITIATOR, any_case=True),
        "userName": Property(_INITIATOR, any_case=True),
        "managedDeviceId": Property(_DEVICE_ID),
        "requestDateTime": Property(audit_events.c.recorded_at, "moment"),
    }
    return Collection(
        PATH,
        _SOURCE,
        audit_events.c.id,
        modelled(known, known.types[_TYPE], held),
        _of_tenant,
        default_order=(Order(audit_events.c.seq, descending=True),),
    )


def _view(_shelf: ViewShelf, _place: Place) -> Collection:
    return audits()


VIEWS: dict[str, View] = {PATH: _view}
