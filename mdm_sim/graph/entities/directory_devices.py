"""devices of the directory, with their owners and users: what decides whether a device is joined.

Every change judges the records again that state the device's id.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask import Response
from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from mdm_sim import access, contexts
from mdm_sim.graph import listing
from mdm_sim.graph.asking import Ask, done, shown
from mdm_sim.graph.entities.users import MISSING, USERS, user_id_of
from mdm_sim.graph.odata.properties import Properties, Property, constant
from mdm_sim.graph.reading import reading
from mdm_sim.graph.routing import Route
from mdm_sim.messages import Conflict, Detail, Malformed, NotInDirectory
from mdm_sim.store import audit
from mdm_sim.store.engine import scrub_after
from mdm_sim.store.tables import device_owners, directory_devices, users
from mdm_sim.store.work import Work

_READ = access.reading(access.DIRECTORY_DEVICES)
_WRITE = access.writing(access.DIRECTORY_DEVICES)
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TRUST_TYPES = {"AzureAd", "ServerAd", "Workplace"}
_RELATIONS = ("registeredOwners", "registeredUsers")

PROPERTIES: Properties = {
    "id": Property(directory_devices.c.id),
    "deviceId": Property(directory_devices.c.device_id, any_case=True),
    "displayName": Property(directory_devices.c.display_name, any_case=True),
    "accountEnabled": Property(directory_devices.c.account_enabled, "boolean"),
    "trustType": Property(directory_devices.c.trust_type),
    "operatingSystem": Property(directory_devices.c.operating_system),
    "operatingSystemVersion": Property(directory_devices.c.operating_system_version),
    "createdDateTime": Property(directory_devices.c.created_at, "moment"),
    "registrationDateTime": Property(directory_devices.c.created_at, "moment"),
    "alternativeSecurityIds": constant([], "json"),
    "physicalIds": constant([], "json"),
    "systemLabels": constant([], "json"),
}
# What an admin may state, and the column it is kept in.
_STATED = {
    "displayName": directory_devices.c.display_name.name,
    "trustType": directory_devices.c.trust_type.name,
    "accountEnabled": directory_devices.c.account_enabled.name,
    "operatingSystem": directory_devices.c.operating_system.name,
    "operatingSystemVersion": directory_devices.c.operating_system_version.name,
}


def _of_tenant(ask: Ask) -> Sequence[ColumnElement[bool]]:
    return (directory_devices.c.tenant_id == ask.who.tenant_id,)


DEVICES = listing.Collection(
    "devices", directory_devices, directory_devices.c.id, PROPERTIES, _of_tenant, most=999
)


def _stated(body: dict[str, Any]) -> dict[str, Any]:
    values = {column: body[name] for name, column in _STATED.items() if name in body}
    wrong = [name for name, column in _STATED.items() if column in values and not _fits(name, body)]
    if wrong:
        message = "A property of the request is of the wrong type."
        raise Malformed(message, [Detail(f"/{name}", "another type is expected") for name in wrong])
    if values.get("trust_type") not in {None, *_TRUST_TYPES}:
        message = "Property trustType is invalid."
        raise Malformed(message, [Detail("/trustType", "AzureAd, ServerAd or Workplace")])
    return values


def _fits(name: str, body: dict[str, Any]) -> bool:
    value = body[name]
    if name == "accountEnabled":
        return isinstance(value, bool)
    if value is None:
        return name != "displayName"
    return isinstance(value, str) and len(value) <= 256


def _object_id_of(ask: Ask) -> str:
    with ask.read() as connection:
        return _object_id(connection, ask, ask.keys[0])


def _object_id(connection: Any, ask: Ask, key: str) -> str:
    """The object a path names by its id, or by its device id as an alternate key."""
    named = (directory_devices.c.id == key) | (directory_devices.c.device_id == key.lower())
    found = connection.execute(
        select(directory_devices.c.id).where(*_of_tenant(ask), named)
    ).scalar()
    if found is None:
        raise NotInDirectory(MISSING)
    return str(found)


def _create(ask: Ask) -> Response:
    ask.require(_WRITE)
    body = ask.body()
    device_id = body.get("deviceId")
    if not isinstance(device_id, str) or not _GUID.fullmatch(device_id):
        message = "Property deviceId is required."
        raise Malformed(message, [Detail("/deviceId", "a GUID is expected")])
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
            select(directory_devices.c.id).where(*_of_tenant(ask), taken)
        ).first():
            message = "Another object with the same value for property deviceId already exists."
            raise Conflict(message)
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
        item = listing.fetch(work.connection, ask, DEVICES, object_id)
    return shown({"@odata.context": ask.context("devices", "$entity"), **item}, 201)


def _patch(ask: Ask) -> Response:
    ask.require(_WRITE)
    body = ask.body()
    values = _stated(body)
    with ask.work() as work:
        object_id = _object_id(work.connection, ask, ask.keys[0])
        if values:
            mine = (*_of_tenant(ask), directory_devices.c.id == object_id)
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
        object_id = _object_id(work.connection, ask, ask.keys[0])
        device_id = _device_id(work, object_id)
        work.connection.execute(
            delete(device_owners).where(
                device_owners.c.tenant_id == work.tenant_id,
                device_owners.c.directory_device_id == object_id,
            )
        )
        work.connection.execute(
            delete(directory_devices).where(*_of_tenant(ask), directory_devices.c.id == object_id)
        )
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
    """List, add and remove the users of a relation."""

    def entries(ask: Ask) -> Response:
        ask.require(_READ)
        with ask.read() as connection:
            object_id = _object_id(connection, ask, ask.keys[0])
        related = select(device_owners.c.user_id).where(
            device_owners.c.tenant_id == ask.who.tenant_id,
            device_owners.c.directory_device_id == object_id,
            device_owners.c.relation == relation,
        )
        return listing.page(ask, USERS.within(users.c.id.in_(related)))

    def add(ask: Ask) -> Response:
        ask.require(_WRITE)
        user_id = user_id_of(ask, _reference(ask.body()))
        with ask.work() as work:
            object_id = _object_id(work.connection, ask, ask.keys[0])
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
        user_id = user_id_of(ask, ask.keys[1])
        with ask.work() as work:
            object_id = _object_id(work.connection, ask, ask.keys[0])
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
        Route("GET", f"devices/{{}}/{relation}", entries),
        Route("POST", f"devices/{{}}/{relation}/$ref", add),
        Route("DELETE", f"devices/{{}}/{relation}/{{}}/$ref", remove),
    )


def _reference(body: dict[str, Any]) -> str:
    """The last segment of an `@odata.id`."""
    reference = body.get("@odata.id")
    if not isinstance(reference, str) or not reference.strip("/"):
        message = "An @odata.id is required."
        raise Malformed(message, [Detail("/@odata.id", "a URL is expected")])
    return reference.rstrip("/").rsplit("/", 1)[-1].removeprefix("users('").removesuffix("')")


ROUTES = (
    *reading("devices", _READ, lambda _ask: DEVICES, _object_id_of),
    Route("POST", "devices", _create),
    Route("PATCH", "devices/{}", _patch),
    Route("DELETE", "devices/{}", _delete),
    *(route for relation in _RELATIONS for route in _relate(relation)),
)
