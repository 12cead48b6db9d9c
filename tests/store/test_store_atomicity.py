"""A request that fails at any of its writes leaves the database as it was, and says no value."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from mdm_sim import entra, privacy, wire
from mdm_sim.graph import door as graph
from mdm_sim.protocols import plain
from mdm_sim.settings import Settings
from mdm_sim.store.minting import count
from mdm_sim.store.work import Desk

Headers = dict[str, str]
CANARY = "canary-51c2"
FACTS = {"deviceName": CANARY, "serialNumber": "SN-1", "osVersion": "18.1"}
DEVICES = "/v1.0/deviceManagement/managedDevices"
APPS = "/v1.0/deviceAppManagement/mobileApps"
APP = {
    "@odata.type": "#microsoft.graph.iosStoreApp",
    "displayName": CANARY,
    "bundleId": "com.example.notes",
}
TARGET = {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class Cut(Exception):
    """The power is gone."""


@dataclass
class Saw:
    """Breaks the n-th write of a transaction; the last step is the commit itself."""

    at: int = 0
    seen: list[str] = field(default_factory=list)

    def arm(self, at: int) -> None:
        """Count from nothing, and break step number `at`."""
        self.at, self.seen = at, []

    def step(self, name: str) -> None:
        """A write or a commit is about to happen."""
        self.seen.append(name)
        if len(self.seen) == self.at:
            raise Cut(CANARY)


def sawn(saw: Saw) -> type[sqlite3.Connection]:
    """SQLite's driver with a saw at each of its statements."""

    class Cursor(sqlite3.Cursor):
        def execute(self, sql: str, parameters: Any = ()) -> Any:
            if sql.lstrip().upper().startswith(WRITES):
                saw.step(sql)
            return super().execute(sql, parameters)

        def executemany(self, sql: str, rows: Any) -> Any:
            saw.step(sql)
            return super().executemany(sql, rows)

    class Connection(sqlite3.Connection):
        before = 0

        def cursor(self, *_: Any, **__: Any) -> Any:
            return super().cursor(Cursor)

        def commit(self) -> None:
            if self.total_changes != self.before:  # nothing breaks where nothing was written
                saw.step("COMMIT")
            super().commit()
            self.before = self.total_changes

    return Connection


@pytest.fixture
def saw(desk: Desk) -> Saw:
    """A saw at the driver, since the hot path uses nothing but the driver."""
    sawing = Saw()

    @event.listens_for(desk.store.engine, "do_connect")
    def _with_saw(_dialect: Any, _record: Any, _given: Any, options: dict[str, Any]) -> None:
        options["factory"] = sawn(sawing)

    return sawing


@pytest.fixture
def client(desk: Desk, saw: Saw, settings: Settings) -> FlaskClient:
    """The doors on this test's own desk, whose driver can be sawn."""
    app = Flask("sawn", static_folder=None)
    app.register_blueprint(plain.door(desk, "mdm"))
    app.register_blueprint(graph.door(desk, settings))
    for door in (entra.door, privacy.door):
        app.register_blueprint(door(desk))
    wire.answer_faults(app)
    return app.test_client()


@dataclass
class Stage:
    """A device with an app and an open order, an app of the tenant, and who may ask."""

    client: FlaskClient
    user: Headers
    admin: Headers
    device: dict[str, Any]
    app: dict[str, Any]
    order: str
    mobile_app: str

    def post(self, path: str, headers: Headers, **body: Any) -> Any:
        """A POST with a JSON body."""
        return self.client.post(path, json=body, headers=headers)


@pytest.fixture
def stage(
    client: FlaskClient,
    user: Headers,
    admin: Headers,
    enroll: Callable[..., Any],
    register: Callable[..., Any],
) -> Stage:
    """A tenant in the middle of its work."""
    switches = {"diagnostics": True, "compliantAppsFeature": True}
    client.patch("/privacy/v1/settings", json=switches, headers=admin)
    device = enroll(
        FACTS | {"diagnosticUsage": {"sessions": 3}},
        "ios",
        "appleBulkWithUser",
        diagnosticsConsent=True,
    )
    apps = [{"id": "com.example.notes", "name": CANARY}]
    app = register({"applications": apps}, deviceToken=device["deviceToken"])
    made = client.post(APPS, json=APP, headers=admin).json["id"]
    client.post(f"{DEVICES}/{device['id']}/wipe", json={}, headers=admin)
    answer = client.post("/mdm/v1/check-ins", json={}, headers=device["headers"])
    order = answer.json["orders"][0]["id"]
    return Stage(client, user, admin, device, app, order, made)


def enrolls(at: Stage, facts: dict[str, Any], **more: Any) -> Any:
    """An enrollment that joins the directory."""
    kind = {"platform": "windows", "enrollmentType": "windowsBulkAzureDomainJoin"} | more
    return at.post("/mdm/v1/enrollments", at.user, facts=facts, diagnosticsConsent=True, **kind)


def again(at: Stage) -> Any:
    """The same hardware enrolls anew, as a personal device."""
    return enrolls(at, FACTS, platform="ios", enrollmentType="userEnrollment")


def registers(at: Stage, tag: str) -> Any:
    """An app registers, linked to the device."""
    facts = {"appIdentifier": {"bundleId": "com.example.mail"}, "deviceTag": tag}
    token = at.device["deviceToken"]
    return at.post("/mam/v1/registrations", at.user, platform="ios", facts=facts, deviceToken=token)


def checks_in(at: Stage, status: str, **facts: Any) -> Any:
    """A check-in with the result of the wipe."""
    results = [{"id": at.order, "status": status}]
    path, headers = "/mdm/v1/check-ins", at.device["headers"]
    return at.post(path, headers, facts=facts, results=results, diagnosticsConsent=True)


def patches(at: Stage, **body: Any) -> Any:
    """An admin changes the device."""
    return at.client.patch(f"{DEVICES}/{at.device['id']}", json=body, headers=at.admin)


def switches(at: Stage) -> Any:
    """An admin turns the switches round."""
    body = {"diagnostics": False, "compliantAppsFeature": False, "strictAppInventory": True}
    return at.client.patch("/privacy/v1/settings", json=body, headers=at.admin)


USAGE = {"sessions": 9}
LOST_MODE = {"message": CANARY, "phoneNumber": "+31612345678"}
BETA = DEVICES.replace("v1.0", "beta")
REQUESTS: dict[str, Callable[[Stage], Any]] = {
    "enroll": lambda at: enrolls(at, {"deviceName": CANARY, "diagnosticUsage": USAGE}),
    "enroll again": again,
    "register": lambda at: registers(at, "tag-2"),
    "register again": lambda at: registers(at, "tag-1"),
    "check in": lambda at: checks_in(
        at, "failed", osVersion=CANARY, callHistory=CANARY, diagnosticUsage=USAGE
    ),
    "finish a wipe": lambda at: checks_in(at, "done"),
    "withdraw consent": lambda at: at.post(
        "/mdm/v1/check-ins", at.device["headers"], diagnosticsConsent=False
    ),
    "app checks in": lambda at: at.post(
        "/mam/v1/check-ins", at.app["headers"], facts={"osVersion": CANARY, "callHistory": CANARY}
    ),
    "ask an order": lambda at: at.post(
        f"{BETA}/{at.device['id']}/enableLostMode", at.admin, **LOST_MODE
    ),
    "mark as personal": lambda at: patches(
        at, managedDeviceOwnerType="personal", managedDeviceName=CANARY
    ),
    "delete the device": lambda at: at.client.delete(
        f"{DEVICES}/{at.device['id']}", headers=at.admin
    ),
    "create an app": lambda at: at.post(APPS, at.admin, **APP),
    "assign the app": lambda at: at.post(
        f"{APPS}/{at.mobile_app}/assign", at.admin, mobileAppAssignments=[{"target": TARGET}]
    ),
    "delete the app": lambda at: at.client.delete(f"{APPS}/{at.mobile_app}", headers=at.admin),
    "change the switches": switches,
    "unenroll": lambda at: at.client.delete(
        "/mdm/v1/enrollments/self", headers=at.device["headers"]
    ),
    "unregister": lambda at: at.client.delete(
        "/mam/v1/registrations/self", headers=at.app["headers"]
    ),
    "make an enrollment token": lambda at: at.post(
        "/mdm/v1/enrollment-tokens", at.admin, enrollmentType="userEnrollment"
    ),
}


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
def test_a_request_that_breaks_at_any_write_changes_nothing(
    stage: Stage, saw: Saw, dump: Callable[[], Any], request_: Callable[[Stage], Any]
) -> None:
    before = dump()
    for step in itertools.count(1):
        saw.arm(step)
        answer = request_(stage)
        if len(saw.seen) < step:
            break
        assert (answer.status_code, dump() == before) == (500, True), saw.seen
        assert answer.json["error"]["code"] == "internalError"
        assert CANARY not in answer.text
    assert answer.status_code < 300, answer.json
    assert saw.seen[-1] == "COMMIT"
    assert len(saw.seen) > 2
    assert dump() != before


def test_a_broken_request_can_be_sent_again(stage: Stage, saw: Saw) -> None:
    saw.arm(3)
    assert checks_in(stage, "done").status_code == 500
    assert checks_in(stage, "done").status_code == 200
    assert checks_in(stage, "done").status_code == 410


def test_the_log_names_the_kind_of_fault_and_no_value(
    stage: Stage, saw: Saw, caplog: pytest.LogCaptureFixture
) -> None:
    saw.arm(1)
    again(stage)
    assert "failed with Cut" in caplog.text
    assert CANARY not in caplog.text


def test_a_broken_transaction_lets_the_next_one_in(desk: Desk, saw: Saw) -> None:
    saw.arm(1)
    with suppress(Cut), desk.store.write() as connection:
        count(connection, "broken")
    with desk.store.write() as connection:
        assert count(connection, "broken") == 1
