"""A tenant with very many devices, written past the service but not past the guard's triggers."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Table

from mdm_sim import tenant
from mdm_sim.contexts import columns
from mdm_sim.policy import catalogue
from mdm_sim.policy.context import Context, Ownership, Platform, Workload
from mdm_sim.store import tables

# One more than a hundred thousand, so that the last device is a personal one.
DEVICES = 100_001
APPS, REPORTS = 1_500, 500
GOES, STAYS = "goes-", "stays-"
TOKEN = "the-token-of-the-last-device"
_PLATFORMS = tuple(Platform)
_THREATENED = {Platform.IOS, Platform.IPADOS}
_MOMENT = 1_800_000_000.0


def device_id(number: int) -> str:
    """The id of a device, by number."""
    return f"{number:08}-0000-4000-8000-000000000000"


def app_id(number: int) -> str:
    """The id of an app's registration, by number."""
    return f"{number:08}-0000-4000-9000-000000000000"


def fill(database: Path) -> None:
    """Devices and apps of every platform and owner; the last device has a token, `TOKEN`."""
    with closing(sqlite3.connect(database)) as plain, plain:
        plain.create_function("lower", 1, str.lower, deterministic=True)
        (key,) = plain.execute("SELECT pseudonym_key FROM tenant_settings").fetchone()
        (epoch,) = plain.execute("SELECT epoch FROM tenant_settings").fetchone()
        devices = (_device(number, epoch) for number in range(DEVICES))
        plain.executemany(_insertion(tables.devices), devices)
        apps = (_app(number, epoch) for number in range(APPS))
        plain.executemany(_insertion(tables.registrations), apps)
        statement = "INSERT INTO diagnostics VALUES (?, ?, 'diagnosticDeviceDetails', ?, 1, 1)"
        plain.executemany(statement, _reports(bytes.fromhex(key)))
        digest = hashlib.sha256(TOKEN.encode()).hexdigest()
        credential = (tenant.TENANT_ID, digest, "device", device_id(DEVICES - 1), "live", None)
        plain.execute("INSERT INTO credentials VALUES (?, ?, ?, ?, ?, ?, '{}')", credential)


def _insertion(table: Table[Any]) -> str:
    names = [column.name for column in table.c]
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES (:{', :'.join(names)})"


def _record(id_: str, context: Context, facts: dict[str, Any], epoch: int) -> dict[str, Any]:
    return {
        "tenant_id": tenant.TENANT_ID,
        "id": id_,
        "user_id": tenant.USERS[0].id,
        "enrolled_at": _MOMENT,
        "last_sync_at": _MOMENT,
        "management_state": "managed",
        "policy_version": catalogue.VERSION,
        "facts": orjson.dumps(facts).decode(),
        "epoch": epoch,
        **columns(context),
    }


def _device(number: int, epoch: int) -> dict[str, Any]:
    is_ours = number % 3 == 0
    platform = _PLATFORMS[number % 6]
    context = Context(
        Workload.MDM,
        Ownership.CORPORATE if is_ours else Ownership.PERSONAL,
        platform,
        mdm_enrolled=True,
        mtd_connector=platform in _THREATENED,
        compliant_apps_feature=True,
        location_requested=is_ours and number % 2 == 0,
        tenant_diagnostics=True,
        user_diagnostics=number < REPORTS,
    )
    name = STAYS if is_ours else GOES
    facts: dict[str, Any] = {
        "deviceName": f"device {number}",
        "serialNumber": f"serial {number}",
        "osVersion": "18.1",
        "applications": [{"id": "com.example.one", "name": f"{name}{number}", "version": "1"}],
    }
    if is_ours:
        facts["location"] = {"latitude": 52.5, "longitude": 5.5}
    if context.mtd_connector:
        facts["threatState"] = "highSeverity"
    return _record(device_id(number), context, facts, epoch) | {
        "enrollment_type": "deviceEnrollmentManager" if is_ours else "userEnrollment",
        "compliance_state": "unknown",
        "hidden": False,
        "location_expires_at": _MOMENT * 2 if is_ours else None,
        "managed_device_name": None,
        "marked_ownership": None,
        "inactive": False,
        "notice": None,
    }


def _app(number: int, epoch: int) -> dict[str, Any]:
    context = Context(
        Workload.MAM,
        Ownership.PERSONAL,
        Platform.IOS,
        mtd_connector=True,
        compliant_apps_feature=True,
        tenant_diagnostics=True,
    )
    managed = {"id": "com.example.managed", "name": f"{GOES}app-{number}"}
    own = {"id": "com.example.own", "name": f"{STAYS}app-{number}"}
    facts = {
        "appIdentifier": {"bundleId": "com.example.own"},
        "deviceTag": f"tag-{number}",
        "threatState": "secured",
        "applications": [own, managed],
    }
    return _record(app_id(number), context, facts, epoch) | {"device_id": None}


def _reports(key: bytes) -> Iterator[tuple[str, str, str]]:
    for number in range(REPORTS):
        pseudonym = hmac.new(key, device_id(number).encode(), hashlib.sha256).hexdigest()
        document = {"model": f"{GOES}model-{number}"}
        yield tenant.TENANT_ID, pseudonym, orjson.dumps(document).decode()
