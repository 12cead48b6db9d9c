"""What a managedDevice shows: each Graph property from a fact, from the service, or constant.

A fact that is not stored shows as Graph shows a missing one. Row device.location is not a property
of a device: it shows in the result of a locateDevice order alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Float, case, func

from mdm_sim import contexts
from mdm_sim.graph.edm.model import NAMESPACE, model
from mdm_sim.graph.entities.device_marks import category_name, scope_tags
from mdm_sim.graph.entities.modelled import casts, modelled
from mdm_sim.graph.odata.properties import Casts, Member, Properties, Property, constant
from mdm_sim.policy.context import Platform
from mdm_sim.store.expressions import OWNERS, worded
from mdm_sim.store.tables import DEVICE_OWNER, DEVICE_SYSTEM, devices, fact, record_tallies, users

YEAR_SECONDS = 365 * 24 * 3600


def _own(expression: ColumnElement[Any], kind: str = "text") -> Property:
    """What every device has."""
    return Property(expression, kind, always=True)


def _fact(
    name: str, kind: str = "text", default: Any = None, *, on_request: bool = False
) -> Property:
    held = Member(devices.c.facts, name)
    return Property(fact(devices, name), kind, default, on_request=on_request, member=held)


def _upn() -> Property:
    return Property(users.c.user_principal_name, default="", any_case=True, lower=True)


def _jail_broken() -> ColumnElement[str]:
    said = fact(devices, "jailBroken")
    return case((said.is_(None), "Unknown"), (said.is_(True), "True"), else_="False")


def _enrollment_type(version: str) -> ColumnElement[str]:
    """v1.0 knows fewer members; a newer one shows as Graph shows one it may not name."""
    known = devices.c.enrollment_type.in_(model(version).members("deviceEnrollmentType"))
    return case((known, devices.c.enrollment_type), else_="unknownFutureValue")


def _threat_state() -> ColumnElement[str]:
    """Not of a device that a change of connectors concerns and whose turn has not come."""
    is_judged = devices.c.epoch == contexts.tenant_epoch(devices)
    return case((is_judged, fact(devices, "threatState")), else_=None)


def _managed_name() -> ColumnElement[str]:
    return func.coalesce(devices.c.managed_device_name, fact(devices, "deviceName"))


# fmt: off
def _held() -> Properties:
    """What there is of a device, by Graph's names in both versions."""
    return {
        "id":                       _own(devices.c.id),
        "userId":                   Property(devices.c.user_id, default=""),
        "deviceName":               _fact("deviceName"),
        "managedDeviceOwnerType":   _own(DEVICE_OWNER),
        "enrolledDateTime":         _own(devices.c.enrolled_at, "moment"),
        "lastSyncDateTime":         _own(devices.c.last_sync_at, "moment"),
        "operatingSystem":          _own(DEVICE_SYSTEM),
        "complianceState":          _own(devices.c.compliance_state),
        "jailBroken":               Property(_jail_broken()),
        "managementAgent":          constant("mdm"),
        "osVersion":                _fact("osVersion"),
        "easActivated":             Property(fact(devices, "easDeviceId").is_not(None), "boolean"),
        "easDeviceId":              _fact("easDeviceId"),
        "azureADRegistered":        Property(fact(devices, "azureADDeviceId").is_not(None), "boolean"),
        "emailAddress":             _upn(),
        "azureADDeviceId":          _fact("azureADDeviceId"),
        "deviceRegistrationState":  constant("registered"),
        "deviceCategoryDisplayName": Property(category_name(), default="Unknown"),
        "isSupervised":             Property(_is_supervised(), "boolean"),
        "userPrincipalName":        _upn(),
        "model":                    _fact("model"),
        "manufacturer":             _fact("manufacturer"),
        "imei":                     _fact("imei", default=""),
        "complianceGracePeriodExpirationDateTime": constant("9999-12-31T23:59:59Z"),
        "serialNumber":             _fact("serialNumber"),
        "phoneNumber":              _fact("phoneNumber", default=""),
        "userDisplayName":          Property(users.c.display_name, default=""),
        "wiFiMacAddress":           _fact("wiFiMacAddress"),
        "subscriberCarrier":        _fact("subscriberCarrier", default=""),
        "meid":                     _fact("meid", default=""),
        "totalStorageSpaceInBytes": _fact("totalStorageSpaceInBytes", "integer", 0),
        "freeStorageSpaceInBytes":  _fact("freeStorageSpaceInBytes", "integer", 0),
        "managedDeviceName":        Property(_managed_name()),
        "partnerReportedThreatState": Property(_threat_state(), default="unknown"),
        "managementCertificateExpirationDate": Property(_certificate_end(), "moment"),
        "iccid":                    _fact("iccid", on_request=True),
        "udid":                     _fact("udid", on_request=True),
        "ethernetMacAddress":       _fact("ethernetMacAddress", on_request=True),
        "managementState":          _own(devices.c.management_state),
        # of beta alone
        "ownerType":                _own(DEVICE_OWNER),
        "deviceType":               _fact("deviceType", default="unknown"),
        "joinType":                 Property(case((devices.c.entra_joined, "azureADJoined"), else_="unknown")),
        "aadRegistered":            Property(fact(devices, "azureADDeviceId").is_not(None), "boolean"),
        "azureActiveDirectoryDeviceId": _fact("azureADDeviceId"),
        "enrolledByUserPrincipalName": _upn(),
        "roleScopeTagIds":          Property(scope_tags(), "json"),
        "hardwareInformation":      Property(hardware(), "json", on_request=True),
        "skuFamily":                constant(""),
    }


def _is_supervised() -> ColumnElement[bool]:
    return devices.c.enrollment_type.in_(("appleBulkWithUser", "appleBulkWithoutUser"))


def _certificate_end() -> ColumnElement[float]:
    return (devices.c.enrolled_at + YEAR_SECONDS).cast(Float)


# Facts that hardwareInformation repeats, by its own names.
_HARDWARE = {
    "serialNumber":         "serialNumber",
    "imei":                 "imei",
    "meid":                 "meid",
    "manufacturer":         "manufacturer",
    "model":                "model",
    "phoneNumber":          "phoneNumber",
    "subscriberCarrier":    "subscriberCarrier",
    "cellularTechnology":   "cellularTechnology",
    "wifiMac":              "wiFiMacAddress",
    "ipAddressV4":          "ipAddressV4",
    "totalStorageSpace":    "totalStorageSpaceInBytes",
    "freeStorageSpace":     "freeStorageSpaceInBytes",
}
# fmt: on


def hardware() -> ColumnElement[str]:
    """What is kept of a device's hardware, as JSON; what is not kept is not in it."""
    facts = [part for name, source in _HARDWARE.items() for part in (name, fact(devices, source))]
    is_supervised = func.json(case((_is_supervised(), "true"), else_="false"))
    every = func.json_object(*facts, "isSupervised", is_supervised)
    return func.json_patch("{}", every)


def properties(version: str) -> Properties:
    """The properties of a version, which has fewer on v1.0."""
    known = model(version)
    own = {"deviceEnrollmentType": Property(_enrollment_type(version))}
    held = {**_held(), **own}
    return modelled(known, known.types["managedDevice"], held, _odata_type())


def told_by_kind(version: str) -> Properties:
    """What is the same of all devices that are of one kind, over the numbers of each kind."""
    kinds = record_tallies.c
    owner = worded(kinds.ownership, OWNERS, "unknown")
    told = {"complianceState": kinds.compliance_state, "managedDeviceOwnerType": owner}
    told |= {"ownerType": owner} if version == "beta" else {}
    held = properties(version)
    return {name: replace(held[name], expression=sql) for name, sql in told.items()}


def casts_of(version: str) -> Casts:
    """Looking at devices as the types that beta has of them."""
    known = model(version)
    conditions = {"windowsManagedDevice": devices.c.platform == Platform.WINDOWS}
    held = properties(version)
    return casts(known, known.types["managedDevice"], conditions, lambda _kind: held)


def _odata_type() -> Property:
    is_windows = devices.c.platform == Platform.WINDOWS
    names = {True: "windowsManagedDevice", False: "managedDevice"}
    types = {each: f"#{NAMESPACE}.{name}" for each, name in names.items()}
    return Property(case((is_windows, types[True]), else_=types[False]))
