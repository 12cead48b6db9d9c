"""assignmentFilters: what rules may name on each platform, and whether a rule is one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import Response

from mdm_sim.graph.asking import Ask, done
from mdm_sim.graph.documents import rows
from mdm_sim.graph.documents.operations import Served
from mdm_sim.graph.entities import acting
from mdm_sim.graph.resolving import Target
from mdm_sim.messages import Detail, Malformed

_KIND = "deviceAndAppManagementAssignmentFilter"
_LONGEST = 3_000
_DEEPEST = 20
_TEXTS = (
    "equals notEquals startsWith notStartsWith contains notContains in notIn endsWith notEndsWith"
)
_CHOICES = "equals notEquals in notIn"
_NUMBERS = "equals notEquals greaterThan greaterThanOrEquals lessThan lessThanOrEquals in notIn"
_OWNERS = ("Corporate", "Personal", "Unknown")
_TRUE = ("True", "False", "Unknown")
_TRUSTS = ("Azure AD joined", "Azure AD registered", "Hybrid Azure AD joined", "Unknown")
_ANDROID, _APPLE = (
    ("android", "androidForWork", "androidWorkProfile", "androidAOSP"),
    ("iOS", "macOS"),
)
_WINDOWS = ("windows10AndLater",)
_DEVICES = (*_ANDROID, *_APPLE, *_WINDOWS)
_MANAGED_APPS = (
    "androidMobileApplicationManagement",
    "iOSMobileApplicationManagement",
    "windowsMobileApplicationManagement",
)
# A property of rules: its operators, the values that it may have, and the platforms that have it.
# fmt: off
_PROPERTIES: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("deviceName",            _TEXTS,   (),      _DEVICES),
    ("manufacturer",          _TEXTS,   (),      _DEVICES),
    ("model",                 _TEXTS,   (),      _DEVICES),
    ("deviceCategory",        _TEXTS,   (),      _DEVICES),
    ("osVersion",             _TEXTS,   (),      _DEVICES),
    ("operatingSystemVersion", _NUMBERS, (),     _DEVICES),
    ("deviceOwnership",       _CHOICES, _OWNERS, _DEVICES),
    ("enrollmentProfileName", _TEXTS,   (),      _DEVICES),
    ("isRooted",              _CHOICES, _TRUE,   ("iOS", *_ANDROID)),
    ("operatingSystemSKU",    _TEXTS,   (),      _WINDOWS),
    ("cpuArchitecture",       _CHOICES, ("amd64", "x86", "arm64", "Unknown"), _WINDOWS),
    ("deviceTrustType",       _CHOICES, _TRUSTS, _WINDOWS),
    ("appVersion",            _TEXTS,   (),      _MANAGED_APPS),
    ("deviceManagementType",  _CHOICES, ("Unmanaged", "Managed", "Unknown"), _MANAGED_APPS),
    ("deviceManufacturer",    _TEXTS,   (),      _MANAGED_APPS),
    ("deviceModel",           _TEXTS,   (),      _MANAGED_APPS),
    ("osVersion",             _TEXTS,   (),      _MANAGED_APPS),
)
# fmt: on
_NAMES = {name.lower() for name, *_ in _PROPERTIES}
_TOKEN = re.compile(
    r"\s*+(?:(?P<mark>[()])|(?P<property>(?:device|app)\.(?P<name>\w{1,64}))"
    r"|(?P<word>-?(?:and|or|not)\b)|(?P<operator>-[A-Za-z]{2,20})"
    r"|(?P<value>\"[^\"]*+\"|'[^']*+'|\[[^\]]*+\]|\$null|true|false|[0-9.]+))",
    re.IGNORECASE,
)


def _supported(platform: str) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "dataType": "String",
            "isCollection": False,
            "evaluationSource": "deviceCheckIn",
            "propertyRegexConstraint": "",
            "supportedOperators": operators.split(),
            "supportedValues": list(values),
        }
        for name, operators, values, platforms in _PROPERTIES
        if platform.lower() in {each.lower() for each in platforms}
    ]


def _of_platform(ask: Ask, _target: Target, given: Mapping[str, Any]) -> Response:
    found = _supported(str(given.get("platform") or ""))
    if not found:
        message = "A platform that filters are for is expected."
        raise Malformed(message, [Detail("/platform", "a member of devicePlatformType")])
    return acting.told_many(ask, "assignmentFilterSupportedProperty", found)


def _of_filter(ask: Ask, target: Target, _given: Mapping[str, Any]) -> Response:
    with ask.read() as connection:
        path = target.place.path
        row = rows.need(connection, ask.who.tenant_id, path, "", str(target.key))
    platform = str(acting.values_of(row).get("platform") or "")
    return acting.told_many(ask, "assignmentFilterSupportedProperty", _supported(platform))


def _validate(ask: Ask, _target: Target, given: Mapping[str, Any]) -> Response:
    filter_given = given.get("deviceAndAppManagementAssignmentFilter") or {}
    is_valid = is_rule(filter_given.get("rule"))
    return acting.told(ask, "assignmentFilterValidationResult", {"isValidRule": is_valid})


def is_rule(text: Any) -> bool:
    """Whether a text is a rule such as `(device.model -eq "x") and (device.osVersion -ne "1")`."""
    if not isinstance(text, str) or not 0 < len(text.strip()) <= _LONGEST:
        return False
    words, place, text = [], 0, text.strip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or (match["name"] and match["name"].lower() not in _NAMES):
            return False
        words.append(match.lastgroup if not match["mark"] else match["mark"])
        if match["word"]:
            words[-1] = match["word"].lstrip("-").lower()
        elif match["property"]:
            words[-1] = "property"
        place = match.end()
    end = _alternatives(words, 0, 0)
    return end == len(words)


def _alternatives(words: list[Any], place: int, depth: int) -> int:
    """Where what `and` and `or` join ends; -1 where it is no rule."""
    place = _one(words, place, depth)
    while 0 <= place < len(words) and words[place] in {"and", "or"}:
        place = _one(words, place + 1, depth)
    return place


def _one(words: list[Any], place: int, depth: int) -> int:
    if depth > _DEEPEST:
        return -1
    if words[place : place + 1] == ["not"]:
        return _one(words, place + 1, depth + 1)
    if words[place : place + 1] == ["("]:
        end = _alternatives(words, place + 1, depth + 1)
        return end + 1 if end >= 0 and words[end : end + 1] == [")"] else -1
    is_comparison = words[place : place + 3] == ["property", "operator", "value"]
    return place + 3 if is_comparison else -1


def _state(ask: Ask, _target: Target, _given: Mapping[str, Any]) -> Response:
    return acting.told(ask, "assignmentFilterState", {"enabled": True})


def _enable(ask: Ask, target: Target, given: Mapping[str, Any]) -> Response:
    """Filters are on for every tenant, as they are in Intune; they cannot be put off."""
    if given.get("enable") is False:
        message = "Filters cannot be disabled."
        raise Malformed(message)
    with ask.work() as work:
        acting.note(work, target, "enable", ["enabled"])
    return done()


SERVED = (
    Served(_KIND, "getState", _state),
    Served(_KIND, "enable", _enable),
    Served(_KIND, "validateFilter", _validate, reads=True),
    Served(_KIND, "getSupportedProperties", _of_filter),
    Served(_KIND, "getPlatformSupportedProperties", _of_platform),
)
