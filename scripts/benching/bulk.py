"""The bulk doors, and their limit: the same stored bytes through the driver alone."""

from __future__ import annotations

import http.client
import json
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path

from benching import places
from benching.contestants import Absent, Started
from benching.load import Load
from benching.measuring import FIRST_NUMBER, NUMBERS, Measured

LINES = 1000
DOORS = {
    "bulk enroll": ("enroll", "/mdm/v1/enrollments:bulk"),
    "bulk check-in": ("check-in changed", "/mdm/v1/check-ins:bulk"),
}
_NDJSON = "application/x-ndjson"


def lines(row: str, load: Load, first: int, count: int) -> bytes:
    """So many lines of a bulk request: what the single door takes, with a key of one's own.

    A check-in's line also has the token that the single door takes in its header.
    """
    made = []
    for place in range(count):
        body = json.loads(load.filled(load.body, first + place, place))
        body["key"] = f"bench-{first + place}"
        if row == "bulk check-in":
            body["deviceToken"] = load.values[place % len(load.values)]["deviceToken"]
        made.append(json.dumps(body, separators=(",", ":")))
    return ("\n".join(made) + "\n").encode()


def run_door(row: str, name: str, started: Started, runs: int) -> Iterator[Measured]:
    """A request of a thousand lines, so many times. Raises Absent where there is no such door."""
    single, path = DOORS[row]
    for run in range(runs):
        first = FIRST_NUMBER + (1000 + run) * NUMBERS
        load = started.loads(first)[single]
        port, authorization = started.running.port, load.headers["Authorization"]
        _post(port, path, authorization, lines(row, load, first, 1), 1)  # is there such a door?
        body = lines(row, load, first + LINES, LINES)
        before, begun = started.running.cpu(), time.perf_counter()
        _post(port, path, authorization, body, LINES)
        took, cpu = time.perf_counter() - begun, started.running.cpu() - before
        micro = took / LINES * 1e6
        yield Measured(row, name, run, LINES / took, cpu / LINES * 1e6, micro, micro, LINES, 0)


def _post(port: int, path: str, authorization: str, body: bytes, count: int) -> None:
    headers = {"Content-Type": _NDJSON}
    if "\x1f" not in authorization:
        headers["Authorization"] = authorization
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as connection:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        told = answer.read()
    if answer.status in {404, 405}:
        message = "there is no such door yet"
        raise Absent(message)
    if answer.status != 200:
        message = f"it answers {answer.status}"
        raise Absent(message)
    if len(told.splitlines()) != count:
        message = "it does not answer a line for a line"
        raise Absent(message)


_COPIED = ("managed_devices", "credentials", "receipts", "audit_events")
Rows = Mapping[str, list[tuple[object, ...]]]


def raw_limit(source: Path, runs: int) -> Iterator[Measured]:
    """The rows of a thousand stored devices, written once more by sqlite3 alone.

    `source` is the fleet's file. Tables and indexes are as the service has them, without triggers,
    with its settings; a thousand devices are one commit.
    """
    folder, name = places.SCRATCH / "raw", "raw executemany, sqlite"
    for run in range(runs):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with closing(sqlite3.connect(source)) as read:
            stored, schema = _stored(read), list(_schema(read))
        with closing(sqlite3.connect(folder / "raw.db", isolation_level=None)) as write:
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON"):
                write.execute(f"PRAGMA {pragma}")
            for statement in schema:
                write.execute(statement)
            yield _timed("bulk enroll", name, run, partial(_insert, write, stored))
            yield _timed("bulk check-in", name, run, partial(_update, write))


def _timed(row: str, name: str, run: int, work: Callable[[], None]) -> Measured:
    cpu, begun = time.process_time(), time.perf_counter()
    work()
    took, used = time.perf_counter() - begun, time.process_time() - cpu
    micro = took / LINES * 1e6
    return Measured(row, name, run, LINES / took, used / LINES * 1e6, micro, micro, LINES, 0)


def _schema(read: sqlite3.Connection) -> Iterator[str]:
    asked = "SELECT sql FROM sqlite_schema WHERE tbl_name = ? AND type IN ('table', 'index')"
    for table in _COPIED:
        yield from (sql for (sql,) in read.execute(f"{asked} ORDER BY type DESC", (table,)) if sql)


def _stored(read: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """The rows of a thousand devices that told of their apps, with what belongs to them."""
    devices = read.execute(
        "SELECT * FROM managed_devices WHERE json_extract(facts, '$.applications') IS NOT NULL "
        "LIMIT ?",
        (LINES,),
    ).fetchall()
    found: dict[str, list[tuple[object, ...]]] = {"managed_devices": devices}
    for table, column in (("credentials", "subject_id"), ("receipts", "record_id")):
        asked = f"SELECT * FROM {table} WHERE {column} = ? LIMIT 1"  # noqa: S608
        found[table] = [read.execute(asked, (row[1],)).fetchone() for row in devices]
    found["audit_events"] = read.execute("SELECT * FROM audit_events LIMIT ?", (LINES,)).fetchall()
    return found


def _insert(write: sqlite3.Connection, stored: Rows) -> None:
    write.execute("BEGIN IMMEDIATE")
    for table, rows in stored.items():
        marks = ", ".join("?" * len(rows[0]))
        write.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608
    write.execute("COMMIT")


def _update(write: sqlite3.Connection) -> None:
    """The facts and the moment of each, and its receipt counted once more."""
    asked = "SELECT facts, tenant_id, id FROM managed_devices"
    rows = [(time.time(), *row) for row in write.execute(asked)]
    facts = "UPDATE managed_devices SET last_sync_at = ?, facts = ? WHERE tenant_id = ? AND id = ?"
    counted = (
        "UPDATE receipts SET last_at = ?, times = times + 1 WHERE tenant_id = ? AND record_id = ?"
    )
    write.execute("BEGIN IMMEDIATE")
    write.executemany(facts, rows)
    write.executemany(counted, [(row[0], row[2], row[3]) for row in rows])
    write.execute("COMMIT")
