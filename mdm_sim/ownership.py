"""Whose device it is: server state, from how it enrolled and what an admin has listed.

Source: the policy page's note ("marked by the admin") and Intune's pages on corporate identifiers.
Unknown is personal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select

from mdm_sim.policy.context import Ownership, Platform
from mdm_sim.store.prepared import Prepared
from mdm_sim.store.tables import documents

IDENTIFIERS = "deviceManagement/importedDeviceIdentities"
_WINDOWS_KEY = "manufacturerModelSerial"
_EVERY = frozenset(Platform)
_APPLE = frozenset({Platform.IOS, Platform.IPADOS, Platform.MACOS})
_WINDOWS = frozenset({Platform.WINDOWS})
_ANDROID = frozenset({Platform.ANDROID})


@dataclass(frozen=True, slots=True)
class EnrollmentType:
    """A member of Graph's `deviceEnrollmentType` and what follows from it."""

    platforms: frozenset[Platform]
    corporate: bool = False
    joins: bool = False
    listed_only: bool = False
    work_profile: bool = False


# fmt: off
TYPES = {
    "unknown":                                EnrollmentType(_EVERY),
    "userEnrollment":                         EnrollmentType(_EVERY),
    "deviceEnrollmentManager":                EnrollmentType(_EVERY, corporate=True),
    "appleBulkWithUser":                      EnrollmentType(_APPLE, corporate=True),
    "appleBulkWithoutUser":                   EnrollmentType(_APPLE, corporate=True),
    "appleUserEnrollment":                    EnrollmentType(_APPLE),
    "appleUserEnrollmentWithServiceAccount":  EnrollmentType(_APPLE),
    "appleAccountDrivenUserEnrollment":       EnrollmentType(_APPLE),
    "windowsAzureADJoin":                     EnrollmentType(_WINDOWS, corporate=True, joins=True, listed_only=True),
    "windowsAzureADJoinUsingDeviceAuth":      EnrollmentType(_WINDOWS, corporate=True, joins=True, listed_only=True),
    "windowsBulkUserless":                    EnrollmentType(_WINDOWS, corporate=True),
    "windowsAutoEnrollment":                  EnrollmentType(_WINDOWS),
    "windowsBulkAzureDomainJoin":             EnrollmentType(_WINDOWS, corporate=True, joins=True),
    "windowsCoManagement":                    EnrollmentType(_WINDOWS, corporate=True, joins=True),
    "azureAdJoinUsingAzureVmExtension":       EnrollmentType(_WINDOWS, corporate=True, joins=True),
    "androidEnterpriseDedicatedDevice":       EnrollmentType(_ANDROID, corporate=True),
    "androidEnterpriseFullyManaged":          EnrollmentType(_ANDROID, corporate=True),
    "androidEnterpriseCorporateWorkProfile":  EnrollmentType(_ANDROID, corporate=True, work_profile=True),
    "androidAOSPUserOwnedDeviceEnrollment":   EnrollmentType(_ANDROID, corporate=True),
    "androidAOSPUserlessDeviceEnrollment":    EnrollmentType(_ANDROID, corporate=True),
}
# fmt: on

_LISTED = Prepared(
    select(documents.c.id).where(
        documents.c.tenant_id == bindparam("tenant"),
        documents.c.collection == IDENTIFIERS,
        documents.c.natural_key == bindparam("key"),
    )
)
_ANY_WINDOWS = Prepared(
    select(documents.c.id)
    .where(
        documents.c.tenant_id == bindparam("tenant"),
        documents.c.collection == IDENTIFIERS,
        documents.c.natural_key.like(f"{_WINDOWS_KEY}:%"),
    )
    .limit(1)
)


def identifier_key(kind: str, identifier: str) -> str:
    """How a corporate identifier is looked up: its type and its value, without dots or case."""
    parts = (part.strip().replace(".", "").lower() for part in identifier.split(","))
    return f"{kind}:{','.join(parts)}"


def decide(
    connection: Connection,
    tenant_id: str,
    platform: Platform,
    enrollment_type: str,
    facts: Mapping[str, Any],
) -> Ownership:
    """Corporate when the way of enrolling makes it so or an admin listed the device.

    The stated serial number and IMEI are compared with the admin's list and not kept for it.
    """
    kind = TYPES[enrollment_type]
    listed = _is_listed(connection, tenant_id, platform, facts)
    if kind.listed_only and not listed and _ANY_WINDOWS(connection, tenant=tenant_id).first():
        return Ownership.PERSONAL
    return Ownership.CORPORATE if kind.corporate or listed else Ownership.PERSONAL


def has_work_profile(platform: Platform, enrollment_type: str) -> bool:
    """Whether an Android device keeps work apart in a profile (its number is never kept whole)."""
    if platform is not Platform.ANDROID:
        return False
    return TYPES[enrollment_type].work_profile or enrollment_type in {"userEnrollment", "unknown"}


def _is_listed(
    connection: Connection, tenant_id: str, platform: Platform, facts: Mapping[str, Any]
) -> bool:
    keys = []
    if platform is Platform.WINDOWS:
        parts = [facts.get(name) for name in ("manufacturer", "model", "serialNumber")]
        if all(parts):
            keys = [identifier_key(_WINDOWS_KEY, ",".join(map(str, parts)))]
    elif platform is not Platform.LINUX:
        named = (("serialNumber", "serialNumber"), ("imei", "imei"))
        keys = [identifier_key(kind, str(facts[name])) for name, kind in named if facts.get(name)]
    return any(_LISTED(connection, tenant=tenant_id, key=key).first() for key in keys)
