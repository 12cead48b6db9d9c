"""The database: how it is opened, and the two ways in: `read` and `write`.

SQLite settings are the measured ones: WAL with `synchronous=NORMAL` (an acknowledged request
survives the death of the process; `full_sync` also survives the loss of power), writers queue on
BEGIN IMMEDIATE. `secure_delete` overwrites what is deleted with zeros.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import ConnectionPoolEntry

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
_SCRUB = "mdm_sim.scrub"
# Up to this size (in bytes) the file is compacted with the purge itself, some 10 ms of work.
SMALL = 1024 * 1024
_PURGES = "purges"
_DUE = "SELECT value FROM counters WHERE name = ?"
_DONE = "UPDATE counters SET value = 0 WHERE name = ? AND value = ?"
_SIZE = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
_LOG = logging.getLogger("mdm_sim")


class Store:
    """One database. Every change happens inside one `write`, or not at all."""

    def __init__(self, url: str, *, full_sync: bool = False) -> None:
        """`url` is an SQLAlchemy URL; only SQLite is served for now."""
        if make_url(url).get_backend_name() != "sqlite":
            message = "the database URL must begin with sqlite:///"
            raise ValueError(message)
        self.engine = _open(url, "FULL" if full_sync else "NORMAL")
        self._mine = threading.local()
        self._held: list[Connection] = []

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that holds the writer's place from its first statement."""
        with self._connection(read_only=False) as connection:
            with connection.begin():
                yield connection
            if connection.info.pop(_SCRUB, False):
                scrub(connection)
                compact(connection, SMALL)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A snapshot to read from; it blocks nobody."""
        with self._connection(read_only=True) as connection, connection.begin():
            yield connection

    @contextmanager
    def _connection(self, *, read_only: bool) -> Iterator[Connection]:
        """The thread's own connection, which it keeps; another one inside of a transaction.

        Taking one from the pool and giving it back costs more than a small transaction.
        """
        held: Connection | None = getattr(self._mine, "connection", None)
        if held is not None and held.in_transaction():
            with self.engine.connect() as connection:
                yield connection.execution_options(read_only=read_only)
            return
        if held is None:
            held = self._mine.connection = self.engine.connect()
            self._held.append(held)
        is_whole = False
        try:
            yield held.execution_options(read_only=read_only)
            is_whole = True
        finally:
            if not is_whole:
                self._drop(held)

    def _drop(self, held: Connection) -> None:
        """Give back a connection that broke off, however it stands: the pool rolls it back."""
        self._mine.connection = None
        self._held.remove(held)
        held.close()

    def scrub(self) -> None:
        """Cut the write-ahead log to nothing, where nobody bars it."""
        with self.engine.connect() as connection:
            scrub(connection)

    def compact(self, at_most: int | None = None) -> None:
        """Write the file anew where a purge asks for it, if it has `at_most` bytes."""
        with self.engine.connect() as connection:
            compact(connection, at_most)

    def close(self) -> None:
        """Give every connection back to the operating system."""
        while self._held:
            self._held.pop().close()
        self._mine = threading.local()
        self.engine.dispose()


def scrub_after(connection: Connection) -> None:
    """Ask that what this transaction purges leaves every file once it is committed."""
    if not connection.info.get(_SCRUB):
        connection.info[_SCRUB] = True
        count(connection, _PURGES)


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


def _open(url: str, synchronous: str) -> Engine:
    engine = create_engine(url, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (*_PRAGMAS, f"synchronous={synchronous}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        connection.create_function("sha256", 1, _sha256, deterministic=True)
        connection.create_function("lower", 1, _lower, deterministic=True)
        connection.create_function("upper", 1, _upper, deterministic=True)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        read_only = connection.get_execution_options().get("read_only", False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine
