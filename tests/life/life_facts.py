"""What devices and apps of a life report: a value of its own for every fact of every report."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from mdm_sim.policy.context import Platform
from mdm_sim.policy.facts import JUDGED, KINDS, MEMBERS, Kind

MARK = "zq"
APPS = ("com.example.one", "com.example.two", "com.example.three")
TAGS = ("", "tag-1", "tag-2")
IDENTIFIERS = {
    Platform.IOS: "bundleId",
    Platform.IPADOS: "bundleId",
    Platform.MACOS: "bundleId",
    Platform.ANDROID: "packageId",
    Platform.WINDOWS: "windowsAppId",
    Platform.LINUX: "packageId",
}
DIRECTORY_IDS = tuple(f"0000000{n}-2222-4333-8444-555555555555" for n in (1, 2, 3))
_IMEIS = ("490154203237518", "356938035643809", "353918057991123")
_THREATS = ("secured", "lowSeverity", "mediumSeverity", "highSeverity", "compromised")
_NOT_KNOWN = ("callHistory", "photos", "userDisplayName", "favouriteColour")
_NAMED = {"appIdentifier", "deviceTag"}
NAMES = (*(name for name in (*KINDS, *JUDGED) if name not in _NAMED), *_NOT_KNOWN)
# What decisions turn on comes up more often than the rest.
_WEIGHTY = (
    "location",
    "applications",
    "phoneNumber",
    "threatState",
    "azureADDeviceId",
    "diagnosticUsage",
    "serialNumber",
)

some_names = st.frozensets(st.sampled_from(_WEIGHTY), max_size=4) | st.frozensets(
    st.sampled_from(NAMES), max_size=8
)
# None is every name there is.
names = st.none() | some_names


def facts(
    names: frozenset[str] | None, number: int, hardware: int, directory_id: int
) -> dict[str, Any]:
    """A value for each of `names`; `number` is the report's own, the others choose from a few."""
    chosen = {
        "serialNumber": f"serial-{hardware % 3}",
        "imei": _IMEIS[hardware % 3],
        "azureADDeviceId": DIRECTORY_IDS[directory_id % 3],
        "applications": [_app(each, number) for each in APPS[: 1 + number % 3]],
        "location": {"latitude": 10 + number / 10_000, "longitude": 5.5},
    }
    return {
        name: chosen[name] if name in chosen else _value(name, number)
        for name in sorted(NAMES if names is None else names)
    }


def _app(identifier: str, number: int) -> dict[str, Any]:
    return {
        "id": identifier,
        "name": f"{MARK}{number}.name.",
        "version": f"{MARK}{number}.version.",
        "installLocation": f"{MARK}{number}.place.",
        "sizeInBytes": number,
    }


def _value(name: str, number: int) -> Any:
    if name in MEMBERS:
        members = MEMBERS[name].items()
        return {member: _of_kind(kind, f"{name}.{member}", number) for member, kind in members}
    return _of_kind((KINDS | JUDGED).get(name, Kind.TEXT), name, number)


def _of_kind(kind: Kind, name: str, number: int) -> Any:
    values: dict[Kind, Any] = {
        Kind.BOOLEAN: number % 2 == 0,
        Kind.COUNT: 10**9 + number,
        Kind.ICCID: "8931440400000000008",
        Kind.MAC: f"{number:012X}",
        Kind.IPV4: f"192.0.2.{number % 256}",
        Kind.PHONE: f"+3161{number:07}",
        Kind.DEVICE_TYPE: "iPad" if number % 2 else "desktop",
        Kind.THREAT_STATE: _THREATS[number % len(_THREATS)],
        Kind.TEXTS: [f"{MARK}{number}.{name}."],
    }
    return values.get(kind, f"{MARK}{number}.{name}.")


def marks(value: Any) -> set[str]:
    """The marked texts inside a value."""
    if isinstance(value, str):
        return {value} if value.startswith(MARK) else set()
    inner = value.values() if isinstance(value, dict) else value
    return (
        {mark for each in inner for mark in marks(each)}
        if isinstance(value, (dict, list))
        else set()
    )
