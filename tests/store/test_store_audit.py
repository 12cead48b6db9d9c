"""The audit log: entries are only ever added, and any tampering shows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from databases import Plain, Refused
from flask.testing import FlaskClient

from mdm_sim.cli import main
from mdm_sim.settings import Settings
from mdm_sim.store import audit
from mdm_sim.store.work import Desk

Headers = dict[str, str]
DEVICES = "/v1.0/deviceManagement/managedDevices"
APPS = "/v1.0/deviceAppManagement/mobileApps"
ENTRY_3 = "UPDATE audit_events SET {} WHERE seq = 3"
FIRST, MIDDLE = "WHERE seq = 1", "WHERE seq = 3"
LAST = "WHERE seq = (SELECT max(seq) FROM audit_events)"
COLUMNS = "tenant_id, {}, id, recorded_at, category, activity_type, operation_type, document"
TWICE = f"INTO audit_events SELECT {COLUMNS.format('2')}, hash, hash FROM audit_events {FIRST}"

of_sqlite = pytest.mark.of_sqlite("SQL, or a value in a column, that others do not take")
OF_SQLITE = [
    pytest.param(statement, marks=of_sqlite)
    for statement in (
        "REPLACE INTO audit_events SELECT * FROM audit_events WHERE seq = 2",
        f"INSERT OR REPLACE {TWICE}",
    )
]

# fmt: off
TAMPERINGS = {
    "a document": ENTRY_3.format("document = replace(document, 'Success', 'Failure')"),
    "a document that is not JSON": ENTRY_3.format("document = 'gone'"),
    "a document that is no entry": ENTRY_3.format("document = '[]'"),
    "an id": ENTRY_3.format("id = 'another'"),
    "a moment": ENTRY_3.format("recorded_at = recorded_at - 60"),
    "a moment that is none": ENTRY_3.format("recorded_at = 'yesterday'"),
    "a moment past the calendar": ENTRY_3.format("recorded_at = 1e300"),
    "a category": ENTRY_3.format("category = 'Other'"),
    "an activity": ENTRY_3.format("activity_type = 'Nothing'"),
    "an operation": ENTRY_3.format("operation_type = 'Get'"),
    "a hash": ENTRY_3.format("hash = previous_hash"),
    "a previous hash": ENTRY_3.format("previous_hash = hash"),
    "a middle entry removed": f"DELETE FROM audit_events {MIDDLE}",
    "the first entry removed": "DELETE FROM audit_events WHERE seq = 1",
    "the last entry removed": f"DELETE FROM audit_events {LAST}",
    "every entry removed": "DELETE FROM audit_events",
    "two entries swapped": "UPDATE audit_events SET seq = -seq WHERE seq IN (2, 3);"
                           "UPDATE audit_events SET seq = 5 + seq WHERE seq < 0",
    "entries of another tenant": "UPDATE audit_events SET tenant_id = 'another' WHERE seq > 2",
    "a forgery at the end": f"INSERT INTO audit_events SELECT {COLUMNS.format('seq + 1')}, hash, "
                            f"hash FROM audit_events {LAST}",
    "a forgery further on": f"INSERT INTO audit_events SELECT {COLUMNS.format('seq + 7')}, hash, "
                            f"hash FROM audit_events {LAST}",
    "a head set back": "UPDATE audit_heads SET (seq, hash) = (SELECT seq, hash FROM audit_events "
                       "WHERE seq = 2)",
    "a head with another hash": "UPDATE audit_heads SET hash = 'f00d'",
    "a removed head": "DELETE FROM audit_heads",
}
# fmt: on


@pytest.fixture
def chain(enroll: Callable[..., Any], client: FlaskClient, admin: Headers) -> None:
    """Some entries, of devices and of an admin."""
    for number in range(4):
        device = enroll({"serialNumber": f"SN-{number}"})
    client.patch(f"{DEVICES}/{device['id']}", json={"ownerType": "company"}, headers=admin)
    client.delete(f"{DEVICES}/{device['id']}", headers=admin)


@pytest.fixture
def entries(plain: Plain) -> Callable[[], list[dict[str, Any]]]:
    """Every entry's document, in order."""
    query = "SELECT document FROM audit_events ORDER BY seq"
    return lambda: [json.loads(document) for (document,) in plain.execute(query)]


def faults(desk: Desk) -> list[str]:
    """What verifying finds."""
    with desk.store.read() as connection:
        return list(audit.verify(connection))


def unlock(plain: Plain) -> None:
    """Take away the triggers that keep entries as they are, and the indexes that read in them."""
    for name in ("ix_audit_resource", "ix_audit_actor"):
        plain.execute(f"DROP INDEX {name}")
    plain.unguard("audit_events")


def test_an_untouched_log_has_no_fault(chain: None, desk: Desk) -> None:
    assert faults(desk) == []


def test_an_empty_log_has_no_fault(desk: Desk) -> None:
    assert faults(desk) == []


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(statement, id=name, marks=of_sqlite if "yesterday" in statement else ())
        for name, statement in TAMPERINGS.items()
    ],
)
def test_tampering_shows(chain: None, desk: Desk, plain: Plain, statement: str) -> None:
    unlock(plain)
    plain.executescript(statement)
    assert faults(desk) != []


@pytest.mark.parametrize("document", ["[]", "{}", "7", '{"id": 1}'])
def test_a_forgery_that_is_no_entry_shows_though_its_hash_is_right(
    chain: None, desk: Desk, plain: Plain, document: str
) -> None:
    unlock(plain)
    (seq, previous) = plain.execute("SELECT seq, hash FROM audit_heads").fetchone()
    told = {"seq": seq + 1, "hash": audit._digest(previous, seq + 1, document), "doc": document}
    taken = COLUMNS.format(":seq").replace(" document", " :doc")
    plain.execute(
        f"INSERT INTO audit_events SELECT {taken}, hash, :hash FROM audit_events {LAST}", told
    )
    plain.execute("UPDATE audit_heads SET seq = :seq, hash = :hash", told)
    assert faults(desk) == [f"entry {seq + 1} was edited"]


def test_the_fault_names_the_entry(chain: None, desk: Desk, plain: Plain) -> None:
    unlock(plain)
    plain.execute(TAMPERINGS["a middle entry removed"])
    assert faults(desk) == ["entries 3 to 3 are missing"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_events SET category = category",
        "UPDATE audit_events SET document = '' WHERE seq = 1",
        "DELETE FROM audit_events",
        "DELETE FROM audit_events WHERE seq = 2",
        f"INSERT {TWICE} ON CONFLICT (tenant_id, seq) DO UPDATE SET category = 'Other'",
        *OF_SQLITE,
    ],
)
def test_the_database_lets_nobody_change_or_remove_an_entry(
    chain: None, plain: Plain, statement: str
) -> None:
    before = plain.execute("SELECT * FROM audit_events").fetchall()
    with pytest.raises(Refused):
        plain.execute(statement)
    assert plain.execute("SELECT * FROM audit_events").fetchall() == before


@pytest.mark.parametrize(
    ("task", "method", "path", "body", "told"),
    [
        ("Create", "POST", APPS, {"@odata.type": "#microsoft.graph.webApp"}, "Create"),
        ("Update (edit)", "PATCH", APPS + "/{app}", {"displayName": "x"}, "Patch"),
        ("Assign", "POST", APPS + "/{app}/assign", {"mobileAppAssignments": []}, "Action"),
        ("Delete", "DELETE", APPS + "/{app}", None, "Delete"),
        ("Remote tasks", "POST", DEVICES + "/{device}/syncDevice", None, "Action"),
        (
            "Manage",
            "PATCH",
            DEVICES + "/{device}",
            {"managedDeviceOwnerType": "company"},
            "Action",
        ),
    ],
)
def test_every_task_of_the_page_leaves_an_entry(
    client: FlaskClient,
    admin: Headers,
    enroll: Callable[..., Any],
    entries: Callable[[], list[dict[str, Any]]],
    task: str,
    method: str,
    path: str,
    body: Any,
    told: str,
) -> None:
    app = client.post(APPS, json={"@odata.type": "#microsoft.graph.webApp"}, headers=admin).json
    place = path.format(app=app["id"], device=enroll()["id"])
    assert client.open(place, method=method, json=body, headers=admin).status_code < 300
    entry = entries()[-1]
    assert (entry["activity"], entry["activityOperationType"]) == (task, told)
    assert entry["activityType"].split()[1] in {"MobileApp", "ManagedDevice"}


@pytest.mark.parametrize("given", ["5b6d0d2a-0000-4000-8000-00000000abcd", "not a guid", ""])
def test_the_correlation_id_is_the_callers_when_it_is_a_guid(
    client: FlaskClient, admin: Headers, entries: Callable[[], list[dict[str, Any]]], given: str
) -> None:
    headers = {**admin, "client-request-id": given}
    client.post(APPS, json={"@odata.type": "#microsoft.graph.webApp"}, headers=headers)
    found = entries()[-1]["correlationId"]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", found)
    assert (found == given) == given.startswith("5b6d")


def test_entries_hold_no_value(
    client: FlaskClient,
    admin: Headers,
    enroll: Callable[..., Any],
    register: Callable[..., Any],
    plain: Plain,
) -> None:
    facts = {"deviceName": "canary-1", "callHistory": ["canary-2"], "canary-3": "canary-4"}
    device, app = enroll(facts, details="canary-5"), register({"osVersion": "canary-6"})
    report = {"facts": {**facts, "phoneNumber": "+31687654321"}, "canary-7": 1}
    for path, record in (("mdm", device), ("mam", app)):
        client.post(f"/{path}/v1/check-ins", json=report, headers=record["headers"])
    named = {"managedDeviceName": "canary-8", "managedDeviceOwnerType": "company"}
    client.patch(f"{DEVICES}/{device['id']}", json=named, headers=admin)
    wrong = {"@odata.type": "#microsoft.graph.canary9", "displayName": "canary-10", "canary11": 1}
    assert client.post(APPS, json=wrong, headers=admin).status_code == 400
    body = {"@odata.type": "#microsoft.graph.iosStoreApp", "displayName": "canary-10"}
    made = client.post(APPS, json=body, headers=admin).json
    client.patch(f"{APPS}/{made['id']}", json={"notes": "canary-12"}, headers=admin)
    lost = {"message": "canary-13", "phoneNumber": "+31687654321"}
    client.post(f"/beta{DEVICES[5:]}/{device['id']}/enableLostMode", json=lost, headers=admin)
    client.delete(f"{DEVICES}/{device['id']}?canary=canary-14", headers=admin)
    rows = str(plain.execute("SELECT * FROM audit_events").fetchall())
    assert rows.count("enableLostMode") > 0
    assert not re.findall(r"canary.*?\b|87654321", rows)


@pytest.mark.parametrize("option", [pytest.param("--data-dir", marks=of_sqlite), "--database"])
@pytest.mark.parametrize("tampered", [False, True])
def test_the_command_says_whether_the_log_is_whole(
    chain: None, plain: Plain, settings: Settings, database: Path, option: str, tampered: bool
) -> None:
    if tampered:
        unlock(plain)
        plain.execute(TAMPERINGS["the last entry removed"])
    where = str(database.parent) if option == "--data-dir" else settings.database
    result = CliRunner().invoke(main, ["audit", "verify", option, where])
    assert result.exit_code == int(tampered)
    assert f"{int(tampered)} faults" in result.output
