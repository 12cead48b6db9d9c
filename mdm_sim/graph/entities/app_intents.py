"""mobileAppIntentAndStates: the apps meant for a user's device. No install is tracked."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import Connection

from mdm_sim.graph.asking import Ask
from mdm_sim.graph.documents.behaviours import Exists
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.entities import managed_devices
from mdm_sim.graph.entities.device_places import OF_USER, within
from mdm_sim.graph.entities.managed_devices import SOURCE, of_tenant
from mdm_sim.graph.entities.modelled import modelled
from mdm_sim.graph.odata.collection import Collection
from mdm_sim.graph.odata.properties import Property
from mdm_sim.graph.resolving import Place
from mdm_sim.graph.views import View, ViewShelf, keys_at
from mdm_sim.store.tables import devices

PATH = "users/mobileAppIntentAndStates"
_TYPE = "mobileAppIntentAndState"


@lru_cache(maxsize=1)
def _of_devices() -> Collection:
    known = model("beta")
    held = {
        "id": Property(devices.c.id),
        "managedDeviceIdentifier": Property(devices.c.id),
        "userId": Property(devices.c.user_id),
    }
    properties = modelled(known, known.types[_TYPE], held)
    return Collection(PATH, SOURCE, devices.c.id, properties, of_tenant)


def _view(_shelf: ViewShelf, place: Place) -> Collection:
    return _of_devices().at(lambda ask: within(ask.who.tenant_id, OF_USER, place.keys))


def _exists(connection: Connection, ask: Ask, device_id: str) -> bool:
    conditions = within(ask.who.tenant_id, OF_USER, keys_at(ask, PATH))
    return managed_devices.is_there(connection, ask, device_id, *conditions)


VIEWS: dict[str, View] = {PATH: _view}
ELSEWHERE: dict[str, Exists] = {PATH: _exists}
