"""detectedApps: the application inventory of the devices whose inventory may be kept, counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response
from sqlalchemy import ColumnElement, case, func, select

from mdm_sim import access, contexts
from mdm_sim.graph import listing
from mdm_sim.graph.asking import Ask
from mdm_sim.graph.entities import managed_devices
from mdm_sim.graph.odata.properties import Properties, Property, constant
from mdm_sim.graph.reading import reading
from mdm_sim.graph.routing import Route
from mdm_sim.store.tables import devices

_READ = access.reading(access.DEVICES)
_PATH = "deviceManagement/detectedApps"
_PLATFORMS = {
    "windows": "windows",
    "macos": "macOS",
    "ios": "ios",
    "ipados": "ios",
    "android": "androidDedicatedAndFullyManaged",
}

_app = func.json_each(devices.c.facts, "$.applications").table_valued("value", name="app")


def _of_app(name: str) -> ColumnElement[Any]:
    return func.coalesce(func.json_extract(_app.c.value, f"$.{name}"), "")


# An app's id is a digest of what tells it from another: identifier, name, version and platform.
_detected = (
    select(
        devices.c.tenant_id,
        devices.c.id.label("device_id"),
        func.sha256(
            _of_app("id")
            + "\n"
            + _of_app("name")
            + "\n"
            + _of_app("version")
            + "\n"
            + devices.c.platform
        ).label("id"),
        _of_app("name").label("name"),
        _of_app("version").label("version"),
        func.coalesce(func.json_extract(_app.c.value, "$.sizeInBytes"), 0).label("size"),
        case(_PLATFORMS, value=devices.c.platform, else_="unknown").label("platform"),
    )
    .select_from(devices.join(_app, devices.c.facts.is_not(None)))
    .where(devices.c.hidden.is_(False), devices.c.epoch == contexts.tenant_epoch(devices))
    .subquery()
)
_apps = (
    select(
        _detected.c.tenant_id,
        _detected.c.id,
        _detected.c.name,
        _detected.c.version,
        _detected.c.platform,
        func.max(_detected.c.size).label("size"),
        func.count(_detected.c.device_id.distinct()).label("device_count"),
    )
    .group_by(
        _detected.c.tenant_id,
        _detected.c.id,
        _detected.c.name,
        _detected.c.version,
        _detected.c.platform,
    )
    .subquery()
)

PROPERTIES: Properties = {
    "id": Property(_apps.c.id),
    "displayName": Property(_apps.c.name, any_case=True),
    "version": Property(_apps.c.version),
    "sizeInByte": Property(_apps.c.size, "integer", 0),
    "deviceCount": Property(_apps.c.device_count, "integer", 0),
    "publisher": constant(""),
    "platform": Property(_apps.c.platform),
}


def _of_tenant(ask: Ask) -> Sequence[ColumnElement[bool]]:
    return (_apps.c.tenant_id == ask.who.tenant_id,)


APPS = listing.Collection(_PATH, _apps, _apps.c.id, PROPERTIES, _of_tenant)


def _devices(ask: Ask) -> Response:
    ask.require(_READ)
    holding = select(_detected.c.device_id).where(
        _detected.c.tenant_id == ask.who.tenant_id, _detected.c.id == ask.keys[0]
    )
    collection = managed_devices.COLLECTIONS[ask.version]
    return listing.page(ask, collection.within(devices.c.id.in_(holding)))


ROUTES = (
    *reading(_PATH, _READ, lambda _ask: APPS),
    Route("GET", f"{_PATH}/{{}}/managedDevices", _devices),
)
