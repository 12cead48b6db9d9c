"""Devices obey orders."""

import pytest

from mdm_devices.orders import OBEYED_SILENTLY, Situation, obey
from mdm_devices.personas import Fleet
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
