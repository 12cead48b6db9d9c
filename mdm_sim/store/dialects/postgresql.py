"""PostgreSQL through psycopg: how it is opened, its locks, what of its errors may be told.

Writers read what is committed and wait for the writer's place, an advisory lock of their tenant
that ends with the transaction, so that within a tenant they come one after another as on SQLite.
Readers have a snapshot (REPEATABLE READ, READ ONLY).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import ConnectionPoolEntry

from mdm_sim.store.dialects.backend import Owner
from mdm_sim.store.dialects.refusals import REFUSALS

DRIVER = "postgresql+psycopg"
_POOL, _OVERFLOW = 5, 15
# The first number of every advisory lock here, so that another program's do not meet them.
_SPACE = 0x6D646D
_EVERYBODY = f"SELECT pg_advisory_xact_lock({_SPACE}, 0)"
_ONE = (
    f"SELECT pg_advisory_xact_lock_shared({_SPACE}, 0), pg_advisory_xact_lock({_SPACE}, %(tenant)s)"
)
# Tables with this many rows that were removed or replaced, and are still in their files.
_DUE = text(
    "SELECT quote_ident(relname) FROM pg_stat_user_tables WHERE n_dead_tup > 0 "
    "AND schemaname = current_schema() AND (CAST(:most AS bigint) IS NULL "
    "OR pg_total_relation_size(relid) <= :most) ORDER BY relname"
)


class PostgreSQL:
    """A database of a server, with one writer at a time for each tenant."""

    def __init__(self, url: str, *, full_sync: bool) -> None:
        """Connect to `url` when there is something to do; commits are always synchronous."""
        del full_sync
        told = make_url(url).set(drivername=DRIVER)
        self.engine: Engine = create_engine(
            told,
            hide_parameters=True,
            isolation_level="READ COMMITTED",
            pool_size=_POOL,
            max_overflow=_OVERFLOW,
            pool_pre_ping=True,
            connect_args={"cursor_factory": _Cursor},
        )
        self.readers: Engine = self.engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

        @event.listens_for(self.engine, "connect")
        def _prepare(connection: Any, _record: ConnectionPoolEntry) -> None:
            for name in ("json", "jsonb"):
                connection.adapters.register_loader(name, _Text)
            connection.adapters.register_loader("numeric", _Number)

    def is_away(self, error: BaseException | None) -> bool:
        """Whether the server is gone, stopping, starting or short of something (class 57, 53 …)."""
        return isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError))

    def claim(self, connection: Connection, owner: Owner) -> None:
        """Wait until no other transaction writes in the tenant, or (None) anywhere.

        A tenant that is found in the database is found before the wait for its place, so that
        nothing else of what was read then may be relied on.
        """
        if owner is None:
            connection.exec_driver_sql(_EVERYBODY)
            return
        found = owner if isinstance(owner, str) else owner(connection)
        if found is not None:
            connection.exec_driver_sql(_ONE, {"tenant": _key(found)})

    def purging(self, connection: Connection) -> None:
        """Nothing to note: the server counts its dead rows itself."""

    def purged(self, connection: Connection) -> None:
        """What is deleted can be read by no later statement; its room is VACUUM's."""

    def scrub(self, connection: Connection) -> None:
        """The write-ahead log is the server's."""

    def compact(self, connection: Connection, at_most: int | None) -> None:
        """VACUUM the tables that have dead rows, those of at most `at_most` bytes."""
        names = list(connection.execute(_DUE, {"most": at_most}).scalars())
        connection.rollback()
        alone = connection.execution_options(isolation_level="AUTOCOMMIT")
        for name in names:
            alone.exec_driver_sql(f"VACUUM (SKIP_LOCKED) {name}")


def _key(tenant_id: str) -> int:
    """A tenant's number for its lock; two that share one wait for each other, no more."""
    digest = hashlib.sha256(tenant_id.encode()).digest()
    return int.from_bytes(digest[:4], signed=True) or 1


# A NUL in JSON: its escape, behind an even number of backslashes.
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


class _Cursor(psycopg.Cursor[Any]):
    """A cursor whose errors repeat no value: the server's name rows and keys in full.

    A NUL, which no text of PostgreSQL can have, becomes U+FFFD, also where it is escaped in JSON.
    """

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        """Run a statement. Raises the server's error without its texts."""
        try:
            return super().execute(query, _storable(params), **options)
        except psycopg.Error as error:
            told = _told(error)
        raise told  # here, where the server's own error is no context of it

    def executemany(self, query: Any, params_seq: Any, **options: Any) -> None:
        """Run a statement for each of many rows. Raises as `execute` does."""
        try:
            super().executemany(query, [_storable(each) for each in params_seq], **options)
            return
        except psycopg.Error as error:
            told = _told(error)
        raise told


def _storable(values: Any) -> Any:
    if isinstance(values, Mapping):
        if any(map(_has_nul, values.values())):
            return {name: _without_nul(value) for name, value in values.items()}
    elif values and any(map(_has_nul, values)):
        return [_without_nul(value) for value in values]
    return values


def _has_nul(value: Any) -> bool:
    return isinstance(value, str) and ("\0" in value or "\\u0000" in value)


def _without_nul(value: Any) -> Any:
    if not _has_nul(value):
        return value
    return _NUL.sub(r"\1\\ufffd", value.replace("\0", "\ufffd"))


def _told(error: psycopg.Error) -> psycopg.Error:
    """The same error, of which is told what the guard says, or else what kind it is."""
    own = error.diag.message_primary
    code = error.sqlstate or "without a code"
    return type(error)(own if own in REFUSALS else f"{type(error).__name__} ({code})")


class _Text(Loader):
    """JSON as the text that it is; whoever asks for it reads it."""

    def load(self, data: Buffer) -> str:
        """The text."""
        return bytes(data).decode()


class _Number(Loader):
    """A number of JSON: whole where it is written without a dot."""

    def load(self, data: Buffer) -> int | float:
        """The number."""
        told = bytes(data)
        return int(told) if told.lstrip(b"-").isdigit() else float(told)
