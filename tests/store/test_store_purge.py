"""What is purged is in no file any more: not in the database, nor in its write-ahead log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete as remove
from sqlalchemy import insert

from mdm_sim.app import open_desk
from mdm_sim.settings import Settings
from mdm_sim.store.dialects.sqlite import SMALL
from mdm_sim.store.engine import scrub_after
from mdm_sim.store.tables import clients

of_sqlite = pytest.mark.of_sqlite("the pages of its file, and compacting it")
Headers = dict[str, str]
Purge = Callable[[FlaskClient, Headers, dict[str, Any]], Any]
CANARY = "canary-9e41-of-a-device"
PHONE = "+31612345678"
DEVICES = "/v1.0/deviceManagement/managedDevices"
FACTS = {"deviceName": CANARY, "serialNumber": f"SN-{CANARY}", "phoneNumber": PHONE}
MANY = [{"id": f"com.example.{number}", "name": f"app of {CANARY}"} for number in range(400)]


@pytest.fixture
def crowd(enroll: Callable[..., Any]) -> Callable[[int], None]:
    """Other devices, so that pages fill, split and are moved about."""

    def enrolled(number: int) -> None:
        for place in range(number):
            enroll({"deviceName": f"other {place}", "serialNumber": f"SN-{number}-{place}"})

    return enrolled


@pytest.fixture
def device(enroll: Callable[..., Any], crowd: Callable[[int], None]) -> Iterator[dict[str, Any]]:
    """A corporate device with a long inventory, among others."""
    crowd(12)
    made = enroll({**FACTS, "applications": MANY}, "ios", "appleBulkWithUser")
    crowd(13)
    return made


def unenroll(client: FlaskClient, _admin: Headers, device: dict[str, Any]) -> Any:
    """The device leaves."""
    return client.delete("/mdm/v1/enrollments/self", headers=device["headers"])


def delete(client: FlaskClient, admin: Headers, device: dict[str, Any]) -> Any:
    """An admin deletes the device."""
    return client.delete(f"{DEVICES}/{device['id']}", headers=admin)


def personal(client: FlaskClient, admin: Headers, device: dict[str, Any]) -> Any:
    """An admin marks the device as personal."""
    body = {"managedDeviceOwnerType": "personal"}
    return client.patch(f"{DEVICES}/{device['id']}", json=body, headers=admin)


def wiped(client: FlaskClient, admin: Headers, device: dict[str, Any]) -> Any:
    """The device carries out a wipe."""
    client.post(f"{DEVICES}/{device['id']}/wipe", json={}, headers=admin)
    told = client.post("/mdm/v1/check-ins", json={}, headers=device["headers"]).json
    results = [{"id": told["orders"][0]["id"], "status": "done"}]
    return client.post("/mdm/v1/check-ins", json={"results": results}, headers=device["headers"])


def test_what_is_stored_is_found_before_it_is_purged(
    device: dict[str, Any], on_disk: Callable[[str], list[str]]
) -> None:
    for value in (CANARY, PHONE, "com.example.399"):
        assert on_disk(value) != []


@pytest.mark.parametrize("purge", [unenroll, delete, wiped])
def test_a_device_that_ended_is_in_no_file(
    client: FlaskClient,
    admin: Headers,
    device: dict[str, Any],
    on_disk: Callable[[str], list[str]],
    purge: Purge,
) -> None:
    assert purge(client, admin, device).status_code < 300
    for value in (CANARY, PHONE, "com.example.399"):
        assert on_disk(value) == []


def test_what_a_personal_device_may_not_tell_is_in_no_file(
    client: FlaskClient,
    admin: Headers,
    device: dict[str, Any],
    on_disk: Callable[[str], list[str]],
) -> None:
    personal(client, admin, device)
    assert on_disk(PHONE) == on_disk("com.example.399") == []
    assert on_disk(CANARY) != []


def test_a_fact_that_the_device_cleared_is_in_no_file(
    client: FlaskClient, device: dict[str, Any], on_disk: Callable[[str], list[str]]
) -> None:
    report = {"facts": {"phoneNumber": None, "applications": None}}
    answer = client.post("/mdm/v1/check-ins", json=report, headers=device["headers"])
    assert answer.status_code == 200
    assert on_disk(PHONE) == on_disk("com.example.399") == []


def test_diagnostics_without_consent_are_in_no_file(
    client: FlaskClient,
    admin: Headers,
    enroll: Callable[..., Any],
    on_disk: Callable[[str], list[str]],
) -> None:
    client.patch("/privacy/v1/settings", json={"diagnostics": True}, headers=admin)
    details = {"diagnosticDeviceDetails": {"language": CANARY}}
    device = enroll(details, diagnosticsConsent=True)
    assert on_disk(CANARY) != []
    body = {"diagnosticsConsent": False}
    client.post("/mdm/v1/check-ins", json=body, headers=device["headers"])
    assert on_disk(CANARY) == []


def test_the_parameters_of_an_order_that_ended_are_in_no_file(
    client: FlaskClient,
    admin: Headers,
    device: dict[str, Any],
    on_disk: Callable[[str], list[str]],
) -> None:
    path = f"{DEVICES.replace('v1.0', 'beta')}/{device['id']}/enableLostMode"
    client.post(path, json={"message": "canary-lost-mode"}, headers=admin)
    told = client.post("/mdm/v1/check-ins", json={}, headers=device["headers"]).json
    assert on_disk("canary-lost-mode") != []
    results = [{"id": told["orders"][0]["id"], "status": "done"}]
    client.post("/mdm/v1/check-ins", json={"results": results}, headers=device["headers"])
    assert on_disk("canary-lost-mode") == []


def test_a_replaced_enrollment_is_in_no_file(
    device: dict[str, Any], enroll: Callable[..., Any], on_disk: Callable[[str], list[str]]
) -> None:
    serial = {"serialNumber": FACTS["serialNumber"]}
    assert enroll(serial)["id"] == device["id"]
    assert on_disk(PHONE) == on_disk("com.example.399") == []


@of_sqlite
def test_nothing_is_left_of_split_pages(settings: Settings, tmp_path: Path) -> None:
    """SQLite leaves copies of moved cells behind, which `secure_delete` does not reach."""
    random = Random(1)  # noqa: S311
    desk = open_desk(settings)
    named: list[str] = []
    gone: list[str] = []
    for _ in range(40):
        with desk.store.write() as connection:
            for _ in range(50):
                named.append(f"{random.getrandbits(96):024x}")
                connection.execute(insert(clients), _client(named[-1], random.randrange(900)))
            for _ in range(25):
                gone.append(named.pop(random.randrange(len(named))))
                connection.execute(remove(clients).where(clients.c.id == gone[-1]))
            scrub_after(connection)
    desk.store.compact()
    desk.store.close()
    content = b"".join(path.read_bytes() for path in tmp_path.glob("mdm-sim.db*"))
    assert [text for text in named if text.encode() not in content] == []
    assert [text for text in gone if text.encode() in content] == []


def _client(name: str, length: int) -> dict[str, Any]:
    return {
        "tenant_id": "t",
        "id": name,
        "display_name": name,
        "secret_hash": "x" * length,
        "roles": "[]",
    }


@of_sqlite
def test_a_large_file_is_left_for_another_time(settings: Settings, tmp_path: Path) -> None:
    desk = open_desk(settings)
    with desk.store.write() as connection:
        connection.execute(insert(clients), [_client(f"c{n}", 2000) for n in range(1000)])
    with desk.store.write() as connection:
        connection.execute(remove(clients).where(clients.c.tenant_id == "t"))
        scrub_after(connection)
    file = tmp_path / "mdm-sim.db"
    before = file.stat().st_size
    desk.store.compact(SMALL)
    assert file.stat().st_size == before > SMALL
    desk.store.compact()
    assert file.stat().st_size < before / 2
    after = file.read_bytes()
    desk.store.compact()  # nothing was purged since
    assert file.read_bytes() == after
    desk.store.close()
