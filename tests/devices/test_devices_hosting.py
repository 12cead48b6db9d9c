"""Apps on the fleet's own devices, and devices that come by profile."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from mdm_devices.hosting import hosts_of
from mdm_devices.personas import Fleet
from mdm_devices.profiles import USERLESS

Call = Callable[..., Result]
COUNT = 60
USERS = 2


def enrolled(call: Call, *arguments: object) -> list[dict[str, Any]]:
    document = json.loads(call("enroll", "--count", COUNT, "--json", *arguments).stdout)
    assert document["summary"]["failed"] == 0
    return list(document["devices"])


def test_an_app_runs_on_a_device_of_its_user_and_platform(fleet: Fleet) -> None:
    hosts = hosts_of(fleet, 400, USERS)
    assert len(set(hosts.values())) == len(hosts)
    for app, host in hosts.items():
        place, above = fleet.seating.seat(host), fleet.seating.seat(app)
        assert host < app
        assert (above.profile, place.platform) == ("mam", above.platform)
        assert (place.profile != "mam", host % USERS) == (True, app % USERS)


def test_about_half_of_the_apps_run_on_a_device_of_the_fleet(fleet: Fleet) -> None:
    apps = sum(fleet.seating.seat(index).profile == "mam" for index in range(1000))
    assert 0.35 < len(hosts_of(fleet, 1000, USERS)) / apps < 0.65


def test_a_larger_fleet_has_the_same_hosts(fleet: Fleet) -> None:
    few, many = hosts_of(fleet, 200, USERS), hosts_of(fleet, 400, USERS)
    assert few == {app: host for app, host in many.items() if app < 200}


def test_a_device_without_a_user_hosts_no_app() -> None:
    fleet = Fleet(1, "corporate=1,mam=4", "android", "2026-09-01T08:00:00Z")
    devices = {index for index in range(200) if fleet.enrollment_type(index)}
    userless = {index for index in devices if fleet.enrollment_type(index) in USERLESS}
    hosts = set(hosts_of(fleet, 200, 1).values())
    assert (userless & hosts, len(userless) > 0) == (set(), True)
    assert len(hosts) > len(devices - userless) - 3


@pytest.mark.parametrize("workers", [1, 8])
def test_an_app_registers_with_its_hosts_token(call: Call, service: Any, workers: int) -> None:
    devices = enrolled(call, "--workers", workers)
    by_id = {device["id"]: device for device in devices}
    tokens = {f"id-{name}": name for name in service.enrolled}
    linked = [device for device in devices if device["runsOn"]]
    for app in linked:
        host = by_id[app["runsOn"]]
        assert (host["user"], host["platform"]) == (app["user"], app["platform"])
        assert service.enrolled[tokens[app["id"]]]["deviceToken"] == tokens[host["id"]]
    stated = [body for body in service.enrolled.values() if "deviceToken" in body]
    assert len(stated) == len(linked) > 0


def test_an_app_whose_host_was_refused_registers_alone(call: Call, service: Any) -> None:
    mix, platforms, clock = "corporate=3,mam=2", "ios", "2026-09-01T08:00:00Z"
    fleets = (Fleet(seed, mix, platforms, clock) for seed in range(50))
    fleet, hosts = next((f, h) for f in fleets if 0 in (h := hosts_of(f, 9, USERS)).values())
    service.user_tokens = {"a": "u1@example.test"}
    # the first user signs in, then device 0 is refused
    service.faults = [(200, {}, '{"access_token": "a"}'), (422, {}, "{}")]
    options = ["--seed", fleet.seed, "--mix", mix, "--platforms", platforms, "--workers", 1]
    document = json.loads(call("enroll", "--count", 9, "--json", *options).stdout)
    assert document["summary"]["errors"] == {"http422": 1}
    linked = {device["index"] for device in document["devices"] if device["runsOn"]}
    assert linked == {app for app, host in hosts.items() if host != 0}


def test_without_an_administrator_no_device_comes_by_profile(call: Call, service: Any) -> None:
    assert not any(device["byToken"] for device in enrolled(call))
    assert not service.profiles


@pytest.mark.usefixtures("administered")
def test_devices_that_come_by_profile_enroll_with_a_token(call: Call, service: Any) -> None:
    devices = enrolled(call, "--platforms", "windows,ios,android", "--workers", 4)
    kinds = sorted(service.profiles.values())
    assert kinds == sorted(
        {
            "appleBulkWithUser",
            "androidEnterpriseFullyManaged",
            "androidEnterpriseDedicatedDevice",
            "androidEnterpriseCorporateWorkProfile",
        }
    )
    for device in devices:
        assert device["byToken"] == (device["enrollmentType"] in kinds)


@pytest.mark.usefixtures("administered")
def test_a_profile_stands_for_the_type_and_a_user_signs_in(call: Call, service: Any) -> None:
    devices = enrolled(call, "--platforms", "ios,android", "--workers", 1)
    for device, body in zip(devices, service.enrolled.values(), strict=True):
        stated = body.get("enrollmentType")
        if device["enrollmentType"] in USERLESS:
            assert service.profiles[body["credential"]] == device["enrollmentType"]
            assert (device["user"], stated, body.get("enrollmentToken")) == (None, None, None)
            continue
        assert service.user_tokens[body["credential"]] == device["user"]
        if device["byToken"]:
            assert service.profiles[body["enrollmentToken"]] == device["enrollmentType"]
            assert stated is None
        else:
            assert stated == device["enrollmentType"]
    assert [device for device in devices if device["user"] is None]


def test_an_administrator_who_may_not_is_done_without(
    call: Call, service: Any, ready_file: Any
) -> None:
    ready = json.loads(ready_file.read_text())
    ready |= {"admin_upn": "u1@example.test", "admin_password": ready["users"][0]["password"]}
    ready_file.write_text(json.dumps(ready))
    devices = enrolled(call, "--platforms", "ios")
    assert not any(device["byToken"] for device in devices)
    assert {"appleBulkWithUser"} <= {
        body.get("enrollmentType") for body in service.enrolled.values()
    }


def test_a_ready_file_whose_administrator_lacks_a_password_is_a_usage_error(
    call: Call, ready_file: Any
) -> None:
    ready_file.write_text(json.dumps(json.loads(ready_file.read_text()) | {"admin_upn": "a"}))
    result = call("enroll")
    assert (result.exit_code, "admin_password" in result.stderr) == (2, True)
