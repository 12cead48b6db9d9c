"""Statements that are written in SQLAlchemy, compiled once, and run by the driver alone.

Measured on the hot path: reading one row through Core costs several times the driver's price.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable
from sqlalchemy.engine.interfaces import Compiled, Dialect
from sqlalchemy.sql import ClauseElement


@dataclass(frozen=True, slots=True)
class _Text:
    """A statement as one database reads it; `order` where its parameters have no names."""

    sql: str
    order: tuple[str, ...] | None
    given: dict[str, Any]


class Prepared:
    """A statement whose `bindparam` names are given as keywords when it is run."""

    def __init__(self, statement: Executable) -> None:
        """`statement` is any Core statement without expanding (`IN`) parameters."""
        self._statement = statement
        self._texts: dict[str, _Text] = {}

    def __call__(self, connection: Connection, **values: Any) -> CursorResult[*tuple[Any, ...]]:
        """Run it; values go to the driver as they are (booleans, numbers, text)."""
        dialect = connection.dialect
        text = self._texts.get(dialect.name)
        if text is None:
            text = self._texts[dialect.name] = _text(self._statement, dialect)
        given = text.given | values
        if text.order is None:
            return connection.exec_driver_sql(text.sql, given)
        return connection.exec_driver_sql(text.sql, tuple(given[name] for name in text.order))


def _text(statement: Executable, dialect: Dialect) -> _Text:
    compiled = _compiled(statement, dialect)
    order = getattr(compiled, "positiontup", None)
    return _Text(str(compiled), None if order is None else tuple(order), dict(compiled.params))


def _compiled(statement: Executable, dialect: Dialect) -> Compiled:
    if not isinstance(statement, ClauseElement):
        message = "only Core statements can be prepared"
        raise TypeError(message)
    return statement.compile(dialect=dialect)
