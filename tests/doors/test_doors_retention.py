"""Retention: one table of rules, each at its own time, and nothing before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from mdm_sim import tenant, tokens
from mdm_sim.app import open_desk
from mdm_sim.policy.retention import BY_ID, RETENTION
from mdm_sim.settings import Settings
from mdm_sim.store import audit
from mdm_sim.store.work import Desk
from mdm_sim.upkeep import job
from mdm_sim.upkeep.rules import RULES

DAY = 24 * 3600
USER = tenant.USERS[0]


@pytest.fixture
def upkeep(settings: Settings) -> Iterator[Callable[[float], dict[str, int]]]:
    """Do what is due so many seconds on; what was removed, by rule."""
    desks: list[Desk] = []

    def done(seconds: float) -> dict[str, int]:
        desks.append(open_desk(replace(settings, clock_offset=seconds)))
        return dict(job.run(desks[-1]))

    yield done
    for desk in desks:
        desk.store.close()


def test_every_period_has_a_rule() -> None:
    assert {rule.id for rule in RULES} == BY_ID.keys() | {"cleanup"}
    assert len({period.id for period in RETENTION}) == len(RETENTION)


def around(rule: str) -> tuple[float, float]:
    """Just before a period is over, and just after."""
    return BY_ID[rule].seconds - 60, BY_ID[rule].seconds + 60


def test_an_idle_app_is_deregistered_after_90_days(
    register: Callable[..., Any],
    upkeep: Callable[[float], dict[str, int]],
    row: Callable[[str], Any],
    on_disk: Callable[[str], bool],
    table: Callable[..., Any],
) -> None:
    app = register({"deviceName": "canary-phone"})
    before, after = around("app_idle")
    assert "app_idle" not in upkeep(before)
    assert row(app["id"]) is not None
    assert upkeep(after)["app_idle"] == 1
    assert row(app["id"]) is None
    assert not on_disk("canary-phone")
    assert "Delete ManagedAppRegistration" in table("audit_events")[-2]["document"]


def test_a_check_in_begins_the_90_days_anew(
    register: Callable[..., Any],
    later: Callable[[float], Any],
    upkeep: Callable[[float], dict[str, int]],
) -> None:
    app = register()
    later(60 * DAY).post("/mam/v1/check-ins", headers=app["headers"], json={})
    assert "app_idle" not in upkeep(149 * DAY)
    assert upkeep(151 * DAY)["app_idle"] == 1


def test_a_deleted_user_is_erased_after_30_days(
    enroll: Callable[..., Any],
    graph: Callable[..., Any],
    upkeep: Callable[[float], dict[str, int]],
    on_disk: Callable[[str], bool],
    table: Callable[..., Any],
) -> None:
    enroll({"deviceName": "canary-phone"})
    graph("DELETE", f"users/{USER.id}", None, 204)
    before, after = around("deleted_user")
    assert "deleted_user" not in upkeep(before)
    assert on_disk("canary-phone")
    assert upkeep(after)["deleted_user"] == 1
    assert not on_disk("canary-phone")
    assert USER.id not in {user["id"] for user in table("users")}


@pytest.mark.parametrize("how", ["failed", "notSupported"])
def test_an_ended_selective_wipe_is_kept_for_four_days(
    register: Callable[..., Any],
    check_in: Callable[..., Any],
    graph: Callable[..., Any],
    upkeep: Callable[[float], dict[str, int]],
    table: Callable[..., Any],
    how: str,
) -> None:
    app = register()
    wipe(graph)
    (order,) = check_in(app)["orders"]
    check_in(app, results=[{"id": order["id"], "status": how}])
    before, after = around("selective_wipe_ended")
    assert "selective_wipe_ended" not in upkeep(before)
    assert upkeep(after)["selective_wipe_ended"] == 1
    assert table("orders") == []


def test_a_pending_selective_wipe_waits_for_94_days(
    register: Callable[..., Any],
    check_in: Callable[..., Any],
    later: Callable[[float], Any],
    graph: Callable[..., Any],
    upkeep: Callable[[float], dict[str, int]],
    table: Callable[..., Any],
    row: Callable[[str], Any],
) -> None:
    app = register()
    wipe(graph)
    assert row(app["id"]).management_state == "wipePending"
    later(80 * DAY).post("/mam/v1/check-ins", headers=app["headers"], json={})
    before, after = around("selective_wipe_pending")
    assert "selective_wipe_pending" not in upkeep(before)
    assert upkeep(after)["selective_wipe_pending"] == 1
    assert table("orders") == []
    assert row(app["id"]).management_state == "managed"


def wipe(graph: Callable[..., Any]) -> None:
    """Ask a selective wipe of the user's app."""
    path = f"users/{USER.id}/wipeManagedAppRegistrationsByDeviceTag"
    graph("POST", path, {"deviceTag": "tag-1"}, 204)


def rule(graph: Callable[..., Any], days: int, platform: str = "all", status: int = 201) -> Any:
    """Make a cleanup rule."""
    body = {
        "displayName": f"{platform} rule",
        "deviceCleanupRulePlatformType": platform,
        "deviceInactivityBeforeRetirementInDays": days,
    }
    return graph("POST", "/beta/deviceManagement/managedDeviceCleanupRules", body, status)


@pytest.mark.parametrize(
    ("rules", "days"),
    [
        ({"all": 60}, 60),
        ({"ios": 45}, 45),
        ({"all": 60, "ios": 45}, 45),
        ({"all": 60, "ios": 90}, 60),
        ({"all": 60, "windows": 30}, 60),
        ({"macOS": 30, "windows": 30}, None),
        ({}, None),
    ],
)
def test_a_silent_device_is_hidden_by_the_smaller_rule(
    enroll: Callable[..., Any],
    graph: Callable[..., Any],
    upkeep: Callable[[float], dict[str, int]],
    row: Callable[[str], Any],
    rules: dict[str, int],
    days: int | None,
) -> None:
    device = enroll({"deviceName": "canary-phone"})
    for platform, number in rules.items():
        rule(graph, number, platform)
    if days is None:
        assert "cleanup" not in upkeep(400 * DAY)
        return
    assert "cleanup" not in upkeep(days * DAY - 60)
    assert upkeep(days * DAY + 60)["cleanup"] == 1
    assert row(device["id"]).hidden


@pytest.mark.parametrize(
    ("enrollment_type", "platform_type"),
    [
        ("androidAOSPUserlessDeviceEnrollment", "androidAOSP"),
        (
            "androidEnterpriseFullyManaged",
            "androidDedicatedAndFullyManagedCorporateOwnedWorkProfile",
        ),
        ("userEnrollment", "androidPersonallyOwnedWorkProfile"),
        ("deviceEnrollmentManager", "androidDeviceAdministrator"),
    ],
)
def test_every_kind_of_android_has_its_own_rule(
    enroll: Callable[..., Any],
    graph: Callable[..., Any],
    upkeep: Callable[[float], dict[str, int]],
    enrollment_type: str,
    platform_type: str,
) -> None:
    enroll({}, "android", enrollment_type)
    kinds = {
        "androidAOSP",
        "androidDedicatedAndFullyManagedCorporateOwnedWorkProfile",
        "androidPersonallyOwnedWorkProfile",
        "androidDeviceAdministrator",
    }
    for other in sorted(kinds - {platform_type}):
        rule(graph, 30, other)
    assert "cleanup" not in upkeep(31 * DAY)
    rule(graph, 30, platform_type)
    assert upkeep(31 * DAY)["cleanup"] == 1


def test_a_hidden_device_comes_back_with_its_next_check_in(
    enroll: Callable[..., Any],
    graph: Callable[..., Any],
    upkeep: Callable[[float], dict[str, int]],
    check_in: Callable[..., Any],
    on_disk: Callable[[str], bool],
    table: Callable[..., Any],
) -> None:
    device = enroll({"deviceName": "canary-phone", "model": "M"})
    rule(graph, 30)
    upkeep(31 * DAY)
    assert not on_disk("canary-phone")
    assert "hidden from admin by Device Cleanup Rule" in table("audit_events")[-1]["document"]
    path = f"deviceManagement/managedDevices/{device['id']}"
    graph("GET", path, None, 404)
    assert check_in(device, facts={"model": "M2"})["orders"] == []
    shown = graph("GET", path)
    assert (shown["model"], shown["deviceName"]) == ("M2", None)


@pytest.mark.parametrize(
    "change",
    [
        {"deviceInactivityBeforeRetirementInDays": 29},
        {"deviceInactivityBeforeRetirementInDays": 271},
        {"deviceInactivityBeforeRetirementInDays": "60"},
        {"deviceCleanupRulePlatformType": "toaster"},
    ],
)
def test_a_rule_has_its_bounds(graph: Callable[..., Any], change: dict[str, Any]) -> None:
    body = {"deviceCleanupRulePlatformType": "all", "deviceInactivityBeforeRetirementInDays": 30}
    path = "/beta/deviceManagement/managedDeviceCleanupRules"
    graph("POST", path, body | change, 400)
    made = graph("POST", path, body, 201)
    graph("PATCH", f"{path}/{made['id']}", change, 400)


def test_receipts_and_expired_tokens_go(
    enroll: Callable[..., Any],
    graph: Callable[..., Any],
    upkeep: Callable[[float], dict[str, int]],
    table: Callable[..., Any],
) -> None:
    enroll()
    graph("POST", "/mdm/v1/enrollment-tokens", {"enrollmentType": "appleBulkWithUser"}, 201)
    before, after = around("receipts")
    assert "receipts" not in upkeep(before)
    assert upkeep(after)["receipts"] == 1
    assert [row["kind"] for row in table("credentials")] == ["device"]
    assert any('"newValue":"1"' in row["document"] for row in table("audit_events"))


def test_an_ended_device_hears_of_it_for_a_year(
    enroll: Callable[..., Any],
    check_in: Callable[..., Any],
    ask: Callable[..., Any],
    upkeep: Callable[[float], dict[str, int]],
) -> None:
    device = enroll()
    ask("DELETE", "/mdm/v1/enrollments/self", device["headers"], 204)
    before, after = around("ended_credential")
    upkeep(before)
    check_in(device, 410)
    upkeep(after)
    check_in(device, 401)


@pytest.fixture
def query(
    enroll: Callable[..., Any], switch: Callable[..., None], graph: Callable[..., Any]
) -> dict[str, Any]:
    """A device that is asked something."""
    switch(deviceQuery=True)
    device = enroll({}, "windows", "windowsAzureADJoin")
    path = f"/beta/deviceManagement/managedDevices/{device['id']}/createQuery"
    graph("POST", path, {"query": "UHJvY2Vzcw=="}, 201)
    return dict(device)


def test_an_unanswered_query_is_taken_back_after_a_day(
    query: dict[str, Any],
    upkeep: Callable[[float], dict[str, int]],
    check_in: Callable[..., Any],
    table: Callable[..., Any],
) -> None:
    before, after = around("query_pending")
    assert "query_pending" not in upkeep(before)
    assert upkeep(after)["query_pending"] == 1
    assert table("device_queries") == []
    assert check_in(query)["orders"] == []


def test_an_answer_that_nobody_reads_is_gone_after_ten_minutes(
    query: dict[str, Any],
    upkeep: Callable[[float], dict[str, int]],
    check_in: Callable[..., Any],
    table: Callable[..., Any],
) -> None:
    (order,) = check_in(query)["orders"]
    check_in(query, results=[{"id": order["id"], "status": "done", "detail": [1]}])
    before, after = around("query_result")
    assert "query_result" not in upkeep(before)
    assert upkeep(after)["query_result"] == 1
    assert table("device_queries") == []


def test_the_audit_log_is_kept_for_two_years_and_stays_whole(
    enroll: Callable[..., Any],
    later: Callable[[float], Any],
    upkeep: Callable[[float], dict[str, int]],
    desk: Desk,
    table: Callable[..., Any],
) -> None:
    device = enroll({"photos": []})
    enroll()
    body = {"facts": {"photos": []}}
    later(100 * DAY).post("/mdm/v1/check-ins", headers=device["headers"], json=body)
    before, after = around("audit")
    upkeep(before)
    assert [row["seq"] for row in table("audit_events")][:3] == [1, 2, 3]
    assert upkeep(after)["audit"] == 2
    assert table("audit_events")[0]["seq"] == 3
    with desk.store.read() as connection:
        assert list(audit.verify(connection)) == []


def test_a_shortened_log_cannot_be_shortened_by_hand(
    enroll: Callable[..., Any],
    upkeep: Callable[[float], dict[str, int]],
    desk: Desk,
) -> None:
    enroll()
    upkeep(around("audit")[1])
    with pytest.raises(Exception, match="only ever added"), desk.store.write() as connection:
        connection.exec_driver_sql("DELETE FROM audit_events")


def test_the_key_of_pseudonyms_is_new_every_90_days(
    upkeep: Callable[[float], dict[str, int]], table: Callable[..., Any]
) -> None:
    (before,) = table("tenant_settings")
    assert "pseudonym_key" not in upkeep(around("pseudonym_key")[0])
    assert upkeep(around("pseudonym_key")[1])["pseudonym_key"] == 1
    (after,) = table("tenant_settings")
    assert after["pseudonym_key"] != before["pseudonym_key"]
    assert after["former_pseudonym_key"] is None


def test_a_closed_tenant_collects_nothing_and_can_be_opened_again(
    enroll: Callable[..., Any],
    graph: Callable[..., Any],
    ask: Callable[..., Any],
    user: dict[str, str],
    check_in: Callable[..., Any],
) -> None:
    device = enroll()
    assert graph("POST", "/privacy/v1/tenant/close", {})["closedDateTime"]
    body = {"platform": "ios", "enrollmentType": "userEnrollment", "facts": {}}
    ask("POST", "/mdm/v1/enrollments", user, 403, json=body)
    app = {"platform": "ios", "facts": {"appIdentifier": {"bundleId": "a"}}}
    ask("POST", "/mam/v1/registrations", user, 403, json=app)
    check_in(device, 403)
    assert graph("POST", "/privacy/v1/tenant/reopen", {})["closedDateTime"] is None
    check_in(device)


def test_180_days_after_its_end_nothing_is_left_of_a_tenant(
    enroll: Callable[..., Any],
    register: Callable[..., Any],
    graph: Callable[..., Any],
    upkeep: Callable[[float], dict[str, int]],
    dump: Callable[[], dict[str, list[str]]],
    on_disk: Callable[[str], bool],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    enroll({"deviceName": "canary-phone"})
    register()
    graph("POST", "/privacy/v1/tenant/close", {})
    monkeypatch.setattr("mdm_sim.upkeep.rules.RULES", ())
    before, after = around("tenant_end")
    assert "tenant_end" not in upkeep(before)
    assert upkeep(after)["tenant_end"] > 10
    assert {name for name, rows in dump().items() if rows} <= {"counters"}
    assert not on_disk("canary-phone")
    assert not on_disk(USER.upn)


def test_what_is_due_is_removed_once_whoever_comes_first(
    settings: Settings, register: Callable[..., Any]
) -> None:
    register()
    late = replace(settings, clock_offset=91 * DAY)
    desks = [open_desk(late), open_desk(late)]
    assert [job.run(desk)["app_idle"] for desk in desks] == [1, 0]
    for desk in desks:
        desk.store.close()


def test_a_job_that_is_stopped_is_gone_on_with(
    settings: Settings, register: Callable[..., Any], table: Callable[..., Any]
) -> None:
    for number in range(3):
        register({"deviceTag": f"tag-{number}"})
    desk = open_desk(replace(settings, clock_offset=91 * DAY))
    job.run(desk, stopped=lambda: len(table("app_registrations")) < 3)
    job.run(desk)
    assert table("app_registrations") == []
    desk.store.close()


def test_secrets_are_at_rest_as_the_register_says(
    enroll: Callable[..., Any], on_disk: Callable[[str], bool]
) -> None:
    device = enroll()
    for secret in (device["deviceToken"], tenant.PASSWORD, tenant.CLIENT_SECRET):
        assert not on_disk(secret)
    assert tokens._hash(device["deviceToken"])
    assert on_disk(tokens._hash(device["deviceToken"]))
