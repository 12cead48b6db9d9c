"""The database, and the two ways into it: `read` and `write`."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from mdm_sim.messages import Unavailable
from mdm_sim.store.dialects.backend import Owner
from mdm_sim.store.dialects.opening import backend

_BACKEND, _SCRUB = "mdm_sim.backend", "mdm_sim.scrub"


class Store:
    """One database. Every change happens inside one `write`, or not at all."""

    def __init__(self, url: str, *, full_sync: bool = False) -> None:
        """`url` is an SQLAlchemy URL of SQLite or PostgreSQL. Raises ValueError for another."""
        self._backend = backend(url, full_sync=full_sync)
        self.engine = self._backend.engine
        self._mine = threading.local()
        self._held: list[Connection] = []

    @contextmanager
    def write(self, owner: Owner = None) -> Iterator[Connection]:
        """A transaction that holds the writer's place from its first statement. Raises Unavailable.

        With a tenant (or what finds it in the database) it is that tenant's alone, where the
        database has more than one such place.
        """
        with self._reaching(), self._connection(self._backend.engine) as connection:
            connection.info[_BACKEND] = self._backend
            with connection.begin():
                self._backend.claim(connection, owner)
                yield connection
            if connection.info.pop(_SCRUB, False):
                self._backend.purged(connection)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A snapshot to read from; it blocks nobody. Raises Unavailable."""
        with (
            self._reaching(),
            self._connection(self._backend.readers) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        """Raise Unavailable for a database that cannot be had now, in place of what says why."""
        try:
            yield
        except Exception as error:
            told = error.orig if isinstance(error, DBAPIError) else error
            if not (isinstance(told, PoolTimeoutError) or self._backend.is_away(told)):
                raise
        else:
            return
        raise Unavailable from None

    @contextmanager
    def _connection(self, engine: Engine) -> Iterator[Connection]:
        """The thread's own connection of an engine, which it keeps; another one inside of its use.

        Taking one from the pool and giving it back costs more than a small transaction.
        """
        mine: dict[Engine, Connection] = self._mine.__dict__.setdefault("connections", {})
        held = mine.get(engine)
        if held is not None and held.in_transaction():
            with engine.connect() as connection:
                yield connection
            return
        if held is None:
            held = mine[engine] = engine.connect()
            self._held.append(held)
        is_whole = False
        try:
            yield held
            is_whole = True
        finally:
            if not is_whole:
                # The pool rolls back a connection that broke off, however it stands.
                del mine[engine]
                self._held.remove(held)
                held.close()

    def scrub(self) -> None:
        """See that what was purged is gone, where nobody bars it."""
        with self._reaching(), self.engine.connect() as connection:
            self._backend.scrub(connection)

    def compact(self, at_most: int | None = None) -> None:
        """Tidy the whole database where a purge asks for it, if it has `at_most` bytes."""
        with self._reaching(), self.engine.connect() as connection:
            self._backend.compact(connection, at_most)

    def close(self) -> None:
        """Give every connection back to the operating system."""
        while self._held:
            self._held.pop().close()
        self._mine = threading.local()
        self.engine.dispose()


def scrub_after(connection: Connection) -> None:
    """Ask that what this transaction purges leaves the database once it is committed."""
    if not connection.info.get(_SCRUB):
        connection.info[_SCRUB] = True
        connection.info[_BACKEND].purging(connection)
