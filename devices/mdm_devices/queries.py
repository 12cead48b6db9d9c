"""Answers to device queries: the table that a query begins with, and how many rows it takes.

The language is not evaluated: of `Table | … | take N` the table and N are read, and whatever else
the query asks is left out. A device knows the tables below and fails for any other.
"""

import re
from collections.abc import Callable
from typing import Any

from mdm_devices.facts import Facts

Row = dict[str, Any]
_TABLE = re.compile(r"\s*(?P<table>[A-Za-z]+)\s*(?P<rest>$|\|.*)", re.DOTALL)
_TAKE = re.compile(r"\|\s*take\s+(?P<number>\d{1,6})\s*(?:\||$)")
_PROCESSES = ("explorer.exe", "svchost.exe", "lsass.exe", "MsSense.exe", "Teams.exe")


def _storage(facts: Facts) -> list[Row]:
    return [
        {
            "DriveIdentifier": "C:",
            "FileSystem": "NTFS",
            "DiskSizeBytes": facts.get("totalStorageSpaceInBytes"),
            "FreeSpaceBytes": facts.get("freeStorageSpaceInBytes"),
        }
    ]


def _processes(_facts: Facts) -> list[Row]:
    return [
        {"ProcessName": name, "ProcessId": 1000 + 4 * place}
        for place, name in enumerate(_PROCESSES)
    ]


# Tables of Microsoft's device query -> the rows that a device has there.
TABLES: dict[str, Callable[[Facts], list[Row]]] = {
    "OsVersion": lambda facts: [
        {"OsName": facts.get("operatingSystem"), "OsVersion": facts.get("osVersion")}
    ],
    "BiosInfo": lambda facts: [
        {"Manufacturer": facts.get("manufacturer"), "SerialNumber": facts.get("serialNumber")}
    ],
    "SystemInfo": lambda facts: [
        {"DeviceName": facts.get("deviceName"), "Model": facts.get("model")}
    ],
    "EncryptableVolume": lambda facts: [
        {"WindowsDriveLetter": "C:", "ProtectionStatus": "PROTECTED"}
        if facts.get("isEncrypted")
        else {"WindowsDriveLetter": "C:", "ProtectionStatus": "UNPROTECTED"}
    ],
    "LogicalDrive": _storage,
    "Process": _processes,
}


def answer(query: object, facts: Facts) -> list[Row] | None:
    """The rows of a query; None for one that is no query, or of a table that is not known."""
    found = _TABLE.fullmatch(query) if isinstance(query, str) else None
    table = TABLES.get(found["table"]) if found else None
    if found is None or table is None:
        return None
    rows = table(facts)
    take = _TAKE.search(found["rest"])
    return rows[: int(take["number"])] if take else rows
