"""Phases in which records begin: every platform, as corporate and personal, devices and apps."""

from __future__ import annotations

from mdm_sim.policy.context import Ownership, Platform
from mdm_sim.policy.facts import Kind
from mdm_sim.proving.offers import IDENTIFIERS, UNKNOWN_ROW
from mdm_sim.proving.stage import Stage

# fmt: off
DEVICES = (
    ("corporate windows", Platform.WINDOWS, "windowsBulkUserless",           Ownership.CORPORATE),
    ("joined windows",    Platform.WINDOWS, "windowsBulkAzureDomainJoin",    Ownership.CORPORATE),
    ("corporate macos",   Platform.MACOS,   "appleBulkWithUser",             Ownership.CORPORATE),
    ("corporate ios",     Platform.IOS,     "appleBulkWithUser",             Ownership.CORPORATE),
    ("corporate ipados",  Platform.IPADOS,  "appleBulkWithoutUser",          Ownership.CORPORATE),
    ("corporate android", Platform.ANDROID, "androidEnterpriseFullyManaged", Ownership.CORPORATE),
    ("corporate work profile", Platform.ANDROID, "androidEnterpriseCorporateWorkProfile",
     Ownership.CORPORATE),
    ("corporate linux",   Platform.LINUX,   "deviceEnrollmentManager",       Ownership.CORPORATE),
    ("personal windows",  Platform.WINDOWS, "windowsAutoEnrollment",         Ownership.PERSONAL),
    ("personal macos",    Platform.MACOS,   "userEnrollment",                Ownership.PERSONAL),
    ("personal ios",      Platform.IOS,     "userEnrollment",                Ownership.PERSONAL),
    ("personal ipados",   Platform.IPADOS,  "appleUserEnrollment",           Ownership.PERSONAL),
    ("personal android",  Platform.ANDROID, "userEnrollment",                Ownership.PERSONAL),
    ("personal linux",    Platform.LINUX,   "unknown",                       Ownership.PERSONAL),
)
LINKED = ("corporate ios", "corporate android", "personal android")
# fmt: on
CROWD = 90


def devices(stage: Stage) -> None:
    """Devices of every platform enroll, as corporate and as personal ones."""
    for name, platform, how, ownership in DEVICES:
        stage.enroll(name, platform, how, ownership)


def apps(stage: Stage) -> None:
    """Apps register: on unmanaged devices of every platform, and on some that are under MDM."""
    for platform in IDENTIFIERS:
        stage.register(f"app {platform}", platform)
    for name in LINKED:
        device = stage.need(name)
        stage.register(f"app on {name}", device.context.platform, device)


def every_barred_name(stage: Stage) -> None:
    """One device and one app offer every name that is not theirs to send."""
    for name in ("corporate ios", "app ios"):
        stage.check_in(stage.need(name), dict(stage.offers.barred()))


def refused_whole(stage: Stage) -> None:
    """Facts of another type, a syntax of their own or over-long: the whole request is refused."""
    for name in ("corporate ios", "app ios"):
        record = stage.need(name)
        user = stage.token_of(record.upn)
        for place, (fact, value) in enumerate(stage.offers.wrong(record.context.workload)):
            body = {"facts": {"easDeviceId": _text(stage), fact: value}, "results": []}
            if place % 4 < 2:
                stage.callers.send("POST", record.door, body, token=record.token)
                continue
            body |= {"platform": record.context.platform, "enrollmentType": "appleBulkWithUser"}
            door = "/mdm/v1/enrollments" if record.is_device else "/mam/v1/registrations"
            stage.callers.send("POST", door, body, token=user)


def _text(stage: Stage) -> str:
    """A good fact beside a bad one."""
    return str(stage.ledger.make(Kind.TEXT, "device.eas_device_id", "in a refused request"))


def crowd(stage: Stage, count: int = CROWD) -> None:
    """Many small devices enroll, so that the database's pages fill and split; most leave again."""
    names = [_small(stage, f"crowd {place}") for place in range(count)]
    stage.conclude("a crowd is there")
    for place, name in enumerate(names):
        if place % 4:
            record = stage.need(name)
            stage.callers.tell("DELETE", "/mdm/v1/enrollments/self", None, record.token, record.id)
            stage.end(record)


def _small(stage: Stage, name: str) -> str:
    facts = small_facts(stage)
    stage.enroll(name, Platform.IOS, "userEnrollment", Ownership.PERSONAL, facts=facts)
    return name


def small_facts(stage: Stage) -> dict[str, object]:
    """A few facts that are indexed, one that is personal and one that nobody knows."""
    make = stage.ledger.make
    return {
        "deviceName": make(Kind.TEXT, "hardware.device_name", "fact"),
        "serialNumber": make(Kind.TEXT, "hardware.serial_number", "fact"),
        "imei": make(Kind.IMEI, "hardware.imei", "fact"),
        "phoneNumber": make(Kind.PHONE, "user.phone_number", "fact"),
        "photos": [make(Kind.TEXT, "never.photos", "never collected")],
        stage.ledger.name(UNKNOWN_ROW, "name"): make(Kind.TEXT, UNKNOWN_ROW, "value"),
    }
