"""App registrations and what they lead to: policies that apply to an app, and wipes of its data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache, partial

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from mdm_sim import protections
from mdm_sim.graph.asking import Ask
from mdm_sim.graph.documents.behaviours import Exists
from mdm_sim.graph.documents.properties import is_of
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.entities import app_registrations
from mdm_sim.graph.entities.app_registrations import OF_USER, PATH, identifier, of_tenant, within
from mdm_sim.graph.entities.modelled import modelled
from mdm_sim.graph.odata.collection import Collection, Navigation
from mdm_sim.graph.odata.properties import Property, constant
from mdm_sim.graph.resolving import Place
from mdm_sim.graph.views import View, ViewShelf, keys_at
from mdm_sim.store.tables import documents, managed_apps, orders, registrations

POLICIES = "deviceAppManagement/managedAppPolicies"
_NAMES = ("appliedPolicies", "intendedPolicies", "operations")
_GIVEN = documents.alias("given")


def is_assigned(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """SQL: whether a policy is assigned to every user."""
    target = func.json_extract(_GIVEN.c.document, '$.target."@odata.type"')
    return exists(
        select(_GIVEN.c.id)
        .where(
            _GIVEN.c.tenant_id == documents.c.tenant_id,
            _GIVEN.c.collection == documents.c.collection.concat("/assignments"),
            _GIVEN.c.parent_id == documents.c.id,
            target == protections.EVERYBODY,
            *conditions,
        )
        .correlate(documents, registrations)
    )


def applies() -> ColumnElement[bool]:
    """SQL: whether a policy names a registration's app, is for its platform and assigned."""
    names_it = exists(
        select(managed_apps.c.identifier)
        .where(
            managed_apps.c.tenant_id == documents.c.tenant_id,
            managed_apps.c.document_id == documents.c.id,
            managed_apps.c.identifier == identifier(),
        )
        .correlate(documents, registrations)
    )
    for_platform = or_(
        *(
            and_(registrations.c.platform == platform, documents.c.collection == path)
            for platform, path in protections.PATHS.items()
        )
    )
    return and_(
        documents.c.tenant_id == registrations.c.tenant_id, for_platform, names_it, is_assigned()
    )


def _was_told() -> ColumnElement[bool]:
    """SQL: whether an app has checked in since a policy was last changed and assigned."""
    since = registrations.c.last_sync_at
    return and_(documents.c.updated_at <= since, is_assigned(_GIVEN.c.created_at <= since))


def _policies(shelf: ViewShelf, *conditions: ColumnElement[bool]) -> Collection:
    source = registrations.join(documents, applies())
    kind = shelf.types["managedAppPolicy"]

    def where(ask: Ask) -> list[ColumnElement[bool]]:
        return [*of_tenant(ask), is_of(kind, documents.c.odata_type), *conditions]

    return shelf.documents(POLICIES, POLICIES, source, where, "managedAppPolicy")


def _operations(version: str) -> Collection:
    """The selective wipes that were ordered of an app's data."""
    known = model(version)
    held = {
        "id": Property(orders.c.id),
        "displayName": constant("Selective wipe"),
        "lastModifiedDateTime": Property(orders.c.updated_at, "moment"),
        "state": Property(orders.c.state),
    }
    source = registrations.join(
        orders,
        (orders.c.tenant_id == registrations.c.tenant_id)
        & (orders.c.record_id == registrations.c.id),
    )
    properties = modelled(known, known.types["managedAppOperation"], held)
    return Collection("managedAppOperation", source, orders.c.id, properties, of_tenant)


@lru_cache(maxsize=4)
def _navigations(shelf: ViewShelf) -> Mapping[str, Navigation]:
    ways = {
        "appliedPolicies": _policies(shelf, _was_told()),
        "intendedPolicies": _policies(shelf),
        "operations": _operations(shelf.version),
    }
    return {
        **shelf.empty(PATH, PATH, "managedAppRegistration"),
        **{
            name: Navigation(found, registrations.c.id, True, partial(_context, name))  # noqa: FBT003
            for name, found in ways.items()
        },
    }


def _context(name: str, ask: Ask, key: str) -> str:
    return ask.context(f"{PATH}('{key}')/{name}")


def _registrations(shelf: ViewShelf, place: Place) -> Collection:
    found = app_registrations.collection(shelf.version)
    if place.path == OF_USER:
        found = found.at(lambda ask: within(ask.who.tenant_id, place.path, place.keys))
    return replace(found, navigations=_navigations(shelf))


def _below(shelf: ViewShelf, place: Place) -> Collection:
    navigation = _navigations(shelf)[place.path.rsplit("/", 1)[-1]]
    return navigation.collection.within(navigation.parent == place.keys[-1])


def _exists_at(path: str, connection: Connection, ask: Ask, registration_id: str) -> bool:
    conditions = within(ask.who.tenant_id, path, keys_at(ask, path))
    return app_registrations.is_there(connection, ask, registration_id, *conditions)


_PLACES = (PATH, OF_USER)
VIEWS: dict[str, View] = {
    **dict.fromkeys(_PLACES, _registrations),
    **{f"{path}/{name}": _below for path in _PLACES for name in _NAMES},
}
ELSEWHERE: dict[str, Exists] = {path: partial(_exists_at, path) for path in _PLACES}
