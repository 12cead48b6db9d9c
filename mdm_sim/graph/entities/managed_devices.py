"""managedDevices: list, get, patch (ownership), delete, and every remote action."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any

from flask import Response
from sqlalchemy import ColumnElement, Connection, select, update

from mdm_sim import access, actions, records
from mdm_sim.clock import iso
from mdm_sim.graph import listing
from mdm_sim.graph.asking import Ask, done, shown
from mdm_sim.graph.entities.managed_device_properties import properties
from mdm_sim.graph.entities.users import user_id_of
from mdm_sim.graph.reading import reading
from mdm_sim.graph.routing import Route
from mdm_sim.messages import Detail, Malformed, NotFound
from mdm_sim.policy.context import Ownership, Workload
from mdm_sim.remote_actions import DEVICE_ACTIONS, RemoteAction
from mdm_sim.store import audit
from mdm_sim.store.engine import scrub_after
from mdm_sim.store.tables import devices, users

_READ = access.reading(access.DEVICES)
_WRITE = access.writing(access.DEVICES)
PATH = "deviceManagement/managedDevices"
_OWNERS = {"company": Ownership.CORPORATE, "personal": Ownership.PERSONAL}


def _of_tenant(ask: Ask) -> Sequence[ColumnElement[bool]]:
    return (devices.c.tenant_id == ask.who.tenant_id, devices.c.hidden.is_(False))


_SOURCE = devices.outerjoin(
    users,
    (users.c.tenant_id == devices.c.tenant_id)
    & (users.c.id == devices.c.user_id)
    & users.c.deleted_at.is_(None),
)


def _action_results(connection: Connection, ask: Ask, items: list[dict[str, Any]]) -> None:
    for item in items:
        rows = actions.results(connection, ask.who.tenant_id, item["id"])
        item["deviceActionResults"] = [_result(connection, ask, item["id"], row) for row in rows]


def _result(connection: Connection, ask: Ask, device_id: str, row: Any) -> dict[str, Any]:
    result = {
        "actionName": row.action,
        "actionState": row.state,
        "startDateTime": iso(row.requested_at),
        "lastUpdatedDateTime": iso(row.updated_at),
    }
    if row.action != "locateDevice":
        return result
    device = records.find(connection, Workload.MDM, ask.who.tenant_id, device_id)
    located = records.stored_facts(connection, device, ask.desk.clock.now()).get("location")
    return {
        "@odata.type": "#microsoft.graph.locateDeviceActionResult",
        **result,
        "deviceLocation": _location(located, device, row) if row.state == "done" else None,
    }


def _location(located: Mapping[str, Any] | None, device: Any, order: Any) -> dict[str, Any] | None:
    if located is None:
        return None
    return {
        "lastCollectedDateTime": located.get("at") or iso(device.last_sync_at),
        "longitude": located.get("longitude"),
        "latitude": located.get("latitude"),
        "altitude": None,
        "horizontalAccuracy": located.get("accuracyInMeters"),
        "verticalAccuracy": None,
        "heading": None,
        "speed": None,
        "lastCollectedDateTimeUtc": located.get("at") or iso(order.updated_at),
    }


COLLECTIONS = {
    version: listing.Collection(
        PATH,
        _SOURCE,
        devices.c.id,
        properties(version),
        _of_tenant,
        extras={"deviceActionResults": _action_results},
    )
    for version in ("v1.0", "beta")
}


def _list_of_user(ask: Ask) -> Response:
    ask.require(_READ)
    mine = devices.c.user_id == user_id_of(ask, ask.keys[0])
    return listing.page(ask, COLLECTIONS[ask.version].within(mine))


def find(ask: Ask, connection: Connection, device_id: str) -> Any:
    """The row of a device that is not deleted. Raises NotFound."""
    query = select(devices).where(*_of_tenant(ask), devices.c.id == device_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        message = "Resource not found."
        raise NotFound(message)
    return row


def exists(connection: Connection, ask: Ask, device_id: str) -> bool:
    """Whether there is a device of this id."""
    query = select(devices.c.id).where(*_of_tenant(ask), devices.c.id == device_id)
    return connection.execute(query).first() is not None


def _patch(ask: Ask) -> Response:
    """Ownership and the name an admin gives; everything else about a device is the device's own."""
    ask.require(_WRITE)
    body = {name: value for name, value in ask.body().items() if not name.startswith("@")}
    names = {"managedDeviceOwnerType", "managedDeviceName"}
    names |= {"ownerType"} if ask.version == "beta" else set()
    if body.keys() - names:
        message = "A property of the request is read-only or unknown."
        raise Malformed(message, _read_only(body.keys() - names, ask.version))
    owner = _owner(body)
    name = _name(body)
    with ask.work() as work:
        row = find(ask, work.connection, ask.keys[-1])
        if owner is not None and owner != row.ownership:
            records.mark_ownership(work, row, owner)
        if name is not None:
            mine = (devices.c.tenant_id == work.tenant_id, devices.c.id == row.id)
            work.connection.execute(update(devices).where(*mine).values(managed_device_name=name))
            scrub_after(work.connection)
            work.record(
                audit.Entry(
                    audit.Task.UPDATE,
                    "Patch ManagedDevice",
                    "Device",
                    "ManagedDevice",
                    row.id,
                    {"managedDeviceName": "set"},
                )
            )
        item = listing.fetch(work.connection, ask, COLLECTIONS[ask.version], row.id)
    return shown({"@odata.context": ask.context(PATH, "$entity"), **item})


def _read_only(names: Set[str], version: str) -> list[Detail]:
    """Names of Graph's own only: an unknown name may itself be personal."""
    known = sorted(names & COLLECTIONS[version].properties.keys())
    return [Detail(f"/{name}", "this property is read-only") for name in known]


def _owner(body: Mapping[str, Any]) -> Ownership | None:
    stated = body.get("ownerType", body.get("managedDeviceOwnerType"))
    if stated is None:
        return None
    if not isinstance(stated, str) or stated not in _OWNERS:
        message = "The owner type has to be company or personal."
        raise Malformed(message, [Detail("/managedDeviceOwnerType", "company or personal")])
    return _OWNERS[stated]


def _name(body: Mapping[str, Any]) -> str | None:
    name = body.get("managedDeviceName")
    if name is not None and (not isinstance(name, str) or not 0 < len(name) <= 256):
        message = "The name has to be a string of 1 to 256 characters."
        raise Malformed(message, [Detail("/managedDeviceName", "a string is expected")])
    return name


def _delete(ask: Ask) -> Response:
    ask.require(_WRITE)
    with ask.work() as work:
        records.hide(work, find(ask, work.connection, ask.keys[-1]))
    return done()


_TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "object": (dict, list, str),
}


def _parameters(ask: Ask, action: RemoteAction) -> dict[str, Any]:
    """The parameters of an action, in Graph's names and types; a body may be left out."""
    body = ask.body_or_nothing()
    found = {}
    for name, kind in action.parameters.items():
        value = body.get(name)
        if value is None:
            if name in action.required:
                message = f"The parameter {name} is required."
                raise Malformed(message, [Detail(f"/{name}", "a value is expected")])
            continue
        if not isinstance(value, _TYPES[kind]) or (kind == "integer" and isinstance(value, bool)):
            message = f"The parameter {name} is of the wrong type."
            raise Malformed(message, [Detail(f"/{name}", f"{kind} is expected")])
        found[name] = value
    return found


def _requested(
    ask: Ask, action: RemoteAction, device_id: str, order_id: str, now: float
) -> dict[str, Any]:
    """A request for a device's logs, which is all that an action returns as an object."""
    return {
        "@odata.context": ask.context(f"microsoft.graph.{action.returns}"),
        "id": f"{device_id}_{order_id}",
        "managedDeviceId": device_id,
        "status": "pending",
        "requestedDateTimeUTC": iso(now),
        "errorCode": 0,
    }


def _act(action: RemoteAction) -> Route:
    def handle(ask: Ask) -> Response:
        permissions = [access.REMOTE_ACTIONS] + ([_WRITE] if action.name == "wipe" else [])
        ask.require(*permissions)
        parameters = _parameters(ask, action)
        with ask.work() as work:
            row = find(ask, work.connection, ask.keys[-1])
            order_id = actions.ask(work, row, action.name, parameters)
            body = _requested(ask, action, row.id, order_id, work.now)
        return shown(body) if action.returns else done()

    return Route("POST", f"{PATH}/{{}}/{action.name}", handle, beta_only=action.beta_only)


ROUTES = (
    *reading(PATH, _READ, lambda ask: COLLECTIONS[ask.version]),
    Route("PATCH", f"{PATH}/{{}}", _patch),
    Route("DELETE", f"{PATH}/{{}}", _delete),
    Route("GET", "users/{}/managedDevices", _list_of_user),
    *(_act(action) for action in DEVICE_ACTIONS),
)
