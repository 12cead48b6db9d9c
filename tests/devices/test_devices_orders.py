"""Devices obey orders."""

import pytest

from mdm_devices.orders import OBEYED_SILENTLY, Situation, obey
from mdm_devices.personas import Fleet
from mdm_devices.queries import TABLES
from mdm_devices.rounds import changes, version


@pytest.fixture
def situation(fleet: Fleet) -> Situation:
    return Situation(fleet, fleet.device(0), number=3)


@pytest.mark.parametrize("action", ["wipe", "retire", "selectiveWipe"])
def test_a_device_is_gone_after_it(situation: Situation, action: str) -> None:
    reply = obey(situation, action, {})
    assert (reply.status, reply.gone) == ("done", True)


@pytest.mark.parametrize("action", OBEYED_SILENTLY)
def test_an_order_is_done_without_facts(situation: Situation, action: str) -> None:
    reply = obey(situation, action, {})
    assert (reply.status, reply.facts, reply.gone) == ("done", {}, False)


def test_an_unknown_action_is_not_supported(situation: Situation) -> None:
    assert obey(situation, "makeCoffee", {}).status == "notSupported"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("Process", 5),
        ("Process | take 2", 2),
        ("Process | where ProcessId > 1 | take 3 | project ProcessName", 3),
        (" BiosInfo ", 1),
        ("OsVersion\n| take 9", 1),
    ],
)
def test_a_windows_device_answers_a_query(fleet: Fleet, text: str, rows: int) -> None:
    device = next(each for each in fleet.devices(50) if each.platform == "windows")
    reply = obey(Situation(fleet, device, 3), "deviceQuery", {"query": text})
    assert (reply.status, len(reply.detail)) == ("done", rows)


def test_the_rows_of_a_query_are_the_devices_own(fleet: Fleet) -> None:
    device = next(each for each in fleet.devices(50) if each.platform == "windows")
    situation = Situation(fleet, device, 3)
    for name in TABLES:
        assert obey(situation, "deviceQuery", {"query": name}).detail
    (bios,) = obey(situation, "deviceQuery", {"query": "BiosInfo"}).detail
    assert bios["SerialNumber"] == device.facts["serialNumber"]


@pytest.mark.parametrize("text", ["", "Coffee", "| take 1", None, 7, "Process; drop"])
def test_a_query_of_nothing_known_fails(fleet: Fleet, text: object) -> None:
    device = next(each for each in fleet.devices(50) if each.platform == "windows")
    assert obey(Situation(fleet, device, 3), "deviceQuery", {"query": text}).status == "failed"


def test_other_devices_answer_no_query(fleet: Fleet) -> None:
    device = next(each for each in fleet.devices(50) if each.platform == "macos")
    reply = obey(Situation(fleet, device, 3), "deviceQuery", {"query": "Process"})
    assert reply.status == "notSupported"


def test_a_located_device_says_where_it_is_now(situation: Situation) -> None:
    place = obey(situation, "locateDevice", {}).facts["location"]
    assert place["at"] > situation.device.facts["location"]["at"]
    assert place.keys() == {"latitude", "longitude", "accuracyInMeters", "at"}


def test_a_device_takes_the_name_it_is_given(situation: Situation) -> None:
    reply = obey(situation, "setDeviceName", {"deviceName": "AMS-0001"})
    assert (reply.status, reply.facts) == ("done", {"deviceName": "AMS-0001"})


@pytest.mark.parametrize("parameters", [{}, {"deviceName": 7}, {"deviceName": " "}])
def test_renaming_to_nothing_fails(situation: Situation, parameters: dict[str, object]) -> None:
    assert obey(situation, "setDeviceName", parameters).status == "failed"


def test_a_synced_device_tells_everything_under_its_new_name(situation: Situation) -> None:
    told = obey(situation.renamed("AMS-0002"), "syncDevice", {}).facts
    assert told.keys() >= situation.device.facts.keys()
    assert told["deviceName"] == "AMS-0002"


def test_what_changes_depends_on_the_round_alone(fleet: Fleet) -> None:
    device = fleet.device(5)
    assert changes(fleet, device, 2) == changes(fleet, device, 2)
    assert changes(fleet, device, 2) != changes(fleet, device, 3)


def test_a_system_is_only_ever_updated(fleet: Fleet) -> None:
    for device in fleet.devices(30):
        seen = [version(device, number) for number in range(30)]
        assert seen[0] == device.facts["osVersion"]
        assert seen == sorted(seen)


def test_free_storage_stays_below_the_total(fleet: Fleet) -> None:
    for device in fleet.devices(30):
        told = changes(fleet, device, 1)
        assert 0 < told["freeStorageSpaceInBytes"] < device.facts["totalStorageSpaceInBytes"]
