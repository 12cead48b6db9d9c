"""A tenant with some thousand devices, written past the service but not past the triggers."""

import sqlite3
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import event, insert

from mdm_sim import tenant
from mdm_sim.contexts import columns
from mdm_sim.policy import catalogue
from mdm_sim.policy.context import Context, Ownership, Platform, Workload
from mdm_sim.store import audit
from mdm_sim.store.tables import devices, registrations
from mdm_sim.store.work import Desk

NUMBER = 2_300
# Later than now, so that upkeep finds nobody silent.
MOMENT = 4_000_000_000.0
_PLATFORMS = (Platform.WINDOWS, Platform.IOS, Platform.ANDROID)
_VERDICTS = ("compliant", "noncompliant", "unknown")


def fill(desk: Desk) -> None:
    """Devices of which many are alike, some without a name, some hidden; apps; audit entries."""
    with desk.store.write() as connection:
        connection.execute(insert(devices), list(_devices()))
        connection.execute(insert(registrations), list(_apps()))
    with desk.work(tenant.TENANT_ID, audit.SYSTEM, str(UUID(int=1))) as work:
        for number in range(NUMBER // 10):
            kind = ("Device", "ManagedDevice", f"device-{number}")
            work.record(audit.Entry(audit.Task.REMOTE, "syncDevice ManagedDevice", *kind))


def _record(number: int, context: Context, facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "tenant_id": tenant.TENANT_ID,
        "id": f"{number * 7919 % NUMBER:08}-0000-4000-8000-{number:012}",
        "user_id": tenant.USERS[number % 2].id,
        "enrolled_at": MOMENT + number // 5,
        "last_sync_at": MOMENT + number % 700 + number % 3 / 4,
        "management_state": "managed",
        "policy_version": catalogue.VERSION,
        "facts": orjson.dumps(facts).decode(),
        "epoch": 0,
        **columns(context),
    }


def _devices() -> Iterator[dict[str, Any]]:
    for number in range(NUMBER):
        is_hidden = number % 50 == 49
        owner = Ownership.CORPORATE if number % 4 else Ownership.PERSONAL
        context = Context(Workload.MDM, owner, _PLATFORMS[number % 3], mdm_enrolled=True)
        facts: dict[str, Any] = {"serialNumber": f"S{number}"}
        if number % 11:
            facts["deviceName"] = f"device {number % 800}"
        if owner is Ownership.CORPORATE:
            app = {"name": "App", "version": str(number % 2)}
            facts |= {
                "model": f"Model {number % 5}",
                "manufacturer": "M",
                "applications": [app] * 2,
            }
        yield _record(number, context, {} if is_hidden else facts) | {
            "enrollment_type": "deviceEnrollmentManager",
            "compliance_state": _VERDICTS[number % 3],
            "hidden": is_hidden,
        }


def _apps() -> Iterator[dict[str, Any]]:
    for number in range(NUMBER // 10):
        context = Context(Workload.MAM, Ownership.PERSONAL, Platform.IOS)
        facts = {"appIdentifier": {"bundleId": "com.example.mail"}, "deviceTag": f"tag-{number}"}
        yield _record(number, context, facts)


def note_at_driver(desk: Desk, asked: list[tuple[str, Any]]) -> None:
    """Note every statement with its parameters: the hot path uses nothing but the driver."""

    class Cursor(sqlite3.Cursor):
        def execute(self, statement: str, parameters: Any = ()) -> Any:
            asked.append((statement, parameters))
            return super().execute(statement, parameters)

    class Connection(sqlite3.Connection):
        def cursor(self, *_: Any, **__: Any) -> Any:
            return super().cursor(Cursor)

    @event.listens_for(desk.store.engine, "do_connect")
    def _noting(_dialect: Any, _record: Any, _given: Any, options: dict[str, Any]) -> None:
        options["factory"] = Connection
