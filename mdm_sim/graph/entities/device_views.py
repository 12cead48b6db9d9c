"""Devices and what they lead to, at every path that shows devices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache, partial

from sqlalchemy import ColumnElement, Connection, func, literal

from mdm_sim.graph.asking import Ask
from mdm_sim.graph.documents import rows
from mdm_sim.graph.documents.behaviours import Exists
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.entities import detected_apps, device_logs, device_states, managed_devices
from mdm_sim.graph.entities.device_marks import NO_CATEGORY, category
from mdm_sim.graph.entities.device_places import OF_APP, OF_USER, PATH, PLACES, within
from mdm_sim.graph.entities.directory_tables import PEOPLE
from mdm_sim.graph.entities.managed_devices import SOURCE, of_tenant
from mdm_sim.graph.entities.modelled import modelled
from mdm_sim.graph.odata.collection import Collection, Navigation
from mdm_sim.graph.odata.properties import Property
from mdm_sim.graph.resolving import Place
from mdm_sim.graph.views import View, ViewShelf, keys_at
from mdm_sim.store.tables import devices, users

_USERS = devices.join(
    users, (users.c.tenant_id == devices.c.tenant_id) & (users.c.id == devices.c.user_id)
)


def _users(version: str) -> Collection:
    """The user of each device."""
    return Collection(
        name=PEOPLE.path,
        source=_USERS,
        key=users.c.id,
        properties=PEOPLE.properties(version),
        where=lambda ask: [*of_tenant(ask), *PEOPLE.where(ask.who.tenant_id)],
        whole=partial(PEOPLE.shown, version),
        whole_columns=PEOPLE.columns,
        extras=PEOPLE.extras,
    )


def _category(version: str) -> Collection:
    """The category of each device; of one without there is Intune's own."""
    known = model(version)
    held = {
        "id": Property(func.coalesce(category("id"), NO_CATEGORY)),
        "displayName": Property(func.coalesce(category("displayName"), "Unknown")),
        "description": Property(category("description")),
    }
    properties = modelled(known, known.types["deviceCategory"], held)
    return Collection("deviceCategory", SOURCE, literal(rows.SINGLE), properties, of_tenant)


def _ways(version: str) -> Mapping[str, tuple[Collection, ColumnElement[str]]]:
    """What devices lead to, by the name of the property, with the device that it is of."""
    return {
        "users": (_users(version), devices.c.id),
        "deviceCategory": (_category(version), devices.c.id),
        "detectedApps": (detected_apps.of_devices(version), detected_apps.DEVICE),
        "deviceCompliancePolicyStates": (device_states.compliance(version), devices.c.id),
        "deviceConfigurationStates": (device_states.configurations(version), devices.c.id),
        "logCollectionRequests": (device_logs.requests(version), devices.c.id),
    }


@lru_cache(maxsize=4)
def _navigations(shelf: ViewShelf) -> Mapping[str, Navigation]:
    """What $expand finds on a device; nothing is held of what is not named above."""
    found = dict(shelf.empty(PATH, PATH, "managedDevice"))
    declared = shelf.types["managedDevice"].navigations
    for name, (collection, parent) in _ways(shelf.version).items():
        if name in declared:
            is_many = declared[name].is_collection
            found[name] = Navigation(collection, parent, is_many, partial(_context, name))
    return found


def _context(name: str, ask: Ask, key: str) -> str:
    return ask.context(f"{PATH}('{key}')/{name}")


def _devices(shelf: ViewShelf, place: Place) -> Collection:
    collection = managed_devices.collection(shelf.version)
    if place.path in {OF_USER, OF_APP}:
        collection = collection.at(lambda ask: within(ask.who.tenant_id, place.path, place.keys))
    return replace(collection, navigations=_navigations(shelf))


def _below(shelf: ViewShelf, place: Place) -> Collection:
    """What the device leads to whose key is the last of the place's."""
    name = place.path.rsplit("/", 1)[-1]
    navigation = _navigations(shelf)[name]
    return navigation.collection.within(navigation.parent == place.keys[-1])


def _apps(shelf: ViewShelf, _place: Place) -> Collection:
    """Every detected app, with the devices that have it."""
    found = managed_devices.collection(shelf.version)
    source = SOURCE.join(detected_apps.HAVING, devices.c.id == detected_apps.DEVICE)
    ways = _navigations(shelf)
    having = replace(found, source=source, navigations=ways, total=None, kept=None)
    way = Navigation(having, detected_apps.APP, is_collection=True, context=_of_app)
    return replace(detected_apps.collection(shelf.version), navigations={"managedDevices": way})


def _of_app(ask: Ask, key: str) -> str:
    return ask.context(f"{detected_apps.PATH}('{key}')/managedDevices")


def _exists_at(path: str, connection: Connection, ask: Ask, device_id: str) -> bool:
    """Whether there is a device of this id at a path, below the objects that the URL names."""
    conditions = within(ask.who.tenant_id, path, keys_at(ask, path))
    return managed_devices.is_there(connection, ask, device_id, *conditions)


VIEWS: dict[str, View] = {
    detected_apps.PATH: _apps,
    **dict.fromkeys(PLACES, _devices),
    **{f"{path}/{name}": _below for path in PLACES for name in _ways("beta")},
}
ELSEWHERE: dict[str, Exists] = {
    detected_apps.PATH: detected_apps.exists,
    **{path: partial(_exists_at, path) for path in PLACES},
}
