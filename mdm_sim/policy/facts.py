"""The words devices use: every fact's JSON type, and the members of those that are objects.

Names follow Microsoft Graph's property names. Which row a fact belongs to stands in `rows`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a fact's JSON value must be."""

    TEXT = "text"
    BOOLEAN = "boolean"
    COUNT = "count"
    NUMBER = "number"
    GUID = "guid"
    IMEI = "imei"
    ICCID = "iccid"
    MAC = "mac"
    IPV4 = "ipv4"
    PHONE = "phone"
    MOMENT = "moment"
    LATITUDE = "latitude"
    LONGITUDE = "longitude"
    DEVICE_TYPE = "device_type"
    THREAT_STATE = "threat_state"
    TEXTS = "texts"
    OBJECT = "object"
    OBJECTS = "objects"


# fmt: off
KINDS = {
    "deviceName": Kind.TEXT,            "deviceType": Kind.DEVICE_TYPE,
    "manufacturer": Kind.TEXT,          "model": Kind.TEXT,
    "operatingSystem": Kind.TEXT,       "osVersion": Kind.TEXT,
    "serialNumber": Kind.TEXT,          "imei": Kind.IMEI,
    "iccid": Kind.ICCID,                "wiFiMacAddress": Kind.MAC,
    "ipAddressV4": Kind.IPV4,           "ethernetMacAddress": Kind.MAC,
    "appleId": Kind.TEXT,               "azureADDeviceId": Kind.GUID,
    "totalStorageSpaceInBytes": Kind.COUNT, "freeStorageSpaceInBytes": Kind.COUNT,
    "easDeviceId": Kind.TEXT,           "location": Kind.OBJECT,
    "subscriberCarrier": Kind.TEXT,     "cellularTechnology": Kind.TEXT,
    "wifiNetworkName": Kind.TEXT,       "udid": Kind.TEXT,
    "meid": Kind.TEXT,                  "androidId": Kind.TEXT,
    "windowsDeviceId": Kind.TEXT,       "phoneNumber": Kind.PHONE,
    "thirdPartyUserIds": Kind.TEXTS,    "jailBroken": Kind.BOOLEAN,
    "threatState": Kind.THREAT_STATE,   "deviceTag": Kind.TEXT,
    "appIdentifier": Kind.OBJECT,       "applicationVersion": Kind.TEXT,
    "managementSdkVersion": Kind.TEXT,  "applications": Kind.OBJECTS,
    "diagnosticDeviceDetails": Kind.OBJECT, "diagnosticUsage": Kind.OBJECT,
    "diagnosticHealth": Kind.OBJECT,    "diagnosticSoftwareSetup": Kind.OBJECT,
}

# Compliance inputs: judged in memory, only the verdict is stored.
JUDGED = {
    "isEncrypted": Kind.BOOLEAN,        "passcodePresent": Kind.BOOLEAN,
    "passcodeCompliant": Kind.BOOLEAN,  "secureBootEnabled": Kind.BOOLEAN,
    "codeIntegrityEnabled": Kind.BOOLEAN, "antivirusEnabled": Kind.BOOLEAN,
    "firewallEnabled": Kind.BOOLEAN,    "securityPatchLevel": Kind.TEXT,
}

# The members of facts that are objects (or lists of them): a member that is not here is unknown.
MEMBERS: dict[str, dict[str, Kind]] = {
    "location": {"latitude": Kind.LATITUDE, "longitude": Kind.LONGITUDE,
                 "accuracyInMeters": Kind.NUMBER, "at": Kind.MOMENT},
    "appIdentifier": {"bundleId": Kind.TEXT, "packageId": Kind.TEXT, "windowsAppId": Kind.TEXT},
    "applications": {"id": Kind.TEXT, "name": Kind.TEXT, "version": Kind.TEXT,
                     "installLocation": Kind.TEXT, "sizeInBytes": Kind.COUNT},
    "diagnosticDeviceDetails": {"osVersion": Kind.TEXT, "model": Kind.TEXT,
                                "manufacturer": Kind.TEXT, "language": Kind.TEXT,
                                "timeZone": Kind.TEXT, "connectivity": Kind.TEXT},
    "diagnosticUsage": {"sessions": Kind.COUNT, "foregroundMinutes": Kind.COUNT,
                        "appLaunches": Kind.COUNT},
    "diagnosticHealth": {"crashes": Kind.COUNT, "hangs": Kind.COUNT,
                         "batteryHealthPercent": Kind.COUNT, "driverErrors": Kind.COUNT},
    "diagnosticSoftwareSetup": {"installs": Kind.COUNT, "updates": Kind.COUNT,
                                "failures": Kind.COUNT, "lastUpdateResult": Kind.TEXT},
}
# fmt: on

# Members without which an object says nothing: a door refuses it.
REQUIRED_MEMBERS = {"location": {"latitude", "longitude"}}


LARGEST = 2**63 - 1


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST


def _number(value: Any) -> bool:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and abs(value) <= LARGEST


def _all_of(kind: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(isinstance(item, kind) for item in value)


# The JSON type of each kind; every other kind is text.
_TYPES: dict[Kind, Callable[[Any], bool]] = {
    Kind.BOOLEAN: lambda value: isinstance(value, bool),
    Kind.COUNT: _whole,
    Kind.NUMBER: _number,
    Kind.LATITUDE: _number,
    Kind.LONGITUDE: _number,
    Kind.TEXTS: _all_of(str),
    Kind.OBJECT: lambda value: isinstance(value, dict),
    Kind.OBJECTS: _all_of(dict),
}


def fits(kind: Kind, value: Any) -> bool:
    """Whether `value` has the JSON type of `kind`; its syntax is the doors' matter."""
    check = _TYPES.get(kind)
    return isinstance(value, str) if check is None else check(value)
