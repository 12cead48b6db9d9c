"""Start and size: seconds until ready, resident memory, bytes on disk for each device."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from statistics import median
from typing import Any

from benching import fleets, installing, places, service
from benching.contestants import Absent
from benching.databases import DATABASES, Database
from benching.processes import free_port, start

STARTS = 5
# The columns that hold JSON documents.
_JSON = ("facts", "document", "detail", "parameters")


def starts(size: int) -> dict[str, Any]:
    """The median of five starts of each, in turn: command to first answer, in seconds."""
    ways: dict[str, Callable[[], float]] = {
        "mdm-sim, new database": lambda: _service(None),
        f"mdm-sim, {size:,} devices": lambda: _service(size),
        "moto server": _moto,
    }
    found: dict[str, list[float]] = {name: [] for name in ways}
    absent = {}
    for _ in range(STARTS):
        for name, way in ways.items():
            try:
                found[name].append(way())
            except Absent as reason:
                absent[name] = str(reason)
    medians = {name: round(median(times), 3) for name, times in found.items() if times}
    return {"median": medians, "all": found, "absent": absent}


def _service(size: int | None) -> float:
    folder = places.SCRATCH / "start"
    shutil.rmtree(folder, ignore_errors=True)
    if size is not None:
        service.stored_in(DATABASES["sqlite"], size).copied(folder / "store")
    (folder / "store").mkdir(parents=True, exist_ok=True)
    running = service.serve(f"sqlite:///{folder / 'store' / 'mdm-sim.db'}", folder)
    running.stop()
    return running.ready_seconds


def _moto() -> float:
    port = free_port()
    command = [*installing.moto(), "-H", "127.0.0.1", "-p", str(port)]
    running = start(command, places.SCRATCH / "start-moto", port, "/moto-api/data.json")
    running.stop()
    return running.ready_seconds


def on_disk(database: Database, size: int) -> dict[str, float]:
    """Bytes for each device: of the files, of the JSON in them, of the indexes.

    `ratio` is the files in JSON and indexes together. SQLite alone tells what its indexes take.
    """
    fleet = fleets.prepared(database, size)
    found = {"files": fleet.store.bytes() / size, "seconds_to_make": fleet.seconds_to_make}
    if database.name != "sqlite":
        return found
    connection = sqlite3.connect(fleet.store.folder / "mdm-sim.db")
    try:
        json_bytes = sum(_json_bytes(connection)) / size
        indexes = _index_bytes(connection) / size
    finally:
        connection.close()
    ratio = found["files"] / (json_bytes + indexes)
    return found | {"json": json_bytes, "indexes": indexes, "ratio": ratio}


def _json_bytes(connection: sqlite3.Connection) -> list[int]:
    found = []
    for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'"):
        columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
        for column in set(columns) & set(_JSON):
            total = f'SELECT total(length(CAST("{column}" AS BLOB))) FROM "{table}"'  # noqa: S608
            found.append(int(connection.execute(total).fetchone()[0]))
    return found


def _index_bytes(connection: sqlite3.Connection) -> int:
    """Pages of indexes; of these SQLite has one for each primary key too."""
    asked = (
        "SELECT sum(pgsize) FROM dbstat WHERE aggregate = 1 AND name IN "
        "(SELECT name FROM sqlite_schema WHERE type = 'index')"
    )
    return int(connection.execute(asked).fetchone()[0])
