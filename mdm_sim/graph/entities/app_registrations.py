"""managedAppRegistrations, and the selective wipe of a user's registrations on one device."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response
from sqlalchemy import ColumnElement, case, func, literal, select

from mdm_sim import access, actions
from mdm_sim.graph import listing
from mdm_sim.graph.asking import Ask, done
from mdm_sim.graph.entities.users import user_id_of
from mdm_sim.graph.odata.properties import Properties, Property
from mdm_sim.graph.reading import reading
from mdm_sim.graph.routing import Route
from mdm_sim.messages import Detail, Malformed, NotFound
from mdm_sim.store.tables import fact, registrations

_READ = access.reading(access.APPS)
_WRITE = access.writing(access.APPS)
_PATH = "deviceAppManagement/managedAppRegistrations"
_KINDS = {
    "ios": "ios",
    "ipados": "ios",
    "macos": "ios",
    "android": "android",
    "windows": "windows",
    "linux": "android",
}


def _odata_type(suffix: str) -> ColumnElement[str]:
    types = {platform: f"#microsoft.graph.{kind}{suffix}" for platform, kind in _KINDS.items()}
    return case(types, value=registrations.c.platform)


def _identifier() -> ColumnElement[Any]:
    """The app's identifier as Graph's derived type of mobileAppIdentifier."""
    typed = func.json_object(literal("@odata.type"), _mobile_app_identifier())
    return func.json_patch(typed, fact(registrations, "appIdentifier"))


def _mobile_app_identifier() -> ColumnElement[str]:
    names = {
        "ios": "iosMobileAppIdentifier",
        "android": "androidMobileAppIdentifier",
        "windows": "windowsAppIdentifier",
    }
    types = {platform: f"#microsoft.graph.{names[kind]}" for platform, kind in _KINDS.items()}
    return case(types, value=registrations.c.platform)


def _flags() -> ColumnElement[str]:
    return case((fact(registrations, "jailBroken") == 1, '["rootedDevice"]'), else_="[]")


def _properties(version: str) -> Properties:
    shared = {
        "@odata.type": Property(_odata_type("ManagedAppRegistration")),
        "createdDateTime": Property(registrations.c.enrolled_at, "moment"),
        "lastSyncDateTime": Property(registrations.c.last_sync_at, "moment"),
        "applicationVersion": Property(fact(registrations, "applicationVersion")),
        "managementSdkVersion": Property(fact(registrations, "managementSdkVersion")),
        "platformVersion": Property(fact(registrations, "osVersion")),
        "deviceType": Property(fact(registrations, "deviceType")),
        "deviceTag": Property(fact(registrations, "deviceTag")),
        "deviceName": Property(fact(registrations, "deviceName")),
        "flaggedReasons": Property(_flags(), "json", []),
        "userId": Property(registrations.c.user_id),
        "appIdentifier": Property(_identifier(), "json"),
        "id": Property(registrations.c.id),
        "version": Property(registrations.c.policy_version),
    }
    if version == "v1.0":
        return shared
    return shared | {
        "managedDeviceId": Property(registrations.c.device_id),
        "azureADDeviceId": Property(fact(registrations, "azureADDeviceId")),
        "deviceModel": Property(fact(registrations, "model")),
        "deviceManufacturer": Property(fact(registrations, "manufacturer")),
    }


def _of_tenant(ask: Ask) -> Sequence[ColumnElement[bool]]:
    return (registrations.c.tenant_id == ask.who.tenant_id,)


COLLECTIONS = {
    version: listing.Collection(
        _PATH, registrations, registrations.c.id, _properties(version), _of_tenant
    )
    for version in ("v1.0", "beta")
}


def _list_of_user(ask: Ask) -> Response:
    ask.require(_READ)
    mine = registrations.c.user_id == user_id_of(ask, ask.keys[0])
    return listing.page(ask, COLLECTIONS[ask.version].within(mine))


def _wipe(ask: Ask) -> Response:
    """One order for each protected app on the device; the device itself is left alone."""
    ask.require(_WRITE)
    tag = ask.body().get("deviceTag")
    if not isinstance(tag, str) or not tag:
        message = "The parameter deviceTag is required."
        raise Malformed(message, [Detail("/deviceTag", "a string is expected")])
    user_id = user_id_of(ask, ask.keys[0])
    query = select(registrations).where(
        *_of_tenant(ask),
        registrations.c.user_id == user_id,
        fact(registrations, "deviceTag") == tag,
    )
    with ask.work() as work:
        rows = work.connection.execute(query).all()
        if not rows:
            message = "Resource not found."
            raise NotFound(message)
        for row in rows:
            actions.ask(work, row, "selectiveWipe", {})
    return done()


ROUTES = (
    *reading(_PATH, _READ, lambda ask: COLLECTIONS[ask.version]),
    Route("GET", "users/{}/managedAppRegistrations", _list_of_user),
    Route("POST", "users/{}/wipeManagedAppRegistrationsByDeviceTag", _wipe),
    Route("POST", "users/{}/wipeManagedAppRegistrationByDeviceTag", _wipe, beta_only=True),
)
