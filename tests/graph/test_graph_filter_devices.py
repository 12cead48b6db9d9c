"""The shapes of $filter that tools send for devices, against a plain recomputation."""

from collections.abc import Callable

import pytest

PATH = "/beta/deviceManagement/managedDevices"


def every(item: dict) -> bool:
    return bool(item)


def none(item: dict) -> bool:
    return not item


def holds(name: str, part: str) -> Callable[[dict], bool]:
    return lambda item: part.lower() in (item.get(name) or "").lower()


def ids(found: list[dict]) -> list[str]:
    return [each["id"] for each in found]


# fmt: off
DEVICES: list[tuple[str, Callable[[dict], object]]] = [
    ("DeviceName eq 'Alpha'", lambda it: it["deviceName"] == "Alpha"),
    ("azureADDeviceId eq '11111111-2222-4333-8444-555555555555'", none),
    ("operatingSystem eq 'Windows'", lambda it: it["operatingSystem"] == "Windows"),
    ("OperatingSystem eq 'iOS'", lambda it: it["operatingSystem"] == "iOS"),
    ("managementAgent eq 'mdm' and managementAgent eq 'easmdm'", none),
    ((
     "((managementAgent eq 'mdm' or managementAgent eq 'easmdm' or managementAgent eq 'googleCloud"
     "DevicePolicyController') and managementState eq 'managed')"
     ),
     lambda it: it["managementState"] == "managed"),
    ((
     "(((deviceType eq 'desktop') or (deviceType eq 'windowsRT') or (deviceType eq 'winEmbedded') "
     "or (deviceType eq 'surfaceHub')))"
     ),
     lambda it: it["deviceType"] in {"desktop", "windowsRT", "winEmbedded", "surfaceHub"}),
    ((
     "startsWith(operatingSystem, 'macOS') or startsWith(operatingSystem, 'iOS') or "
     "startsWith(operatingSystem, 'iPadOS')"
     ),
     lambda it: it["operatingSystem"] in {"macOS", "iOS", "iPadOS"}),
    ("lastSyncDateTime le 2024-01-01T00:00:00Z", none),
    ("enrolledDateTime ge 2024-01-01T00:00:00.0000000z", every),
    ("contains(serialNumber,'s-')", holds("serialNumber", "S-")),
    ("startsWith(serialNumber, 'S-B')", lambda it: it["serialNumber"] == "S-B"),
]
# fmt: on


@pytest.mark.parametrize(("text", "is_meant"), DEVICES, ids=range(len(DEVICES)))
def test_a_filter_on_devices_finds_what_it_means(library, text, is_meant):
    found = library.get(PATH, **{"$filter": text}).json["value"]
    assert ids(found) == ids([each for each in library.get(PATH).json["value"] if is_meant(each)])
