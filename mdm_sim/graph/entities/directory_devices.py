"""devices of the directory, with their owners and users: what decides whether a device is joined.

Every change judges the records again that state the device's id.
"""

from __future__ import annotations

import re
from typing import Any

from flask import Response
from sqlalchemy import delete, insert, select, update

from mdm_sim import access, contexts, memberships
from mdm_sim.graph import listing
from mdm_sim.graph.asking import Ask, done, shown
from mdm_sim.graph.entities.directory_kinds import collection, find
from mdm_sim.graph.entities.directory_tables import DEVICES
from mdm_sim.graph.entities.referred import named, referred
from mdm_sim.graph.entities.users import user_id_of
from mdm_sim.graph.routing import Route
from mdm_sim.messages import BadInDirectory, Detail
from mdm_sim.store import audit
from mdm_sim.store.dialects.functions import upsert
from mdm_sim.store.engine import scrub_after
from mdm_sim.store.tables import device_owners, directory_devices
from mdm_sim.store.work import Work

_WRITE = access.writing(access.DIRECTORY_DEVICES)
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TRUST_TYPES = {"AzureAd", "ServerAd", "Workplace"}
_RELATIONS = ("registeredOwners", "registeredUsers")

# What an admin may state, and the column it is kept in.
_STATED = {
    "displayName": directory_devices.c.display_name.name,
    "trustType": directory_devices.c.trust_type.name,
    "accountEnabled": directory_devices.c.account_enabled.name,
    "operatingSystem": directory_devices.c.operating_system.name,
    "operatingSystemVersion": directory_devices.c.operating_system_version.name,
}


def _stated(body: dict[str, Any]) -> dict[str, Any]:
    values = {column: body[name] for name, column in _STATED.items() if name in body}
    wrong = [name for name, column in _STATED.items() if column in values and not _fits(name, body)]
    if wrong:
        message = "A property of the request is of the wrong type."
        raise BadInDirectory(
            message, [Detail(f"/{name}", "another type is expected") for name in wrong]
        )
    if values.get("trust_type") not in {None, *_TRUST_TYPES}:
        message = "Property trustType is invalid."
        raise BadInDirectory(message, [Detail("/trustType", "AzureAd, ServerAd or Workplace")])
    return values


def _fits(name: str, body: dict[str, Any]) -> bool:
    value = body[name]
    if name == "accountEnabled":
        return isinstance(value, bool)
    if value is None:
        return name != "displayName"
    return isinstance(value, str) and len(value) <= 256


def _create(ask: Ask) -> Response:
    ask.require(_WRITE)
    body = ask.body()
    device_id = body.get("deviceId")
    if not isinstance(device_id, str) or not _GUID.fullmatch(device_id):
        message = "Property deviceId is required."
        raise BadInDirectory(message, [Detail("/deviceId", "a GUID is expected")])
    values = {
        "display_name": "",
        "trust_type": None,
        "account_enabled": True,
        "operating_system": None,
        "operating_system_version": None,
        **_stated(body),
    }
    with ask.work() as work:
        object_id = work.new_id()
        taken = directory_devices.c.device_id == device_id.lower()
        if work.connection.execute(
            select(directory_devices.c.id).where(*DEVICES.where(work.tenant_id), taken)
        ).first():
            message = "Another object with the same value for property deviceId already exists."
            raise BadInDirectory(message, [Detail("/deviceId", "another id is expected")])
        work.connection.execute(
            insert(directory_devices),
            {
                "tenant_id": work.tenant_id,
                "id": object_id,
                "device_id": device_id.lower(),
                "created_at": work.now,
                **values,
            },
        )
        work.record(audit.Entry(audit.Task.CREATE, "Create Device", "Device", "Device", object_id))
        item = listing.fetch(work.connection, ask, collection(ask, DEVICES), object_id)
    return shown({"@odata.context": ask.context("devices", "$entity"), **item}, 201)


def _patch(ask: Ask) -> Response:
    ask.require(_WRITE)
    body = ask.body()
    values = _stated(body)
    with ask.work() as work:
        object_id = find(work.connection, ask, DEVICES, ask.keys[0])
        if values:
            mine = (*DEVICES.where(work.tenant_id), directory_devices.c.id == object_id)
            work.connection.execute(update(directory_devices).where(*mine).values(values))
            scrub_after(work.connection)
            _rejudge(work, object_id)
            changed = dict.fromkeys(_STATED.keys() & body.keys(), "set")
            work.record(
                audit.Entry(
                    audit.Task.UPDATE, "Patch Device", "Device", "Device", object_id, changed
                )
            )
    return done()


def _delete(ask: Ask) -> Response:
    ask.require(_WRITE)
    with ask.work() as work:
        object_id = find(work.connection, ask, DEVICES, ask.keys[0])
        device_id = _device_id(work, object_id)
        work.connection.execute(
            delete(device_owners).where(
                device_owners.c.tenant_id == work.tenant_id,
                device_owners.c.directory_device_id == object_id,
            )
        )
        work.connection.execute(
            delete(directory_devices).where(
                *DEVICES.where(work.tenant_id), directory_devices.c.id == object_id
            )
        )
        memberships.forget(work, object_id)
        contexts.rejudge_joined(work, device_id)
        scrub_after(work.connection)
        work.record(audit.Entry(audit.Task.DELETE, "Delete Device", "Device", "Device", object_id))
    return done()


def _device_id(work: Work, object_id: str) -> str:
    query = select(directory_devices.c.device_id).where(
        directory_devices.c.tenant_id == work.tenant_id, directory_devices.c.id == object_id
    )
    return str(work.connection.execute(query).scalar_one())


def _rejudge(work: Work, object_id: str) -> None:
    contexts.rejudge_joined(work, _device_id(work, object_id))


def _relate(relation: str) -> tuple[Route, ...]:
    """Add and remove the users of a relation."""

    def add(ask: Ask) -> Response:
        ask.require(_WRITE)
        user_id = user_id_of(ask, referred(ask))
        with ask.work() as work:
            object_id = find(work.connection, ask, DEVICES, ask.keys[0])
            row = {
                "tenant_id": work.tenant_id,
                "directory_device_id": object_id,
                "relation": relation,
                "user_id": user_id,
            }
            work.connection.execute(upsert(device_owners).on_conflict_do_nothing(), row)
            _rejudge(work, object_id)
            work.record(
                audit.Entry(
                    audit.Task.ASSIGN,
                    f"Add {relation} Device",
                    "Device",
                    "Device",
                    object_id,
                    {relation: "set"},
                )
            )
        return done()

    def remove(ask: Ask) -> Response:
        ask.require(_WRITE)
        user_id = user_id_of(ask, named(ask))
        with ask.work() as work:
            object_id = find(work.connection, ask, DEVICES, ask.keys[0])
            work.connection.execute(
                delete(device_owners).where(
                    device_owners.c.tenant_id == work.tenant_id,
                    device_owners.c.directory_device_id == object_id,
                    device_owners.c.relation == relation,
                    device_owners.c.user_id == user_id,
                )
            )
            _rejudge(work, object_id)
            work.record(
                audit.Entry(
                    audit.Task.ASSIGN,
                    f"Remove {relation} Device",
                    "Device",
                    "Device",
                    object_id,
                    {relation: "cleared"},
                )
            )
        return done()

    return (
        Route("POST", f"devices/{{}}/{relation}/$ref", add),
        Route("DELETE", f"devices/{{}}/{relation}/$ref", remove),
        Route("DELETE", f"devices/{{}}/{relation}/{{}}/$ref", remove),
    )


ROUTES = (
    Route("POST", "devices", _create),
    Route("PATCH", "devices/{}", _patch),
    Route("DELETE", "devices/{}", _delete),
    *(route for relation in _RELATIONS for route in _relate(relation)),
)
