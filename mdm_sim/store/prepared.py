"""Statements that are written in SQLAlchemy, compiled once, and run by the driver alone.

Measured on the hot path: reading one row through Core costs several times the driver's price.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, CursorResult, Executable
from sqlalchemy.engine.interfaces import Compiled, Dialect
from sqlalchemy.sql import ClauseElement


class Prepared:
    """A statement whose `bindparam` names are given as keywords when it is run."""

    def __init__(self, statement: Executable) -> None:
        """`statement` is any Core statement without expanding (`IN`) parameters."""
        self._statement = statement
        self._text = ""
        self._order: list[str] = []
        self._given: dict[str, Any] = {}

    def __call__(self, connection: Connection, **values: Any) -> CursorResult[*tuple[Any, ...]]:
        """Run it; values go to the driver as they are (booleans, numbers, text)."""
        if not self._text:
            self._compile(connection.dialect)
        given = self._given | values
        return connection.exec_driver_sql(self._text, tuple(given[name] for name in self._order))

    def _compile(self, dialect: Dialect) -> None:
        compiled = _compiled(self._statement, dialect)
        self._order = list(getattr(compiled, "positiontup", None) or ())
        self._given = dict(compiled.params)
        self._text = str(compiled)


def _compiled(statement: Executable, dialect: Dialect) -> Compiled:
    if not isinstance(statement, ClauseElement):
        message = "only Core statements can be prepared"
        raise TypeError(message)
    return statement.compile(dialect=dialect)
