"""What a request costs, in things that can be counted: statements, and pages written to the log.

Timings say little on a busy machine; a statement or a page more is there on every one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from mdm_sim.app import create_app
from mdm_sim.settings import Settings

HEADER, FRAME = 32, 24 + 4096
DEVICES = "/v1.0/deviceManagement/managedDevices"
APPS = [
    {"id": f"com.example.app{number}", "name": f"App {number}", "version": "1.0",
     "installLocation": f"/apps/{number}", "sizeInBytes": number}
    for number in range(60)
]  # fmt: skip
FACTS = {
    "deviceName": "Machine", "manufacturer": "Contoso", "model": "Model 3", "osVersion": "10.0.1",
    "operatingSystem": "Windows", "serialNumber": "SERIAL-1", "wiFiMacAddress": "0A1B2C3D4E5F",
    "totalStorageSpaceInBytes": 64_000_000_000, "freeStorageSpaceInBytes": 1,
    "azureADDeviceId": "11111111-2222-4333-8444-555555555555", "isEncrypted": True,
    "applications": APPS,
}  # fmt: skip
NAMED = {"appIdentifier": {"bundleId": "com.example.mail"}, "applicationVersion": "1"}


@dataclass
class Meter:
    """A service whose driver counts what it runs, its callers, and its log."""

    client: FlaskClient
    wal: Path
    admin: dict[str, str]
    user: dict[str, str]
    device: dict[str, Any]
    app: dict[str, Any]
    ran: list[str]

    def post(self, path: str, headers: dict[str, str], **body: Any) -> Any:
        """A POST with a JSON body."""
        return self.client.post(path, json=body, headers=headers)

    def check_in(self, **facts: Any) -> Any:
        """The device reports."""
        headers = {"Authorization": f"Bearer {self.device['deviceToken']}"}
        return self.post("/mdm/v1/check-ins", headers, facts={**FACTS, **facts})

    def count(self, request: Callable[[Meter], Any]) -> tuple[int, int]:
        """How many statements a request ran, and how many pages it wrote."""
        request(self)  # what is compiled or remembered the first time is so now
        with closing(sqlite3.connect(self.wal.with_name("mdm-sim.db"))) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.ran.clear()
        answer = request(self)
        assert answer.status_code < 300, answer.text
        written = self.wal.stat().st_size
        return len(self.ran), (written - HEADER) // FRAME if written else 0


def counting(ran: list[str]) -> type[sqlite3.Connection]:
    """SQLite's driver that writes down every statement, and the commits and rollbacks."""

    class Cursor(sqlite3.Cursor):
        def execute(self, sql: str, parameters: Any = ()) -> Any:
            ran.append(sql)
            return super().execute(sql, parameters)

    class Connection(sqlite3.Connection):
        def cursor(self, *_: Any, **__: Any) -> Any:
            return super().cursor(Cursor)

        def commit(self) -> None:
            ran.append("COMMIT")
            super().commit()

    return Connection


@pytest.fixture
def meter(settings: Settings, user: dict[str, str], admin: dict[str, str]) -> Iterator[Meter]:
    """A service with a corporate device and an app."""
    ran: list[str] = []
    app = create_app(settings)
    store = app.extensions["mdm_sim"].store

    @event.listens_for(store.engine, "do_connect")
    def _with_meter(_dialect: Any, _record: Any, _given: Any, options: dict[str, Any]) -> None:
        options["factory"] = counting(ran)

    client = app.test_client()
    wal = Path(f"{settings.database.removeprefix('sqlite:///')}-wal")
    device = {"platform": "windows", "enrollmentType": "windowsBulkUserless", "facts": FACTS}
    made = client.post("/mdm/v1/enrollments", json=device, headers=user).json
    own = client.post(
        "/mam/v1/registrations", json={"platform": "ios", "facts": NAMED}, headers=user
    ).json
    yield Meter(client, wal, admin, user, made, own, ran)
    store.close()


def unchanged(meter: Meter) -> Any:
    return meter.check_in()


def refused(meter: Meter) -> Any:
    return meter.check_in(photos=["beach"])


def changed(meter: Meter) -> Any:
    return meter.check_in(freeStorageSpaceInBytes=len(meter.ran) + 2, osVersion="10.0.2")


def with_an_order(meter: Meter) -> Any:
    meter.client.post(f"{DEVICES}/{meter.device['id']}/syncDevice", headers=meter.admin)
    meter.ran.clear()
    return meter.check_in()


def enrolls(meter: Meter) -> Any:
    facts = {**FACTS, "serialNumber": f"SERIAL-{len(meter.wal.read_bytes())}"}
    device = {"platform": "windows", "enrollmentType": "windowsBulkUserless", "facts": facts}
    return meter.post("/mdm/v1/enrollments", meter.user, **device)


def app_checks_in(meter: Meter) -> Any:
    headers = {"Authorization": f"Bearer {meter.app['appToken']}"}
    return meter.post("/mam/v1/check-ins", headers, facts={"applicationVersion": "1"})


def get(meter: Meter) -> Any:
    return meter.client.get(f"{DEVICES}/{meter.device['id']}", headers=meter.admin)


def page(meter: Meter) -> Any:
    return meter.client.get(DEVICES, headers=meter.admin)


# At most so many statements, begin and commit with them, and so many pages of 4 KiB.
@pytest.mark.parametrize(
    ("request_", "statements", "pages"),
    [
        (unchanged, 5, 4), (refused, 8, 16), (changed, 5, 16), (with_an_order, 7, 7),
        (app_checks_in, 6, 4), (enrolls, 20, 38), (get, 5, 0), (page, 5, 0),
    ],
)  # fmt: skip
def test_a_request_costs_no_more_than_this(
    meter: Meter, request_: Callable[[Meter], Any], statements: int, pages: int
) -> None:
    counted = meter.count(request_)
    assert counted[0] <= statements, "\n".join(meter.ran)
    assert counted[1] <= pages
    assert counted[0] > 0
