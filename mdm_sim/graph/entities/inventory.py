"""The application inventory of the devices whose inventory may be kept, as SQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from mdm_sim import contexts
from mdm_sim.store.dialects.functions import json_value
from mdm_sim.store.tables import devices

_PLATFORMS = {
    "windows": "windows",
    "macos": "macOS",
    "ios": "ios",
    "ipados": "ios",
    "android": "androidDedicatedAndFullyManaged",
}

_app = func.json_each(devices.c.facts, "$.applications").table_valued("value", "key", name="app")


def _of_app(name: str) -> ColumnElement[Any]:
    return func.coalesce(func.json_extract(_app.c.value, f"$.{name}"), "")


# An app on a device. Its id is a digest of what tells it from another: identifier, name, version
# and platform.
detected = (
    select(
        devices.c.tenant_id,
        devices.c.id.label("device_id"),
        _app.c.key.label("place"),
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
        func.coalesce(json_value(_app.c.value, "sizeInBytes", "integer"), 0).label("size"),
        case(_PLATFORMS, value=devices.c.platform, else_="unknown").label("platform"),
    )
    .select_from(devices.join(_app, devices.c.facts.is_not(None)))
    .where(devices.c.hidden.is_(False), devices.c.epoch == contexts.tenant_epoch(devices))
    .subquery()
)
# The same app on every device that has it.
apps = (
    select(
        detected.c.tenant_id,
        detected.c.id,
        detected.c.name,
        detected.c.version,
        detected.c.platform,
        func.max(detected.c.size).label("size"),
        func.count(detected.c.device_id.distinct()).label("device_count"),
    )
    .group_by(
        detected.c.tenant_id,
        detected.c.id,
        detected.c.name,
        detected.c.version,
        detected.c.platform,
    )
    .subquery()
)
# Which device has which app.
having = select(detected.c.tenant_id, detected.c.device_id, detected.c.id).distinct().subquery()
