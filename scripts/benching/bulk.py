"""The bulk doors, and their limit: the same stored bytes through the driver alone."""

from __future__ import annotations

import http.client
import importlib
import json
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from functools import partial
from typing import Any

from benching import places
from benching.contestants import Absent, Started
from benching.databases import Stored
from benching.load import Load
from benching.measuring import FIRST_NUMBER, NUMBERS, Measured
from benching.processes import used

LINES = 1000
FULL = 8000  # characters of facts, which only devices with their apps have
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


def raw_limit(stored: Stored, runs: int) -> Iterator[Measured]:
    """The rows of a thousand devices of a fleet, written once more by the driver alone.

    Tables and indexes are as the service has them, without triggers; one commit.
    """
    raw = {"sqlite": _raw_sqlite, "postgresql": _raw_postgresql}[stored.database.name]
    for run in range(runs):
        yield from raw(stored, run)


def _raw_sqlite(stored: Stored, run: int) -> Iterator[Measured]:
    """sqlite3's executemany with the service's settings: inserts, and updates."""
    folder, name = places.SCRATCH / "raw", "raw executemany, sqlite"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(stored.folder / "mdm-sim.db")) as read:
        rows, schema = _rows(read.execute, "?"), list(_schema(read))
    with closing(sqlite3.connect(folder / "raw.db", isolation_level=None)) as write:
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON"):
            write.execute(f"PRAGMA {pragma}")
        for statement in schema:
            write.execute(statement)
        yield _timed(
            "bulk enroll", name, run, rows, time.process_time, partial(_insert, write, rows)
        )
        yield _timed("bulk check-in", name, run, rows, time.process_time, partial(_update, write))


def _raw_postgresql(stored: Stored, run: int) -> Iterator[Measured]:
    """COPY into tables like the service's; the server's CPU counts."""
    psycopg: Any = importlib.import_module("psycopg")
    copied = stored.copied(places.SCRATCH / "raw-postgresql")
    with (
        copied.database.opened(copied.folder) as url,
        psycopg.connect(url, autocommit=True) as write,
    ):
        rows = _rows(write.execute, "%s")
        for table in _COPIED:
            write.execute(f"CREATE TABLE raw_{table} (LIKE {table} INCLUDING ALL)")

        def cpu() -> float:
            server = copied.database.processes(copied.folder)
            return used(server) + time.process_time()

        yield _timed(
            "bulk enroll", "raw COPY, postgresql", run, rows, cpu, partial(_copy, write, rows)
        )


def _copy(write: Any, rows: Rows) -> None:
    with write.transaction():
        for table, each in rows.items():
            with write.cursor().copy(f"COPY raw_{table} FROM STDIN") as copy:
                for row in each:
                    copy.write_row(row)


def _timed(
    row: str, name: str, run: int, rows: Rows, cpu: Callable[[], float], work: Callable[[], None]
) -> Measured:
    count = len(rows["managed_devices"])
    before, begun = cpu(), time.perf_counter()
    work()
    took, spent = time.perf_counter() - begun, cpu() - before
    micro = took / count * 1e6
    return Measured(row, name, run, count / took, spent / count * 1e6, micro, micro, count, 0)


def _schema(read: sqlite3.Connection) -> Iterator[str]:
    asked = "SELECT sql FROM sqlite_schema WHERE tbl_name = ? AND type IN ('table', 'index')"
    for table in _COPIED:
        yield from (sql for (sql,) in read.execute(f"{asked} ORDER BY type DESC", (table,)) if sql)


def _rows(ask: Callable[..., Any], mark: str) -> dict[str, list[tuple[object, ...]]]:
    """The rows of a thousand devices that told of their apps, with what belongs to them."""
    full = f"SELECT * FROM managed_devices WHERE length(facts) > {FULL} LIMIT {LINES}"  # noqa: S608
    devices = ask(full).fetchall()
    found: dict[str, list[tuple[object, ...]]] = {"managed_devices": devices}
    for table, column in (("credentials", "subject_id"), ("receipts", "record_id")):
        asked = f"SELECT * FROM {table} WHERE {column} = {mark} LIMIT 1"  # noqa: S608
        found[table] = [ask(asked, (row[1],)).fetchone() for row in devices]
    found["audit_events"] = ask(f"SELECT * FROM audit_events LIMIT {LINES}").fetchall()  # noqa: S608
    return found


def _insert(write: sqlite3.Connection, rows: Rows) -> None:
    write.execute("BEGIN IMMEDIATE")
    for table, each in rows.items():
        marks = ", ".join("?" * len(each[0]))
        write.executemany(f"INSERT INTO {table} VALUES ({marks})", each)  # noqa: S608
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
