"""Who is silent for long: devices by cleanup rules, apps after 90 days; and who comes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

DAY = 24 * 3600


def test_an_idle_app_is_deregistered_after_90_days(
    register: Callable[..., Any],
    upkeep: Callable[[float], dict[str, int]],
    row: Callable[[str], Any],
    on_disk: Callable[[str], bool],
    table: Callable[..., Any],
) -> None:
    app = register({"deviceName": "canary-phone"})
    before, after = 90 * DAY - 60, 90 * DAY + 60
    assert "app_idle" not in upkeep(before)
    assert row(app["id"]) is not None
    assert upkeep(after)["app_idle"] == 1
    assert row(app["id"]) is None
    assert not on_disk("canary-phone")
    activities = [row["activity_type"] for row in table("audit_events")]
    assert "Delete ManagedAppRegistration" in activities


def test_a_check_in_begins_the_90_days_anew(
    register: Callable[..., Any],
    later: Callable[[float], Any],
    upkeep: Callable[[float], dict[str, int]],
) -> None:
    app = register()
    later(60 * DAY).post("/mam/v1/check-ins", headers=app["headers"], json={})
    assert "app_idle" not in upkeep(149 * DAY)
    assert upkeep(151 * DAY)["app_idle"] == 1


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
