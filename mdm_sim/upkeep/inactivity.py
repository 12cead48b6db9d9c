"""Who has been silent for too long: devices by the tenant's cleanup rules, apps after 90 days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import ColumnElement, and_, case, literal, null, select

from mdm_sim import records
from mdm_sim.ownership import TYPES
from mdm_sim.policy.context import Platform
from mdm_sim.policy.retention import seconds
from mdm_sim.store.tables import devices, documents, registrations
from mdm_sim.store.work import Work

CLEANUP_RULES = "deviceManagement/managedDeviceCleanupRules"
EVERY = "all"
DAYS = "deviceInactivityBeforeRetirementInDays"
PLATFORM = "deviceCleanupRulePlatformType"
_DAY = 24 * 3600


_AOSP = sorted(each for each in TYPES if each.startswith("androidAOSP"))
_OWNED = sorted(each for each in TYPES if each.startswith("androidEnterprise"))
_IS_ANDROID = devices.c.platform == Platform.ANDROID

# Graph's deviceCleanupRulePlatformType -> the devices that it means; Linux is under `all` alone.
PLATFORMS: dict[str, ColumnElement[bool]] = {
    "windows": devices.c.platform == Platform.WINDOWS,
    "macOS": devices.c.platform == Platform.MACOS,
    "ios": devices.c.platform.in_((Platform.IOS, Platform.IPADOS)),
    "androidAOSP": and_(_IS_ANDROID, devices.c.enrollment_type.in_(_AOSP)),
    "androidDedicatedAndFullyManagedCorporateOwnedWorkProfile": and_(
        _IS_ANDROID, devices.c.enrollment_type.in_(_OWNED)
    ),
    "androidPersonallyOwnedWorkProfile": and_(
        _IS_ANDROID, devices.c.work_profile, devices.c.enrollment_type.not_in(_OWNED)
    ),
    "androidDeviceAdministrator": and_(
        _IS_ANDROID,
        devices.c.work_profile.is_(False),
        devices.c.enrollment_type.not_in(_AOSP + _OWNED),
    ),
}


def hide_inactive(work: Work, limit: int) -> int:
    """Hide up to `limit` devices that were silent for as many days as a cleanup rule says.

    Of the rule of a platform and the rule of all platforms the smaller number counts.
    """
    days = _days(work)
    if not days:
        return 0
    query = select(devices).where(
        devices.c.tenant_id == work.tenant_id,
        devices.c.hidden.is_(False),
        devices.c.last_sync_at <= work.now - min(days.values()) * _DAY,
        devices.c.last_sync_at <= work.now - _of_device(days) * _DAY,
    )
    rows = work.connection.execute(query.limit(limit)).all()
    for row in rows:
        records.set_inactive(work, row)
    return len(rows)


def _days(work: Work) -> dict[str, int]:
    """The least number of days that the rules say, by the name of the platform."""
    stored = select(documents.c.document).where(
        documents.c.tenant_id == work.tenant_id, documents.c.collection == CLEANUP_RULES
    )
    least: dict[str, int] = {}
    for row in work.connection.execute(stored):
        rule = orjson.loads(row.document)
        name = rule[PLATFORM]
        if name == EVERY or name in PLATFORMS:
            least[name] = min(rule[DAYS], least.get(name, rule[DAYS]))
    return least


def _of_device(days: Mapping[str, int]) -> ColumnElement[Any]:
    """SQL: the number of days for a device, NULL where no rule concerns it."""
    general = days.get(EVERY)
    named = [
        (PLATFORMS[name], number if general is None else min(number, general))
        for name, number in sorted(days.items())
        if name != EVERY
    ]
    otherwise = null() if general is None else literal(general)
    return case(*named, else_=otherwise) if named else otherwise


def remove_idle_apps(work: Work, limit: int) -> int:
    """Deregister up to `limit` apps that did not check in for 90 days."""
    query = select(registrations).where(
        registrations.c.tenant_id == work.tenant_id,
        registrations.c.last_sync_at <= work.now - seconds("app_idle"),
    )
    rows = work.connection.execute(query.limit(limit)).all()
    for row in rows:
        records.remove(work, row)
    return len(rows)
