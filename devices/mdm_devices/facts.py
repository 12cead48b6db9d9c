"""The facts a device reports, in the words of the MDM service: every group, on every platform."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mdm_devices import identifiers
from mdm_devices.apps import app_identifier, applications
from mdm_devices.draw import Draw
from mdm_devices.hardware import PATCHES, SYSTEMS, Model, device_type
from mdm_devices.private_life import Life, iso

Facts = dict[str, Any]
GIGABYTE = 10**9
CARRIER_KINDS = ("Mobiel", "Telecom", "Wireless", "Mobile")
RADIOS = ("LTE Advanced", "5G NR n78", "5G NR n28", "LTE band 20")
THREATS = ("secured",) * 6 + ("lowSeverity", "mediumSeverity", "highSeverity", "activated")
LANGUAGES = ("nl-NL", "en-GB", "fy-NL", "de-DE")


@dataclass(frozen=True)
class Subject:
    """The device being described, and where its values come from."""

    life: Life
    profile: str
    platform: str
    model: Model
    version: str

    @property
    def draw(self) -> Draw:
        """The draws of this device."""
        return self.life.draw


def device_name(subject: Subject) -> str:
    """An asset code on a company's device; elsewhere a name with the owner's first name in it."""
    code = subject.draw.code(6)
    if subject.profile == "corporate":
        return f"ORG-{code}"
    owner = subject.draw.pick(subject.life.pools.first_names)
    return f"{owner}'s {SYSTEMS[subject.platform].called} {code}"


def hardware(subject: Subject) -> Facts:
    """What the device is: the hardware rows and the storage."""
    draw, model = subject.draw, subject.model
    total = draw.pick(model.gigabytes) * GIGABYTE
    return {
        "deviceName": device_name(subject),
        "deviceType": device_type(subject.platform, subject.profile),
        "manufacturer": model.manufacturer,
        "model": model.model,
        "operatingSystem": SYSTEMS[subject.platform].name,
        "osVersion": subject.version,
        "serialNumber": identifiers.serial_number(draw, model.serials),
        "imei": identifiers.imei(draw, model.tac),
        "iccid": identifiers.iccid(draw),
        "totalStorageSpaceInBytes": total,
        "freeStorageSpaceInBytes": draw.between(total // 20, total * 4 // 5),
    }


def network(subject: Subject) -> Facts:
    """Where the device is on networks and on the map."""
    draw, pools = subject.draw, subject.life.pools
    return {
        "wiFiMacAddress": identifiers.mac_address(draw, subject.model.oui, "wifi"),
        "ethernetMacAddress": identifiers.mac_address(draw, "00E04C", "ethernet"),
        "ipAddressV4": identifiers.private_ip_address(draw),
        "subscriberCarrier": carrier(subject),
        "cellularTechnology": draw.pick(RADIOS),
        "wifiNetworkName": f"{draw.pick(pools.last_names)}-wifi-{draw.code(6)}",
        "location": location(draw, subject.life.clock),
    }


def carrier(subject: Subject) -> str:
    """An invented mobile operator that no other device has."""
    family = subject.draw.pick(subject.life.pools.last_names)
    return f"{family} {subject.draw.pick(CARRIER_KINDS)} {subject.draw.hex(5)}"


def location(draw: Draw, clock: datetime) -> Facts:
    """A place in the Netherlands, within the hour before the clock; degrees WGS 84."""
    return {
        "latitude": round(51.3 + draw.random.random() * 2, 6),
        "longitude": round(4.1 + draw.random.random() * 2.8, 6),
        "accuracyInMeters": draw.between(4, 65),
        "at": iso(clock - timedelta(seconds=draw.between(1, 3600))),
    }


def identity(subject: Subject) -> Facts:
    """Ids of the device and of its user, those of other platforms too."""
    draw = subject.draw
    return {
        "azureADDeviceId": draw.guid(),
        "easDeviceId": draw.hex(32).upper(),
        "udid": f"00008{draw.digits(3)}-{draw.hex(16).upper()}",
        "meid": f"A00000{draw.hex(8).upper()}",
        "androidId": draw.hex(16),
        "windowsDeviceId": draw.guid(),
        "appleId": subject.life.mailbox("icloud.example"),
        "phoneNumber": identifiers.phone_number(draw),
        "thirdPartyUserIds": [f"slack:U0{draw.code(9)}", f"google:1{draw.digits(19)}"],
    }


def health(subject: Subject) -> Facts:
    """What a service judges: threat state, and the eight compliance inputs."""
    draw = subject.draw
    return {
        "jailBroken": draw.chance(0.04),
        "threatState": draw.pick(THREATS),
        "isEncrypted": draw.chance(0.93),
        "passcodePresent": draw.chance(0.95),
        "passcodeCompliant": draw.chance(0.9),
        "secureBootEnabled": draw.chance(0.95),
        "codeIntegrityEnabled": draw.chance(0.9),
        "antivirusEnabled": draw.chance(0.92),
        "firewallEnabled": draw.chance(0.9),
        "securityPatchLevel": draw.pick(PATCHES),
    }


def diagnostics(subject: Subject) -> Facts:
    """The optional diagnostic data of the client app."""
    return {
        "diagnosticDeviceDetails": _device_details(subject),
        "diagnosticUsage": _usage(subject.draw),
        "diagnosticHealth": _app_health(subject.draw),
        "diagnosticSoftwareSetup": _software_setup(subject.draw),
    }


def _device_details(subject: Subject) -> Facts:
    return {
        "osVersion": subject.version,
        "model": subject.model.model,
        "manufacturer": subject.model.manufacturer,
        "language": subject.draw.pick(LANGUAGES),
        "timeZone": "Europe/Amsterdam",
        "connectivity": subject.draw.pick(("wifi", "cellular", "ethernet")),
    }


def _usage(draw: Draw) -> Facts:
    return {
        "sessions": draw.between(1, 60),
        "foregroundMinutes": draw.between(5, 700),
        "appLaunches": draw.between(3, 200),
    }


def _app_health(draw: Draw) -> Facts:
    return {
        "crashes": draw.between(0, 4),
        "hangs": draw.between(0, 6),
        "batteryHealthPercent": draw.between(71, 100),
        "driverErrors": draw.between(0, 3),
    }


def _software_setup(draw: Draw) -> Facts:
    return {
        "installs": draw.between(0, 12),
        "updates": draw.between(0, 40),
        "failures": draw.between(0, 3),
        "lastUpdateResult": draw.pick(("succeeded", "failed", "pendingRestart")),
    }


def inventory(subject: Subject) -> Facts:
    """The apps on the device."""
    return {"applications": applications(subject.draw, subject.platform)}


def wrong_channel(subject: Subject) -> Facts:
    """A row that the service fills itself, and so refuses from a device."""
    if subject.profile == "mam":
        return {"managed_app.encryption_keys": f"wrapped:{subject.draw.hex(48)}"}
    return {"user.display_name": f"{subject.life.name()} {subject.draw.code(5)}"}


def app_registration(subject: Subject) -> Facts:
    """What a managed app adds about itself when it registers for app protection."""
    draw = subject.draw
    return {
        "deviceTag": f"tag-{draw.guid()}",
        "appIdentifier": app_identifier(subject.platform),
        "applicationVersion": f"5.{draw.between(2500, 2535)}.{draw.between(10_000, 99_999)}",
        "managementSdkVersion": f"{draw.between(19, 21)}.{draw.between(0, 9)}.{draw.between(0, 9)}",
    }
