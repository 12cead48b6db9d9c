"""Many changes in one transaction: writes wait and go to the driver together, reads are remembered.

A `Batch` stands in for the connection. Whoever works with it works as ever: what waits is written
before anything reads its tables, and what was read is read again once its tables were written to.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Executable

from mdm_sim.store.prepared import Found, Prepared


class Batch:
    """A connection for the lines of one tenant, inside a transaction that the caller has begun.

    `writes` counts what was asked to be written, at once or later. What waits is written by
    `flush`, which the caller has to call at the end.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.info, self.dialect, self.connection = (
            connection.info,
            connection.dialect,
            connection.connection,
        )
        self.writes = 0
        self._waiting: dict[Prepared, list[dict[str, Any]]] = {}
        self._memo: dict[Any, tuple[Found, int, bool]] = {}
        self._tick, self._all_written = 0, 0
        self._written: dict[str, int] = {}
        self._done: dict[str, int] = {}
        self._foresees = False

    @contextmanager
    def foreseeing(self) -> Iterator[None]:
        """What is read meanwhile stays true whatever waits: the caller knows that the lines to come
        have nothing to do with each other. What is written at once still counts.
        """
        self._foresees = True
        try:
            yield
        finally:
            self._foresees = False

    def prepared(self, statement: Prepared, values: dict[str, Any]) -> Found:
        """Run a prepared statement now, later, or not again."""
        if statement.is_write:
            return self._write(statement, values)
        key = (statement, *values.items())
        known = self._memo.get(key)
        if known is not None and self._holds(statement, known):
            return known[0]
        found = self._run(statement, values)
        self._memo[key] = (found, self._tick, self._foresees)
        return found

    def now_finds(self, statement: Prepared, rows: list[Any], values: dict[str, Any]) -> None:
        """What a read will find from now on, as far as the caller has just written it."""
        self._memo[statement, *values.items()] = (Found(rows, -1), self._tick, False)

    def execute(self, statement: Executable, *given: Any, **options: Any) -> Any:
        """Run any other statement, after what waits; a write makes everything be read again."""
        self.flush()
        if not statement.is_select:
            self._tick += 1
            self.writes += 1
            self._all_written = self._tick
        return self._connection.execute(statement, *given, **options)

    def flush(self) -> None:
        """Write what waits, each statement once for all its rows."""
        while self._waiting:
            statement = next(iter(self._waiting))
            statement.many(self._connection, self._waiting.pop(statement))

    def forget(self) -> None:
        """Write what waits, and read everything anew from here on."""
        self.flush()
        self._memo.clear()

    def _write(self, statement: Prepared, values: dict[str, Any]) -> Found:
        self._tick += 1
        self.writes += 1
        self._written.update(dict.fromkeys(statement.tables, self._tick))
        if statement.can_wait:
            rows = self._waiting.setdefault(statement, [])
            if statement.counts_last:
                rows.clear()
            rows.append(values)
            return Found([], -1)
        self._done.update(dict.fromkeys(statement.tables, self._tick))
        return self._run(statement, values)

    def _run(self, statement: Prepared, values: dict[str, Any]) -> Found:
        for other in [each for each in self._waiting if each.tables & statement.tables]:
            other.many(self._connection, self._waiting.pop(other))
        return statement(self._connection, **values)

    def _holds(self, statement: Prepared, known: tuple[Found, int, bool]) -> bool:
        _, since, is_foreseen = known
        written = self._done if is_foreseen else self._written
        moments = (written.get(name, 0) for name in statement.tables)
        return max(chain(moments, (self._all_written,))) <= since
