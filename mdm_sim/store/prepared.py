"""Statements that are written in SQLAlchemy, compiled once, and run by the driver alone.

Measured on the hot path: one row costs ten times as much through SQLAlchemy's cursor as through the
driver's own.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Executable, Table
from sqlalchemy.engine.interfaces import Compiled, Dialect
from sqlalchemy.exc import MultipleResultsFound, NoResultFound
from sqlalchemy.sql import ClauseElement, visitors
from sqlalchemy.sql.dml import UpdateBase


class Found:
    """What a statement found, all of it: rows by name and place; or how many rows it changed."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: list[Any], rowcount: int) -> None:
        self._rows, self.rowcount = rows, rowcount

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def all(self) -> list[Any]:
        """Every row."""
        return self._rows

    def first(self) -> Any:
        """The first row, or None."""
        return self._rows[0] if self._rows else None

    def one_or_none(self) -> Any:
        """The only row, or None. Raises MultipleResultsFound."""
        if len(self._rows) > 1:
            message = "at most one row was expected"
            raise MultipleResultsFound(message)
        return self.first()

    def one(self) -> Any:
        """The only row. Raises NoResultFound, MultipleResultsFound."""
        if not self._rows:
            message = "a row was expected"
            raise NoResultFound(message)
        return self.one_or_none()

    def scalar(self) -> Any:
        """The first value of the first row, or None."""
        return self._rows[0][0] if self._rows else None

    def scalar_one(self) -> Any:
        """The first value of the only row. Raises as `one` does."""
        return self.one()[0]


@dataclass(slots=True)
class _Text:
    """A statement as one database reads it; `order` where its parameters have no names.

    `given` are parameters that have a value already, `row` makes a row of what was found.
    """

    sql: str
    order: tuple[str, ...] | None
    given: dict[str, Any]
    row: Callable[[Sequence[Any]], Any] | None = field(default=None)

    def parameters(self, values: dict[str, Any]) -> Any:
        """Values by name, as the driver takes them."""
        given = self.given | values if self.given else values
        return given if self.order is None else tuple(map(given.__getitem__, self.order))


class Prepared:
    """A statement whose `bindparam` names are given as keywords when it is run.

    Where many changes are made at a time (`batching`), a write that `can_wait` is made with others
    of its kind: nobody asks how many rows it changed. Of one that `counts_last` the last one of a
    tenant makes those before it needless.
    """

    def __init__(
        self, statement: Executable, *, can_wait: bool = False, counts_last: bool = False
    ) -> None:
        """`statement` is any Core statement; what is in an `IN` is there as it is written."""
        self._statement = statement
        self._texts: dict[str, _Text] = {}
        self.is_write = isinstance(statement, UpdateBase)
        self.can_wait, self.counts_last = can_wait or counts_last, counts_last

    @cached_property
    def tables(self) -> frozenset[str]:
        """The names of the tables that it reads and writes."""
        assert isinstance(self._statement, ClauseElement)  # noqa: S101 - compiled as one
        return frozenset(
            part.name for part in visitors.iterate(self._statement) if isinstance(part, Table)
        )

    def __call__(self, connection: Connection, **values: Any) -> Found:
        """Run it in the transaction that `connection` is in; values go to the driver as they are.

        Values come back as the driver has them too: a boolean may be a number. Errors are the
        driver's own.
        """
        if connection.__class__ is not Connection:
            batch: Any = connection
            found: Found = batch.prepared(self, values)
            return found
        text = self._text(connection.dialect)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(text.sql, text.parameters(values))
            columns: Any = cursor.description
            if columns is None:
                return Found([], cursor.rowcount)
            if text.row is None:
                text.row = _row_of([column[0] for column in columns])
            return Found(list(map(text.row, cursor.fetchall())), cursor.rowcount)
        finally:
            cursor.close()

    def many(self, connection: Connection, rows: list[dict[str, Any]]) -> None:
        """Run it for each of `rows`, in one call of the driver. Raises the driver's errors."""
        text = self._text(connection.dialect)
        cursor = connection.connection.cursor()
        try:
            cursor.executemany(text.sql, list(map(text.parameters, rows)))
        finally:
            cursor.close()

    def now_finds(self, connection: Connection, rows: list[Any], **values: Any) -> None:
        """Tell a batch what this read finds after what was just written; else nothing is kept."""
        if connection.__class__ is not Connection:
            batch: Any = connection
            batch.now_finds(self, rows, values)

    def _text(self, dialect: Dialect) -> _Text:
        text = self._texts.get(dialect.name)
        if text is None:
            text = self._texts[dialect.name] = _text(self._statement, dialect)
        return text


def _text(statement: Executable, dialect: Dialect) -> _Text:
    compiled = _compiled(statement, dialect)
    order = getattr(compiled, "positiontup", None)
    given = {name: value for name, value in compiled.params.items() if value is not None}
    return _Text(str(compiled), None if order is None else tuple(order), given)


def _row_of(names: list[str]) -> Callable[[Sequence[Any]], Any]:
    made: Any = namedtuple("Row", names)  # type: ignore[misc]
    return made._make


def _compiled(statement: Executable, dialect: Dialect) -> Compiled:
    if not isinstance(statement, ClauseElement):
        message = "only Core statements can be prepared"
        raise TypeError(message)
    compiled = statement.compile(dialect=dialect)
    if not getattr(compiled, "post_compile_params", None):
        return compiled
    return statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
