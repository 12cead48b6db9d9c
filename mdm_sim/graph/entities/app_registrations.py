"""managedAppRegistrations: the apps under app protection, of everybody and of one user."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    case,
    func,
    literal,
    or_,
    select,
)

from mdm_sim.graph.asking import Ask
from mdm_sim.graph.edm.model import NAMESPACE, model
from mdm_sim.graph.entities import tallies
from mdm_sim.graph.entities.device_places import user_named
from mdm_sim.graph.entities.modelled import casts, modelled
from mdm_sim.graph.odata.collection import Collection, Total
from mdm_sim.graph.odata.properties import Properties, Property
from mdm_sim.policy.context import Workload
from mdm_sim.store.tables import fact, record_tallies, registrations

PATH = "deviceAppManagement/managedAppRegistrations"
OF_USER = "users/managedAppRegistrations"
_TYPE = "managedAppRegistration"
_KINDS = {
    "ios": ("ios", "ipados", "macos"),
    "android": ("android", "linux"),
    "windows": ("windows",),
}
_IDENTIFIERS = {
    "ios": "iosMobileAppIdentifier",
    "android": "androidMobileAppIdentifier",
    "windows": "windowsAppIdentifier",
}
_OF_ANDROID = "patchVersion"


def _is(kind: str, of: FromClause = registrations) -> ColumnElement[bool]:
    return of.c.platform.in_(_KINDS[kind])


# Which registrations are of each derived type.
_TYPES = {f"{kind}ManagedAppRegistration": kind for kind in _KINDS}
_CONDITIONS = {name: _is(kind) for name, kind in _TYPES.items()}


def _odata_type() -> Property:
    types = [(told, f"#{NAMESPACE}.{name}") for name, told in _CONDITIONS.items()]
    return Property(case(*types))


def _identifier() -> ColumnElement[Any]:
    """The app's identifier as Graph's derived type of mobileAppIdentifier."""
    names = [(_is(kind), f"#{NAMESPACE}.{name}") for kind, name in _IDENTIFIERS.items()]
    typed = func.json_object(literal("@odata.type"), case(*names))
    return func.json_patch(typed, fact(registrations, "appIdentifier"))


def identifier() -> ColumnElement[Any]:
    """SQL: the identifier of a registration's app, as a text."""
    named = func.json_each(registrations.c.facts, "$.appIdentifier").table_valued("value")
    return select(named.c.value).correlate(registrations).limit(1).scalar_subquery()


def _flags() -> ColumnElement[str]:
    return case((is_flagged(), '["rootedDevice"]'), else_="[]")


def is_flagged() -> ColumnElement[bool]:
    """SQL: whether a registration is of a device that is jailbroken or rooted."""
    return fact(registrations, "jailBroken").is_(True)


def _properties(version: str) -> Properties:
    # fmt: off
    held = {
        "createdDateTime":      Property(registrations.c.enrolled_at, "moment", always=True),
        "lastSyncDateTime":     Property(registrations.c.last_sync_at, "moment", always=True),
        "applicationVersion":   Property(fact(registrations, "applicationVersion")),
        "managementSdkVersion": Property(fact(registrations, "managementSdkVersion")),
        "platformVersion":      Property(fact(registrations, "osVersion")),
        "deviceType":           Property(fact(registrations, "deviceType")),
        "deviceTag":            Property(fact(registrations, "deviceTag")),
        "deviceName":           Property(fact(registrations, "deviceName")),
        "flaggedReasons":       Property(_flags(), "json"),
        "userId":               Property(registrations.c.user_id),
        "appIdentifier":        Property(_identifier(), "json"),
        "id":                   Property(registrations.c.id, always=True),
        "version":              Property(registrations.c.policy_version),
        "managedDeviceId":      Property(registrations.c.device_id),
        "azureADDeviceId":      Property(fact(registrations, "azureADDeviceId")),
        "deviceModel":          Property(fact(registrations, "model")),
        "deviceManufacturer":   Property(fact(registrations, "manufacturer")),
    }
    # fmt: on
    known = model(version)
    return modelled(known, known.types[_TYPE], held, _odata_type())


def of_tenant(ask: Ask) -> Sequence[ColumnElement[bool]]:
    """SQL: the registrations of a tenant, of the types that a version has."""
    return _seen(ask, registrations)


def _seen(ask: Ask, of: FromClause) -> Sequence[ColumnElement[bool]]:
    types = model(ask.version).types
    kinds = (_is(kind, of) for name, kind in _TYPES.items() if name in types)
    return (of.c.tenant_id == ask.who.tenant_id, or_(*kinds))


def _total(ask: Ask) -> Select[Any]:
    """SQL: how many of them there are."""
    return tallies.number(*_seen(ask, record_tallies), workload=Workload.MAM)


def _patch_version(_connection: Connection, _ask: Ask, items: list[dict[str, Any]]) -> None:
    """Beta's Android registrations have one property more, of which nothing may be kept."""
    for item in items:
        android = f"#{NAMESPACE}.androidManagedAppRegistration"
        if item.get("@odata.type") == android:
            item[_OF_ANDROID] = None


@lru_cache(maxsize=2)
def collection(version: str) -> Collection:
    """Every registration, without what it leads to."""
    known = model(version)
    held = _properties(version)
    more = known.types["androidManagedAppRegistration"].properties
    return Collection(
        PATH,
        registrations,
        registrations.c.id,
        held,
        of_tenant,
        extras={_OF_ANDROID: _patch_version} if _OF_ANDROID in more else {},
        casts=casts(known, known.types[_TYPE], _CONDITIONS, lambda _kind: held),
        total=Total(_total),
    )


def within(tenant_id: str, path: str, keys: Sequence[str]) -> Sequence[ColumnElement[bool]]:
    """SQL: the registrations of a tenant that are at a path whose first keys are `keys`."""
    if path == OF_USER:
        return (registrations.c.user_id == user_named(tenant_id, keys[0]),)
    return ()


def is_there(
    connection: Connection, ask: Ask, registration_id: str, *conditions: ColumnElement[bool]
) -> bool:
    """Whether there is a registration of this id, under conditions."""
    query = select(registrations.c.id).where(
        *of_tenant(ask), *conditions, registrations.c.id == registration_id
    )
    return connection.execute(query).first() is not None
