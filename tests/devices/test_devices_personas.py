"""The same seed gives the same devices, and each carries far more than may be kept."""

import json
import os
import subprocess
import sys

import pytest

from mdm_devices.mix import PLATFORMS
from mdm_devices.personas import Fleet
from mdm_devices.private_life import NEVER_COLLECTED, UNKNOWN

DEVICE_FACTS = frozenset(
    """
    deviceName deviceType manufacturer model operatingSystem osVersion serialNumber imei iccid
    wiFiMacAddress ipAddressV4 ethernetMacAddress appleId azureADDeviceId totalStorageSpaceInBytes
    freeStorageSpaceInBytes easDeviceId location subscriberCarrier cellularTechnology
    wifiNetworkName udid meid androidId windowsDeviceId phoneNumber thirdPartyUserIds jailBroken
    threatState applications diagnosticDeviceDetails diagnosticUsage diagnosticHealth
    diagnosticSoftwareSetup isEncrypted passcodePresent passcodeCompliant secureBootEnabled
    codeIntegrityEnabled antivirusEnabled firewallEnabled securityPatchLevel callHistory
    browsingHistory personalEmail textMessages contacts personalAccountPasswords calendarEvents
    photos
    """.split()  # noqa: SIM905
)
APP_FACTS = {"deviceTag", "appIdentifier", "applicationVersion", "managementSdkVersion"}


def shown(hash_seed: str) -> bytes:
    """What `mdm-devices show` prints in a process of its own."""
    line = [sys.executable, "-m", "mdm_devices", "show", "--count", "30", "--seed", "11"]
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    return subprocess.run(line, env=environment, check=True, capture_output=True).stdout


def test_two_processes_with_other_hash_seeds_print_the_same_bytes() -> None:
    first = shown("1")
    assert first == shown("4242")
    assert first.count(b"\n") == 30


def test_another_seed_gives_other_devices(fleet: Fleet) -> None:
    other = Fleet(8, fleet.mix, fleet.platforms, fleet.clock)
    assert fleet.device(0).facts != other.device(0).facts


def test_a_device_does_not_depend_on_those_made_before_it(fleet: Fleet) -> None:
    alone = Fleet(fleet.seed, fleet.mix, fleet.platforms, fleet.clock).device(37)
    assert alone == list(fleet.devices(40))[37]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_device_of_every_platform_reports_every_device_fact(fleet: Fleet, platform: str) -> None:
    device = next(d for d in fleet.devices(60) if d.platform == platform)
    assert device.facts.keys() >= DEVICE_FACTS


def test_a_managed_app_adds_what_it_knows_of_itself(fleet: Fleet) -> None:
    for device in fleet.devices(60):
        assert (device.facts.keys() & APP_FACTS == APP_FACTS) == (device.workload == "mam")


def test_every_device_sends_unknown_names_and_a_row_of_another_channel(fleet: Fleet) -> None:
    for device in fleet.devices(20):
        others = device.facts.keys() - DEVICE_FACTS - APP_FACTS
        assert others - set(UNKNOWN) <= {"managed_app.encryption_keys", "user.display_name"}
        assert len(others) == len(UNKNOWN) + 1


def test_every_device_tells_of_a_private_life(fleet: Fleet) -> None:
    for device in fleet.devices(20):
        assert all(device.facts[name] for name in NEVER_COLLECTED)


def test_private_strings_are_long_enough_to_search_for(fleet: Fleet) -> None:
    for device in fleet.devices(50):
        private = [app for app in device.facts["applications"] if app["id"].startswith("app.")]
        strings = [app[key] for app in private for key in ("id", "name", "version")]
        strings += [device.facts[name] for name in ("serialNumber", "favouriteColour", "meid")]
        assert min(map(len, strings)) >= 6


def test_a_managed_app_is_in_its_own_inventory(fleet: Fleet) -> None:
    for device in (d for d in fleet.devices(60) if d.workload == "mam"):
        (identifier,) = device.facts["appIdentifier"].values()
        assert identifier in {app["id"] for app in device.facts["applications"]}


def test_an_app_has_five_properties(fleet: Fleet) -> None:
    expected = {"id", "name", "version", "installLocation", "sizeInBytes"}
    apps = [app for device in fleet.devices(20) for app in device.facts["applications"]]
    assert all(app.keys() == expected for app in apps)


def test_enrollment_types_follow_from_profile_and_platform(fleet: Fleet) -> None:
    seen = {(d.profile, d.platform, d.enrollment_type) for d in fleet.devices(400)}
    assert ("corporate", "windows", "windowsAzureADJoin") in seen
    assert ("corporate", "android", "androidEnterpriseCorporateWorkProfile") in seen
    assert {kind for profile, _, kind in seen if profile == "mam"} == {None}
    personal = {kind for profile, _, kind in seen if profile == "byod"}
    assert personal == {"userEnrollment", "appleUserEnrollment"}


def test_times_come_from_the_clock_option(fleet: Fleet) -> None:
    later = Fleet(fleet.seed, fleet.mix, fleet.platforms, "2031-01-15T12:00:00+01:00")
    assert later.device(0).facts["location"]["at"].startswith("2031-01-15T1")


def test_a_persona_is_plain_json(fleet: Fleet) -> None:
    persona = fleet.device(3).to_json()
    assert json.loads(json.dumps(persona)) == persona
