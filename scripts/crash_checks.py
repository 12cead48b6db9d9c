"""What is stored, beside what was acknowledged: by the driver alone, past the service."""

import json
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from crash_clients import Fleet

KINDS = "platform, ownership, enrollment_type, compliance_state, hidden"
SYNC = "syncDevice ManagedDevice"


def opened(url: str) -> Any:
    """A connection of the database's own driver."""
    if url.startswith("sqlite"):
        return closing(sqlite3.connect(url.removeprefix("sqlite:///")))
    import psycopg

    return psycopg.connect(url)


def compare(url: str, fleet: Fleet, folder: Path) -> Iterator[str]:
    """Everything that was lost, doubled or left half done."""
    with opened(url) as connection:
        yield from _devices(connection, fleet)
        yield from _orders(connection, fleet)
        yield from _receipts(connection, fleet)
        yield from _whole(connection)
    command = [sys.executable, "-m", "mdm_sim", "audit", "verify", "--database", url]
    told = subprocess.run(
        [*command, "--data-dir", str(folder)], capture_output=True, text=True, check=False
    )
    if told.returncode:
        yield f"the audit chain: {told.stdout}{told.stderr}"


def _devices(connection: Any, fleet: Fleet) -> Iterator[str]:
    query = "SELECT id, facts FROM managed_devices"
    rows = connection.execute(query)
    stored = {name: json.loads(facts).get("osVersion") for name, facts in rows}
    if len(stored) != len(fleet.devices):
        yield f"{len(stored)} devices are stored, {len(fleet.devices)} enrolled"
    for device in fleet.devices:
        expected = {device.value(device.kept), device.value(device.asked)}
        if stored.get(device.id) not in expected:
            yield f"device {device.number}: {stored.get(device.id)} is stored, not {expected}"


def _orders(connection: Any, fleet: Fleet) -> Iterator[str]:
    numbers = {device.id: device.number for device in fleet.devices}
    states: dict[str, str] = {}
    asked: Counter[int] = Counter()
    for name, record, state in connection.execute("SELECT id, record_id, state FROM orders"):
        states[name] = state
        asked[numbers[record]] += 1
    for number, most in fleet.asked_orders.items():
        if not fleet.told_orders[number] <= asked[number] <= most:
            yield f"device {number}: {asked[number]} orders, {fleet.told_orders[number]} to {most}"
    for device in fleet.devices:
        lost = [each for each in device.done if states.get(each) != "done"]
        if lost:
            yield f"device {device.number}: {len(lost)} orders were done and are not"
    done = sum(len(device.done) for device in fleet.devices)
    ended = Counter(states.values())
    if ended["done"] != done:
        yield f"{ended['done']} orders are done, devices did {done}"
    if ended["pending"] or ended["active"]:
        yield f"{ended['pending'] + ended['active']} orders are open at the end"
    entries = _count(connection, f"audit_events WHERE activity_type = '{SYNC}'")
    if entries != len(states):
        yield f"{entries} audit entries of {len(states)} orders"


def _receipts(connection: Any, fleet: Fleet) -> Iterator[str]:
    query = "SELECT record_id, SUM(times) FROM receipts GROUP BY record_id"
    times = {name: int(number) for name, number in connection.execute(query)}
    for device in fleet.devices:
        if times.get(device.id, 0) < device.acknowledged + 1:
            found = times.get(device.id, 0)
            yield f"device {device.number}: {found} receipts, {device.acknowledged + 1} told"


def _whole(connection: Any) -> Iterator[str]:
    """Whether what belongs together is there together, and the guard still takes every record."""
    devices = _count(connection, "managed_devices")
    if (number := _count(connection, "credentials WHERE kind = 'device'")) != devices:
        yield f"{number} tokens of {devices} devices"
    counted = f"SELECT {KINDS}, COUNT(*) FROM managed_devices GROUP BY {KINDS}"
    kept = f"SELECT {KINDS}, number FROM record_tallies WHERE workload = 'mdm'"
    if {*connection.execute(counted)} != {*connection.execute(kept)}:
        yield "the numbers of records are not those of a scan"
    try:
        connection.execute("UPDATE managed_devices SET facts = facts")
    except Exception as error:
        yield f"the guard refuses what is stored ({type(error).__name__})"
    connection.rollback()


def _count(connection: Any, what: str) -> int:
    return int(connection.execute(f"SELECT COUNT(*) FROM {what}").fetchone()[0])
