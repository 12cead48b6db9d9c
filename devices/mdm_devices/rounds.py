"""What changes on a device as time passes: a check-in says what is new, and only that."""

from datetime import timedelta

from mdm_devices import facts
from mdm_devices.draw import Draw
from mdm_devices.facts import Facts
from mdm_devices.hardware import SYSTEMS
from mdm_devices.personas import Device, Fleet
from mdm_devices.private_life import Life, never_collected

BETWEEN_CHECK_INS = timedelta(hours=8)
BETWEEN_UPDATES = 4  # check-ins


def changes(fleet: Fleet, device: Device, number: int) -> Facts:
    """The facts that check-in `number` (from 1) reports; the same for the same fleet and number."""
    draw = Draw(fleet.seed, device.index, f"round {number}")
    free = device.facts["totalStorageSpaceInBytes"] * draw.between(5, 80) // 100
    told: Facts = {"freeStorageSpaceInBytes": free + draw.below(10**6)}
    if version(device, number) != version(device, number - 1):
        told["osVersion"] = version(device, number)
    if draw.chance(0.5):
        told["browsingHistory"] = never_collected(_life(fleet, draw, number))["browsingHistory"]
    return told


def version(device: Device, number: int) -> str:
    """The device's system at check-in `number`: it is updated every fourth, up to the newest."""
    versions = SYSTEMS[device.platform].versions
    updates = (number + device.index % BETWEEN_UPDATES) // BETWEEN_UPDATES
    step = versions.index(device.facts["osVersion"]) + updates
    return versions[min(step, len(versions) - 1)]


def full_inventory(fleet: Fleet, device: Device, number: int) -> Facts:
    """Everything the device has to tell at check-in `number`."""
    told = device.facts | {"osVersion": version(device, number)}
    return told | changes(fleet, device, number)


def fresh_location(fleet: Fleet, device: Device, number: int) -> Facts:
    """Where the device is at check-in `number`."""
    draw = Draw(fleet.seed, device.index, f"place {number}")
    return facts.location(draw, fleet.now + BETWEEN_CHECK_INS * number)


def _life(fleet: Fleet, draw: Draw, number: int) -> Life:
    return Life(draw, fleet.pools, fleet.now + BETWEEN_CHECK_INS * number)
