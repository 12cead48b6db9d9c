"""Primitive values as JSON writes them (OData JSON Format 4.01, 7.1): is a value of its kind?"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MOMENT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,12})?)?(?:[Zz]|[+-]\d\d:\d\d)"
)
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,12})?)?")
_DURATION = re.compile(
    r"-?P(?=.)(\d{1,9}Y)?(\d{1,9}M)?(\d{1,9}W)?(\d{1,9}D)?"
    r"(T(?=.)(\d{1,9}H)?(\d{1,9}M)?(\d{1,9}(\.\d{1,12})?S)?)?"
)
_RANGES = {
    "Byte": (0, 255),
    "SByte": (-128, 127),
    "Int16": (-(2**15), 2**15 - 1),
    "Int32": (-(2**31), 2**31 - 1),
    "Int64": (-(2**63), 2**63 - 1),
}
_INFINITE = {"INF", "-INF", "NaN"}


def _matches(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _in_range(least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
    )


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        return value in _INFINITE
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_on_the_calendar(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    def is_one(value: Any) -> bool:
        found = pattern.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            return False
        numbers = [int(part) for part in found.groups() if part is not None]
        try:
            datetime(*numbers)  # type: ignore[arg-type]  # noqa: DTZ001
        except ValueError:
            return False
        return True

    return is_one


def _is_base64(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    plain = value.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


# Whether a JSON value is one of a primitive kind, and how the kind is told.
IS_ONE: Mapping[str, Callable[[Any], bool]] = {
    "String": lambda value: isinstance(value, str),
    "Boolean": lambda value: isinstance(value, bool),
    "Double": _is_number,
    "Single": _is_number,
    "Decimal": _is_number,
    "Guid": _matches(_GUID),
    "DateTimeOffset": _is_on_the_calendar(_MOMENT),
    "Date": _is_on_the_calendar(_DATE),
    "TimeOfDay": _matches(_TIME),
    "Duration": _matches(_DURATION),
    "Binary": _is_base64,
    "Stream": _is_base64,
    "Untyped": lambda _value: True,
    **{kind: _in_range(*limits) for kind, limits in _RANGES.items()},
}
# What stands for a value that was never given, where it may not be null.
DEFAULTS: Mapping[str, Any] = {
    "String": "",
    "Boolean": False,
    "Guid": "00000000-0000-0000-0000-000000000000",
    "DateTimeOffset": "0001-01-01T00:00:00Z",
    "Date": "0001-01-01",
    "TimeOfDay": "00:00:00.0000000",
    "Duration": "PT0S",
    "Binary": "",
    "Stream": "",
    "Untyped": None,
    **dict.fromkeys((*_RANGES, "Double", "Single", "Decimal"), 0),
}
