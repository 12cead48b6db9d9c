"""The syntax of each kind of fact: what is expected, in words, and the check of it.

A check returns the value as it is kept (a MAC address without separators), or None.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from mdm_sim.policy.facts import LARGEST, Kind

LONGEST_TEXT = 256
MOST_TEXTS = 100
MOST_APPS = 5_000
LONGEST_MAC = 32
LONGEST_MOMENT = 40
_GUID = "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
# What the whole of a text has to match, in words that Python's and ECMAScript's patterns share.
PATTERNS = {
    Kind.TEXT: r"[^\x00-\x1f\x7f-\x9f]*",
    Kind.GUID: rf"{_GUID}|\{{{_GUID}\}}",
    Kind.IMEI: "[0-9]{15}",
    Kind.ICCID: "[0-9]{19,20}",
    Kind.MAC: "[:.-]*([0-9A-Fa-f][:.-]*){12}",
    Kind.PHONE: r"\+[1-9][0-9]{6,14}",
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DEVICE_TYPES = _words("""
    desktop windowsRT winMO6 nokia windowsPhone mac winCE winEmbedded iPhone iPad iPod android
    iSocConsumer unix macMDM holoLens surfaceHub androidForWork androidEnterprise windows10x
    androidnGMS chromeOS linux visionOS tvOS blackberry palm cloudPC unknown
""")
THREAT_STATES = _words("""
    unknown activated deactivated secured lowSeverity mediumSeverity highSeverity unresponsive
    compromised misconfigured
""")


_PATTERNS = {kind: re.compile(pattern) for kind, pattern in PATTERNS.items()}
_OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
# Four octets without leading zeros: an IPv4 address has no other spelling.
_ADDRESS = re.compile(rf"{_OCTET}(\.{_OCTET}){{3}}")
_DOUBLED = str.maketrans("0123456789", "0246813579")


def has_luhn(digits: str) -> bool:
    """Whether the last of `digits` is their check digit (ISO/IEC 7812-1, Luhn)."""
    doubled = digits[-2::-2].translate(_DOUBLED)
    return sum(map(int, digits[-1::-2] + doubled)) % 10 == 0


def _matches(kind: Kind, value: str) -> bool:
    return _PATTERNS[kind].fullmatch(value) is not None


def _text(value: str) -> str | None:
    # What is printable has no controls; the pattern is for the rest.
    good = len(value) <= LONGEST_TEXT and (value.isprintable() or _matches(Kind.TEXT, value))
    return value if good else None


def _texts(value: list[str]) -> list[str] | None:
    good = len(value) <= MOST_TEXTS and all(_text(item) is not None for item in value)
    return value if good else None


def _one_of(members: frozenset[str]) -> Callable[[str], str | None]:
    return lambda value: value if value in members else None


def _guid(value: str) -> str | None:
    return value.strip("{}").lower() if _matches(Kind.GUID, value) else None


def _digits(kind: Kind) -> Callable[[str], str | None]:
    return lambda value: value if _matches(kind, value) and has_luhn(value) else None


def _mac(value: str) -> str | None:
    good = len(value) <= LONGEST_MAC and _matches(Kind.MAC, value)
    return re.sub("[:.-]", "", value).upper() if good else None


def _ipv4(value: str) -> str | None:
    return value if _ADDRESS.fullmatch(value) else None


def _moment(value: str) -> str | None:
    try:
        return (
            value if len(value) <= LONGEST_MOMENT and datetime.fromisoformat(value).tzinfo else None
        )
    except ValueError:
        return None


def _phone(value: str) -> str | None:
    return value if _matches(Kind.PHONE, value) else None


def _between(least: float, most: float) -> Callable[[float], float | None]:
    return lambda value: value if least <= value <= most else None


def _any(value: Any) -> Any:
    return value


def _few(values: list[Any]) -> list[Any] | None:
    return values if len(values) <= MOST_APPS else None


# fmt: off
SYNTAX: dict[Kind, tuple[str, Callable[[Any], Any]]] = {
    Kind.TEXT:         (f"a string of at most {LONGEST_TEXT} characters, no controls", _text),
    Kind.BOOLEAN:      ("a boolean", _any),
    Kind.COUNT:        ("a whole number, not negative", _between(0, LARGEST)),
    Kind.NUMBER:       ("a number, not negative", _between(0, LARGEST)),
    Kind.GUID:         ("a GUID", _guid),
    Kind.IMEI:         ("15 digits, the last a Luhn check digit", _digits(Kind.IMEI)),
    Kind.ICCID:        ("19 or 20 digits, the last a Luhn check digit", _digits(Kind.ICCID)),
    Kind.MAC:          ("12 hexadecimal digits, separators allowed", _mac),
    Kind.IPV4:         ("an IPv4 address", _ipv4),
    Kind.PHONE:        ("a telephone number in E.164, with its +", _phone),
    Kind.MOMENT:       ("a moment in ISO 8601 with its zone", _moment),
    Kind.LATITUDE:     ("degrees from -90 to 90", _between(-90, 90)),
    Kind.LONGITUDE:    ("degrees from -180 to 180", _between(-180, 180)),
    Kind.DEVICE_TYPE:  ("a member of Graph's deviceType", _one_of(DEVICE_TYPES)),
    Kind.THREAT_STATE: ("a member of Graph's managedDevicePartnerReportedHealthState",
                        _one_of(THREAT_STATES)),
    Kind.TEXTS:        (f"a list of at most {MOST_TEXTS} strings", _texts),
    Kind.OBJECT:       ("an object", _any),
    Kind.OBJECTS:      (f"a list of at most {MOST_APPS} objects", _few),
}
# fmt: on
