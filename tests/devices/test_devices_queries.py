"""Windows devices of the organisation answer queries from what they are."""

from typing import Any

import pytest

from mdm_devices.orders import Reply, Situation, obey
from mdm_devices.personas import Fleet
from mdm_devices.queries import PATHS, TABLES

CURRENT_VERSION = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion"


def windows(fleet: Fleet, profile: str = "corporate") -> Situation:
    """The fleet's first Windows device of a profile."""
    devices = fleet.devices(100)
    device = next(d for d in devices if (d.profile, d.platform) == (profile, "windows"))
    return Situation(fleet, device, number=3)


def ask(situation: Situation, text: object) -> Reply:
    return obey(situation, "deviceQuery", {"query": text})


@pytest.fixture
def situation(fleet: Fleet) -> Situation:
    return windows(fleet)


@pytest.mark.parametrize("name", sorted(TABLES.keys() - PATHS.keys()))
def test_every_table_has_rows_of_the_same_columns(situation: Situation, name: str) -> None:
    reply = ask(situation, name)
    assert reply.status == "done"
    assert len({tuple(row) for row in reply.detail}) == 1


def test_the_rows_are_what_the_device_reports(situation: Situation) -> None:
    facts = situation.device.facts
    (system,) = ask(situation.renamed("AMS-0001"), "SystemInfo").detail
    assert (system["ComputerName"], system["HardwareModel"]) == ("AMS-0001", facts["model"])
    (drive,) = ask(situation, "LogicalDrive").detail
    assert drive["DiskSizeBytes"] == facts["totalStorageSpaceInBytes"] > drive["FreeSpaceBytes"]
    running = {row["ProcessName"] for row in ask(situation, "Process").detail}
    assert running >= {f"{app['name']}.exe" for app in facts["applications"]}


def test_volumes_are_protected_where_the_device_is_encrypted(fleet: Fleet) -> None:
    seen = set()
    for device in (d for d in fleet.devices(600) if d.platform == "windows"):
        reply = ask(Situation(fleet, device, 1, "corporate"), "EncryptableVolume")
        if device.workload == "mdm":
            seen.add((device.facts["isEncrypted"], reply.detail[0]["ProtectionStatus"]))
    assert seen == {(True, "PROTECTED"), (False, "UNPROTECTED")}


@pytest.mark.parametrize("name", ["Certificate", "LocalUserAccount", "WindowsQfe", "Tpm"])
def test_what_does_not_change_is_told_alike_at_every_check_in(fleet: Fleet, name: str) -> None:
    situation = windows(fleet)
    later = Situation(fleet, situation.device, number=9)
    other = next(d for d in fleet.devices(100) if d.platform == "windows" and d.index > 5)
    assert ask(situation, name) == ask(later, name)
    assert ask(situation, name) != ask(Situation(fleet, other, 3, "corporate"), name)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("LocalGroup | take 2 | project GroupId", [{"GroupId": 544}, {"GroupId": 545}]),
        ("LocalGroup | where GroupName == 'guests' | project GroupId", [{"GroupId": 546}]),
        ('LocalGroup | where GroupName == "a | b"', []),
        ("LocalGroup\n| where GroupId != 544\n| count;", [{"Count": 3}]),
        ("LocalGroup | where GroupId > 544 and GroupId <= 546 | count", [{"Count": 2}]),
        ("LocalGroup | where GroupId >= 546 | where GroupId < 555 | count", [{"Count": 1}]),
        ("LocalGroup | project WindowsSid, GroupId | limit 1",
         [{"WindowsSid": "S-1-5-32-544", "GroupId": 544}]),
        ("Certificate | where IsCa == true | project CommonName",
         [{"CommonName": "Organisation Root CA"}]),
        ("Cpu | where Model == 'none' | project Model", []),
        (r"FileInfo('c:\windows\SYSTEM32\drivers\etc\hosts') | project FileName",
         [{"FileName": "hosts"}]),
        (r"FileInfo('c:\\windows\\system32\\drivers') | project FileName",
         [{"FileName": "hosts"}]),
        (r"FileInfo('c:\win') | count", [{"Count": 0}]),
        ("FileInfo('') | count", [{"Count": 0}]),
        (f"WindowsRegistry('{CURRENT_VERSION}') | where ValueType == 'REG_DWORD' | count",
         [{"Count": 1}]),
    ],
)  # fmt: skip
def test_a_query_is_evaluated(situation: Situation, text: str, rows: list[Any]) -> None:
    assert ask(situation, text) == Reply("done", rows)


@pytest.mark.parametrize(
    "text",
    [
        "", None, 7, "Coffee", "| take 1", "Process; drop", "Process |", "Process take 1",
        "Process | summarize count()", "Process | take -1", "Process | take 1.5",
        "Process | where Coffee == 1", "Process | where ProcessId ( 1",
        "Process | where ProcessName == lsass", "Process | where ProcessName == 'lsass",
        "Process | project Coffee", "Process | project ProcessId | where Path == ''",
        "Process | count | project ProcessId", "FileInfo", "FileInfo(1)", "FileInfo('C:'",
        "FileInfo('') | nothing", "Process('x')",
    ],
)  # fmt: skip
def test_a_query_that_is_not_understood_fails(situation: Situation, text: object) -> None:
    reply = ask(situation, text)
    assert reply.status == "failed"
    assert isinstance(reply.detail, str)


def test_other_devices_answer_no_query(fleet: Fleet) -> None:
    others = [d for d in fleet.devices(100) if (d.profile, d.platform) != ("corporate", "windows")]
    assert {d.profile for d in others if d.platform == "windows"} == {"byod", "mam"}
    replies = {ask(Situation(fleet, device, 3), "Cpu").status for device in others}
    assert replies == {"notSupported"}


@pytest.mark.parametrize(
    ("profile", "ownership", "status"),
    [("byod", "corporate", "done"), ("corporate", "personal", "notSupported")],
)
def test_what_the_service_says_of_ownership_counts(
    fleet: Fleet, profile: str, ownership: str, status: str
) -> None:
    device = windows(fleet, profile).device
    assert ask(Situation(fleet, device, 3, ownership), "Cpu").status == status
