"""Compliance: what is judged is evaluated in memory, and only the verdict is stored.

The inputs are facts that no row permits to keep (decision 5). A verdict needs every input that an
assigned policy asks for; a report that lacks one leaves the last verdict as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Table, bindparam, select

from mdm_sim.policy.context import Platform
from mdm_sim.store.prepared import Prepared
from mdm_sim.store.tables import documents

POLICIES = "deviceManagement/deviceCompliancePolicies"
# The verdict where no policy asks for anything, or what is asked for is so.
NOTHING_ASKED = "compliant"
ASSIGNMENTS = f"{POLICIES}/assignments"
# Assignment targets that reach every device.
EVERYBODY = {
    "#microsoft.graph.allDevicesAssignmentTarget",
    "#microsoft.graph.allLicensedUsersAssignmentTarget",
}
# How the names of the types of policies for a platform begin.
PREFIXES = {
    Platform.WINDOWS: ("windows10", "windows81", "windowsPhone81"),
    Platform.MACOS: ("macOS",),
    Platform.IOS: ("ios",),
    Platform.IPADOS: ("ios",),
    Platform.ANDROID: ("android", "aosp"),
    Platform.LINUX: ("linux",),
}

# fmt: off
# A policy's switch -> the judged fact that must then be true.
_REQUIRED = {
    "passwordRequired":             "passcodePresent",
    "passcodeRequired":             "passcodePresent",
    "passwordRequiredToUnlockFromIdle": "passcodeCompliant",
    "storageRequireEncryption":     "isEncrypted",
    "bitLockerEnabled":             "isEncrypted",
    "secureBootEnabled":            "secureBootEnabled",
    "codeIntegrityEnabled":         "codeIntegrityEnabled",
    "antivirusRequired":            "antivirusEnabled",
    "defenderEnabled":              "antivirusEnabled",
    "activeFirewallRequired":       "firewallEnabled",
    "firewallEnabled":              "firewallEnabled",
}
# fmt: on

_targets = documents.alias("targets")
# A policy as often as it is assigned.
_POLICIES = Prepared(
    select(documents.c.odata_type, documents.c.document, _targets.c.document.label("assignment"))
    .join(
        _targets,
        (_targets.c.tenant_id == documents.c.tenant_id)
        & (_targets.c.collection == ASSIGNMENTS)
        & (_targets.c.parent_id == documents.c.id),
    )
    .where(documents.c.tenant_id == bindparam("tenant"), documents.c.collection == POLICIES)
)


def has_policies(table: Table[Any]) -> ColumnElement[bool]:
    """SQL: whether the tenant of a record has any policy at all."""
    return (
        select(documents.c.id)
        .where(documents.c.tenant_id == table.c.tenant_id, documents.c.collection == POLICIES)
        .correlate(table)
        .exists()
    )


def evaluate(
    connection: Connection, tenant_id: str, platform: Platform, inputs: Mapping[str, Any]
) -> str | None:
    """`compliant`, `noncompliant`, or None when `inputs` do not suffice for a verdict.

    `inputs` holds the judged facts of this report and what is stored (`osVersion`, `jailBroken`).
    """
    verdicts = [
        _verdict(orjson.loads(row.document), inputs)
        for row in _POLICIES(connection, tenant=tenant_id)
        if _is_for(row.odata_type, platform) and _is_for_everybody(row.assignment)
    ]
    if False in verdicts:
        return "noncompliant"
    return None if None in verdicts else NOTHING_ASKED


def _is_for(odata_type: str, platform: Platform) -> bool:
    return odata_type.removeprefix("#microsoft.graph.").startswith(PREFIXES[platform])


def _is_for_everybody(assignment: str) -> bool:
    target = orjson.loads(assignment).get("target") or {}
    return target.get("@odata.type") in EVERYBODY


def _verdict(policy: Mapping[str, Any], inputs: Mapping[str, Any]) -> bool | None:
    found = [check(policy, inputs) for check in (_required, _not_jailbroken, *_MINIMA)]
    if False in found:
        return False
    return None if None in found else True


def _required(policy: Mapping[str, Any], inputs: Mapping[str, Any]) -> bool | None:
    asked = {fact for switch, fact in _REQUIRED.items() if policy.get(switch) is True}
    answers = [inputs.get(fact) for fact in asked]
    if False in answers:
        return False
    return None if None in answers else True


def _not_jailbroken(policy: Mapping[str, Any], inputs: Mapping[str, Any]) -> bool | None:
    if policy.get("securityBlockJailbrokenDevices") is not True:
        return True
    broken = inputs.get("jailBroken")
    return None if broken is None else not broken


def _at_least(switch: str, fact: str) -> Callable[..., bool | None]:
    def check(policy: Mapping[str, Any], inputs: Mapping[str, Any]) -> bool | None:
        least, found = policy.get(switch), inputs.get(fact)
        if not isinstance(least, str) or not least:
            return True
        return None if not isinstance(found, str) else _numbers(found) >= _numbers(least)

    return check


def _numbers(version: str) -> list[int]:
    return [int(part[:9]) for part in re.findall(r"[0-9]+", version)[:8]]


_MINIMA = (
    _at_least("osMinimumVersion", "osVersion"),
    _at_least("minAndroidSecurityPatchLevel", "securityPatchLevel"),
)
