"""Triggers that count the records of each kind, in the transaction of whatever changes one.

A check-in that changes no kind costs the comparison of a few columns and writes nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, text

from mdm_sim.store.dialects.triggers import DIFFERS, followed
from mdm_sim.store.tables import devices, record_tallies, registrations

_KEY = tuple(column.name for column in record_tallies.primary_key.columns)
# What an app registration has no column for.
_CONSTANT = {"enrollment_type": "''", "compliance_state": "''", "hidden": "FALSE"}
_TABLES: Mapping[str, Mapping[str, str]] = {devices.name: {}, registrations.name: _CONSTANT}


def statements(dialect: str) -> Iterator[str]:
    """Everything that puts these triggers in place on a database."""
    for table, constants in _TABLES.items():
        varying = [name for name in _KEY if name not in constants]
        changed = " OR ".join(f"NEW.{name} {DIFFERS[dialect]} OLD.{name}" for name in varying)
        less, more = _less(constants), _more(constants)
        for event, when, body in (
            ("INSERT", "", more),
            ("DELETE", "", less),
            (f"UPDATE OF {', '.join(varying)}", changed, less + more),
        ):
            name = f"tally_{table}_{event.split(maxsplit=1)[0].lower()}"
            yield from followed(name, f"{event} ON {table}", when, body, dialect)


def install(connection: Connection) -> None:
    """Put the triggers in place."""
    for statement in statements(connection.dialect.name):
        connection.execute(text(statement))


def _more(constants: Mapping[str, str]) -> str:
    values = ", ".join(constants.get(name, f"NEW.{name}") for name in _KEY)
    return (
        f"INSERT INTO {record_tallies.name} ({', '.join(_KEY)}, number) VALUES ({values}, 1) "  # noqa: S608
        f"ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET number = {record_tallies.name}.number + 1; "
    )


def _less(constants: Mapping[str, str]) -> str:
    table = record_tallies.name
    same = " AND ".join(f"{name} = {constants.get(name, f'OLD.{name}')}" for name in _KEY)
    return (
        f"UPDATE {table} SET number = number - 1 WHERE {same}; "  # noqa: S608
        f"DELETE FROM {table} WHERE {same} AND number <= 0; "
    )
