"""What the benchmark's devices tell: the same facts for every contestant, told apart by a number.

Device number 7 is `PC-00000007`; everything that differs between devices has a fixed width, so
that requests differ in a few fields only (see `load`).
"""

from __future__ import annotations

import hashlib
from typing import Any

PLATFORM = "windows"
ENROLLMENT_TYPE = "deviceEnrollmentManager"
APP_PLATFORM = "ios"
APPS = 60
FREE = 312_000_000_000


_DOUBLED = [sum(divmod(2 * digit, 10)) for digit in range(10)]


def _luhn(digits: str) -> str:
    """`digits` with their check digit (ISO/IEC 7812-1)."""
    doubled = sum(_DOUBLED[int(digit)] for digit in digits[::-2])
    return f"{digits}{-(doubled + sum(map(int, digits[-2::-2]))) % 10}"


def token(kind: str, number: int) -> str:
    """The token of a prepared device or app: 43 characters, as the service's own are."""
    digest = hashlib.sha256(f"{kind} {number}".encode()).hexdigest()
    return digest[:43]


def own(number: int) -> dict[str, str]:
    """What is a device's own and nobody else's, all of fixed width."""
    digits = f"{number:08d}"
    return {
        "digits": digits,
        "imei": _luhn(f"350000{digits}"),
        "iccid": _luhn(f"8931000000{digits}"),
        "wifi": f"0200{digits}",
        "deviceToken": token("device", number),
        "appToken": token("app", number),
    }


def facts(mine: dict[str, str]) -> dict[str, Any]:
    """The 34 facts that a corporate Windows device may tell at any time, kept or judged."""
    digits = mine["digits"]
    return {
        "deviceName": f"PC-{digits}",
        "deviceType": "desktop",
        "manufacturer": "Contoso Devices",
        "model": "Workstation 14 Generation 3",
        "operatingSystem": "Windows",
        "osVersion": "10.0.26100.4061",
        "serialNumber": f"SN{digits}",
        "imei": mine["imei"],
        "iccid": mine["iccid"],
        "wiFiMacAddress": mine["wifi"],
        "ipAddressV4": "192.0.2.17",
        "azureADDeviceId": f"5f1d0000-0000-4000-9000-0000{digits}",
        "totalStorageSpaceInBytes": 511_101_108_224,
        "freeStorageSpaceInBytes": FREE,
        "easDeviceId": f"EAS{digits}",
        "subscriberCarrier": "Contoso Mobile",
        "cellularTechnology": "LTE",
        "wifiNetworkName": "Contoso Office",
        "udid": f"00008030-0000{digits}",
        "meid": f"A10000{digits}",
        "androidId": f"a100{digits}",
        "windowsDeviceId": f"w:{digits}",
        "phoneNumber": f"+3161{digits}",
        "thirdPartyUserIds": [f"user-{digits}"],
        "jailBroken": False,
        "isEncrypted": True,
        "passcodePresent": True,
        "passcodeCompliant": True,
        "secureBootEnabled": True,
        "codeIntegrityEnabled": True,
        "antivirusEnabled": True,
        "firewallEnabled": True,
        "securityPatchLevel": "2026-11",
        "applications": apps(APPS),
    }


# With these six the facts of a check-in are 40: what may not be kept, or not on this platform.
NOT_KEPT = {
    "appleId": "nobody@fleet.example",
    "ethernetMacAddress": "020000000001",
    "threatState": "secured",
    "contacts": ["Someone"],
    "photos": ["beach.jpg"],
    "callHistory": ["+31600000000"],
}


def apps(count: int) -> list[dict[str, Any]]:
    """So many installed apps, the same on every device."""
    return [
        {
            "id": f"com.contoso.suite.application{number:03d}",
            "name": f"Contoso Application {number:03d}",
            "version": f"7.{number}.1042",
            "installLocation": "C:\\Program Files\\Contoso",
            "sizeInBytes": 10_485_760 + number,
        }
        for number in range(count)
    ]


def app_facts(mine: dict[str, str]) -> dict[str, Any]:
    """What an app under app protection tells."""
    return {
        "appIdentifier": {"bundleId": "com.contoso.mail"},
        "deviceTag": f"tag-{mine['digits']}",
        "deviceName": f"Phone-{mine['digits']}",
        "deviceType": "iPhone",
        "manufacturer": "Apple",
        "model": "iPhone 17",
        "operatingSystem": "iOS",
        "osVersion": "19.1",
        "applicationVersion": "4.2.1",
        "managementSdkVersion": "20.3.0",
        "jailBroken": False,
    }


def plain(mine: dict[str, str]) -> dict[str, Any]:
    """What the peers hold of a device: the facts without the apps, so less than the service."""
    return {name: value for name, value in facts(mine).items() if name != "applications"}
