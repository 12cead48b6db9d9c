"""SQLite: how it is opened, and how what is deleted leaves its files.

The settings are the measured ones: WAL with `synchronous=NORMAL` (an acknowledged request survives
the death of the process; `full_sync` also survives the loss of power), writers queue on BEGIN
IMMEDIATE. `secure_delete` overwrites what is deleted with zeros.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from mdm_sim.store.dialects.backend import Owner
from mdm_sim.store.minting import count

_PATIENCE, _SCRUB_PATIENCE = 10_000, 200  # milliseconds
_PRAGMAS = (
    "journal_mode=WAL",
    f"busy_timeout={_PATIENCE}",
    "secure_delete=ON",
    "temp_store=MEMORY",
    "foreign_keys=ON",
    "mmap_size=268435456",
    "cache_size=-32768",
)
# Up to this size (in bytes) the file is compacted with the purge itself, some 10 ms of work.
SMALL = 1024 * 1024
_PURGES = "purges"
_DUE = "SELECT value FROM counters WHERE name = ?"
_DONE = "UPDATE counters SET value = 0 WHERE name = ? AND value = ?"
_SIZE = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
_LOG = logging.getLogger("mdm_sim")


class SQLite:
    """One file, with one writer at a time."""

    def __init__(self, url: str, *, full_sync: bool) -> None:
        """Open the file of `url`; it is made where there is none."""
        synchronous = "FULL" if full_sync else "NORMAL"
        self.engine: Engine = create_engine(url, hide_parameters=True)
        self.readers: Engine = self.engine.execution_options(read_only=True)

        @event.listens_for(self.engine, "connect")
        def _prepare(connection: Any, _record: ConnectionPoolEntry) -> None:
            connection.isolation_level = None
            cursor = connection.cursor()
            for pragma in (*_PRAGMAS, f"synchronous={synchronous}"):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()
            for name, function in _FUNCTIONS.items():
                connection.create_function(name, 1, function, deterministic=True)

        @event.listens_for(self.engine, "begin")
        def _begin(connection: Connection) -> None:
            read_only = connection.get_execution_options().get("read_only", False)
            begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"
            # By the driver alone: through SQLAlchemy it costs as much as a small query.
            connection.connection.cursor().execute(begin)

    def is_away(self, error: BaseException | None) -> bool:
        """Whether somebody else held the file for longer than our patience."""
        code = getattr(error, "sqlite_errorcode", None) or sqlite3.SQLITE_OK
        return code & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}

    def claim(self, connection: Connection, owner: Owner) -> None:
        """BEGIN IMMEDIATE is the one writer's place, whoever's tenant it is."""

    def purging(self, connection: Connection) -> None:
        """Count it: whoever compacts the file next has to know."""
        count(connection, _PURGES)

    def purged(self, connection: Connection) -> None:
        """Cut the write-ahead log; write a small file anew at once."""
        scrub(connection)
        compact(connection, SMALL)

    def scrub(self, connection: Connection) -> None:
        """Cut the write-ahead log to nothing, where nobody bars it."""
        scrub(connection)

    def compact(self, connection: Connection, at_most: int | None) -> None:
        """Write the file anew where a purge asks for it, if it has `at_most` bytes."""
        compact(connection, at_most)


def scrub(connection: Connection) -> bool:
    """Move the write-ahead log into the database and cut it to nothing; returns whether it is.

    A reader can bar it; it is not waited for long, and upkeep does it again.
    """
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={_SCRUB_PATIENCE}")
    (barred, *_) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    cursor.execute(f"PRAGMA busy_timeout={_PATIENCE}")
    cursor.close()
    return not barred


def compact(connection: Connection, at_most: int | None) -> None:
    """Write the whole file anew when something was purged since the last time.

    `secure_delete` overwrites what is deleted where it is. But when SQLite splits a page it leaves
    copies of the cells that moved in what is then unused, and those outlive a later deletion.
    A file of more than `at_most` bytes is left for another time, as is one that somebody else uses.
    """
    cursor = connection.connection.cursor()
    (purges,) = cursor.execute(_DUE, (_PURGES,)).fetchone() or (0,)
    (size,) = cursor.execute(_SIZE).fetchone()
    if purges and (at_most is None or size <= at_most):
        cursor.execute(f"PRAGMA busy_timeout={_SCRUB_PATIENCE}")
        try:
            cursor.execute("VACUUM")
        except sqlite3.OperationalError as error:
            _LOG.info("the database was not compacted: %s", error.sqlite_errorname)
        else:
            if scrub(connection):
                cursor.execute(_DONE, (_PURGES, purges))
        cursor.execute(f"PRAGMA busy_timeout={_PATIENCE}")
    cursor.close()


def _sha256(text: str) -> str:
    """SQL's `sha256`, which SQLite does not have: the digest of a text in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _lower(value: Any) -> Any:
    """SQL's `lower` for every script; SQLite's own knows the letters of ASCII only."""
    return value.lower() if isinstance(value, str) else value


def _upper(value: Any) -> Any:
    """SQL's `upper` for every script."""
    return value.upper() if isinstance(value, str) else value


_FUNCTIONS = {"sha256": _sha256, "lower": _lower, "upper": _upper}
