"""logCollectionRequests: that a device was asked for its logs. No log is ever kept."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import case

from mdm_sim.graph.edm.model import model
from mdm_sim.graph.entities.managed_devices import SOURCE, of_tenant
from mdm_sim.graph.entities.modelled import modelled
from mdm_sim.graph.odata.collection import Collection
from mdm_sim.graph.odata.properties import Property
from mdm_sim.store.tables import devices, orders

ACTION = "createDeviceLogCollectionRequest"
TYPE = "deviceLogCollectionResponse"
_STATES = {"pending": "pending", "active": "pending", "done": "completed"}
_ID = devices.c.id + "_" + orders.c.id


@lru_cache(maxsize=2)
def requests(version: str) -> Collection:
    """The orders by which devices were asked for their logs."""
    known = model(version)
    held = {
        "id": Property(_ID),
        "managedDeviceId": Property(devices.c.id),
        "status": Property(case(_STATES, value=orders.c.state, else_="failed")),
        "requestedDateTimeUTC": Property(orders.c.requested_at, "moment"),
    }
    of_device = (
        (orders.c.tenant_id == devices.c.tenant_id)
        & (orders.c.record_id == devices.c.id)
        & (orders.c.action == ACTION)
    )
    properties = modelled(known, known.types[TYPE], held)
    return Collection(TYPE, SOURCE.join(orders, of_device), _ID, properties, of_tenant)
