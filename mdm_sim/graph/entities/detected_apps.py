"""detectedApps: the applications that devices have, counted; and those of one device."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import ColumnElement, Connection, select

from mdm_sim.graph import listing
from mdm_sim.graph.asking import Ask
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.entities.inventory import apps, having
from mdm_sim.graph.entities.modelled import modelled
from mdm_sim.graph.odata.properties import Property, constant

PATH = "deviceManagement/detectedApps"
# Which device has which app.
HAVING, DEVICE, APP = having, having.c.device_id, having.c.id

_HELD = {
    "id": Property(apps.c.id),
    "displayName": Property(apps.c.name, any_case=True),
    "version": Property(apps.c.version),
    "sizeInByte": Property(apps.c.size, "integer", 0),
    "deviceCount": Property(apps.c.device_count, "integer", 0),
    "publisher": constant(""),
    "platform": Property(apps.c.platform),
}


def _of_tenant(ask: Ask) -> Sequence[ColumnElement[bool]]:
    return (apps.c.tenant_id == ask.who.tenant_id,)


@lru_cache(maxsize=2)
def collection(version: str) -> listing.Collection:
    """Every app that a device has whose inventory may be kept."""
    known = model(version)
    held = modelled(known, known.types["detectedApp"], _HELD)
    return listing.Collection(PATH, apps, apps.c.id, held, _of_tenant)


@lru_cache(maxsize=2)
def of_devices(version: str) -> listing.Collection:
    """The same, once for each device that has it."""
    known = model(version)
    held = modelled(known, known.types["detectedApp"], _HELD)
    source = apps.join(
        having, (having.c.tenant_id == apps.c.tenant_id) & (having.c.id == apps.c.id)
    )
    return listing.Collection(PATH, source, apps.c.id, held, _of_tenant)


def exists(connection: Connection, ask: Ask, app_id: str) -> bool:
    """Whether a device has this app."""
    query = select(apps.c.id).where(*_of_tenant(ask), apps.c.id == app_id)
    return connection.execute(query).first() is not None
