"""A change that concerns every record: bounded batches, and nobody sees the old state meanwhile."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from mdm_sim import epochs, tenant
from mdm_sim.policy import catalogue
from mdm_sim.preparation import prepare
from mdm_sim.settings import Settings
from mdm_sim.store.tables import registrations, settings
from mdm_sim.store.work import Desk
from mdm_sim.upkeep import job

APP = {"id": "com.example.game", "name": "CanaryGame", "version": "1"}
USAGE = {"sessions": 1234567890123}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of two records."""
    monkeypatch.setattr(epochs, "BATCH", 2)


@pytest.fixture
def fleet(small: None, enroll: Callable[..., Any], switch: Callable[..., None]) -> list[Any]:
    """Five personal devices with apps, which a feature permits."""
    switch(compliantAppsFeature=True)
    facts = {"applications": [APP]}
    return [enroll(facts | {"serialNumber": f"S-{number}"}) for number in range(5)]


@pytest.fixture
def left(graph: Callable[..., Any]) -> Callable[[], int]:
    """How many records have still to be judged again."""
    return lambda: int(graph("GET", "/privacy/v1/rejudgement")["left"])


def test_the_first_batch_is_judged_with_the_change_and_the_job_does_the_rest(
    fleet: list[Any],
    switch: Callable[..., None],
    left: Callable[[], int],
    desk: Desk,
    on_disk: Callable[[str], bool],
) -> None:
    switch(compliantAppsFeature=False)
    assert left() == 3
    assert on_disk("CanaryGame")
    assert job.catch_up(desk) == 3
    assert left() == 0
    assert not on_disk("CanaryGame")


def test_until_then_nobody_is_shown_what_is_not_permitted_any_more(
    fleet: list[Any],
    switch: Callable[..., None],
    graph: Callable[..., Any],
    left: Callable[[], int],
) -> None:
    apps = "deviceManagement/detectedApps"
    assert [app["deviceCount"] for app in graph("GET", apps)["value"]] == [5]
    switch(compliantAppsFeature=False)
    assert left() == 3
    assert graph("GET", apps)["value"] == []
    for device in fleet:
        held = graph("GET", f"/privacy/v1/records/{device['id']}")
        assert "applications" not in held["facts"]
        assert held["context"]["compliantAppsFeature"] is False
    path = f"users/{tenant.USERS[0].id}/exportDeviceAndAppManagementData()"
    told = orjson.loads(base64.b64decode(graph("GET", path)["content"]))
    (devices,) = [each["data"] for each in told["value"] if each["displayName"] == "Devices"]
    assert len(devices) == 5
    assert "CanaryGame" not in str(told)


def test_a_threat_state_is_not_shown_without_its_connector(
    small: None,
    enroll: Callable[..., Any],
    graph: Callable[..., Any],
    left: Callable[[], int],
) -> None:
    connector = "deviceManagement/mobileThreatDefenseConnectors"
    made = graph("POST", connector, {"iosEnabled": True}, 201)
    for number in range(4):
        enroll({"threatState": "compromised", "serialNumber": f"S-{number}"})
    shown = "deviceManagement/managedDevices?$select=partnerReportedThreatState"
    states = {each["partnerReportedThreatState"] for each in graph("GET", shown)["value"]}
    assert states == {"compromised"}
    graph("DELETE", f"{connector}/{made['id']}", None, 204)
    assert left() == 2
    states = {each["partnerReportedThreatState"] for each in graph("GET", shown)["value"]}
    assert states == {"unknown"}


def test_a_late_check_in_is_judged_by_the_new_state(
    fleet: list[Any],
    switch: Callable[..., None],
    check_in: Callable[..., Any],
    left: Callable[[], int],
    stored: Callable[[str], Any],
) -> None:
    switch(compliantAppsFeature=False)
    before = left()
    for device in fleet:
        told = check_in(device, facts={"applications": [APP], "model": "M"})["receipt"]
        assert set(told["refused"].values()) == {"ownership_personal"}
        assert stored(device["id"]).keys() == {"serialNumber", "model"}
    assert (before, left()) == (3, 0)


def test_an_admins_mark_on_a_record_that_is_behind(
    fleet: list[Any],
    switch: Callable[..., None],
    graph: Callable[..., Any],
    row: Callable[[str], Any],
    left: Callable[[], int],
) -> None:
    switch(compliantAppsFeature=False)
    for device in fleet:
        path = f"deviceManagement/managedDevices/{device['id']}"
        graph("PATCH", path, {"managedDeviceOwnerType": "company"})
        assert not row(device["id"]).compliant_apps_feature
    assert left() == 0


def test_every_epoch_is_audited_with_numbers_only(
    fleet: list[Any], switch: Callable[..., None], graph: Callable[..., Any], desk: Desk
) -> None:
    switch(compliantAppsFeature=False)
    job.catch_up(desk)
    events = graph("GET", "deviceManagement/auditEvents")["value"]
    numbers = [
        event["resources"][0]["modifiedProperties"][0]["newValue"]
        for event in events
        if event["activityType"] == "rejudge Records"
    ]
    assert sorted(numbers) == ["1", "2", "2"]


def test_another_catalogue_judges_everything_again_before_anybody_reads(
    fleet: list[Any], desk: Desk, row: Callable[[str], Any]
) -> None:
    with desk.store.write() as connection:
        connection.execute(settings.update().values(judged_version="2020-01.older"))
        connection.exec_driver_sql("UPDATE managed_devices SET policy_version = '2020-01.older'")
    told: list[int] = []
    prepare(desk, told.append)
    assert told[-1] >= 5 - epochs.BATCH
    assert {row(device["id"]).policy_version for device in fleet} == {catalogue.VERSION}


def test_a_rotation_moves_every_report_and_forgets_the_old_key(
    small: None,
    enroll: Callable[..., Any],
    check_in: Callable[..., Any],
    switch: Callable[..., None],
    graph: Callable[..., Any],
    table: Callable[[str], Any],
    desk: Desk,
) -> None:
    switch(diagnostics=True)
    fleet = [
        enroll({"diagnosticUsage": USAGE, "serialNumber": f"S-{n}"}, diagnosticsConsent=True)
        for n in range(5)
    ]
    before = {each["pseudonym"] for each in table("diagnostics")}
    graph("POST", "/privacy/v1/pseudonyms/rotate", {}, 204)
    graph("POST", "/privacy/v1/pseudonyms/rotate", {}, 409)
    check_in(fleet[4], facts={"diagnosticUsage": {"sessions": 2}})
    check_in(fleet[3], diagnosticsConsent=False)
    assert len(table("diagnostics")) == 4
    job.catch_up(desk)
    reports = table("diagnostics")
    assert len(reports) == 4
    assert not before & {each["pseudonym"] for each in reports}
    assert max(each["document"] for each in reports) == '{"sessions":2}'
    assert table("tenant_settings")[0]["former_pseudonym_key"] is None
    for device in fleet:
        check_in(device, diagnosticsConsent=False)
    assert table("diagnostics") == []


def test_what_no_epoch_concerns_is_left_alone(
    fleet: list[Any], switch: Callable[..., None], desk: Desk, left: Callable[[], int]
) -> None:
    job.catch_up(desk)
    switch(compliantAppsFeature=True)
    assert left() == 0


def test_two_workers_share_the_work(
    fleet: list[Any], switch: Callable[..., None], desk: Desk, settings: Settings
) -> None:
    from mdm_sim.app import open_desk

    switch(compliantAppsFeature=False)
    other = open_desk(settings)
    assert job.catch_up(other) + job.catch_up(desk) == 3
    other.store.close()


def test_apps_are_counted_too(
    small: None, register: Callable[..., Any], switch: Callable[..., None], desk: Desk
) -> None:
    for number in range(3):
        register({"deviceTag": f"tag-{number}"})
    switch(diagnostics=True)
    with desk.store.read() as connection:
        assert epochs.progress(connection, tenant.TENANT_ID) == epochs.Progress(3, 1)
        assert connection.execute(registrations.select()).all()
