"""What SQLite's planner is told of the tables: that they are large, and much of it one tenant's.

Without it the planner takes every index that leads with the tenant for equally good. The numbers
are the same for every database and nothing measures it: a plan that is right for a million records
is the plan of ten, and of the tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, text

from mdm_sim.store.tables import (
    audit_events,
    credentials,
    devices,
    orders,
    receipts,
    registrations,
    users,
)

_ROWS, _OF_TENANT = 10_000_000, 1_000_000
# How many rows have the same value of a column: one of a few words, or hardly more than its own.
_OF_WORD, _OF_VALUE = _OF_TENANT // 4, 10
_LARGE = (devices, registrations, users, credentials, receipts, orders, audit_events)
_WORDS = {
    *("ix_device_system", "ix_device_owner", "ix_device_compliance", "ix_device_state"),
    *("ix_device_epoch", "ix_registration_epoch", "ix_audit_category", "ix_orders_action"),
}
_KEYS = {"id", "seq", "digest", "token_hash", "user_principal_name"}
_INDEXES = text("SELECT name FROM pragma_index_list(:table)")
_COLUMNS = text("SELECT name FROM pragma_index_info(:index) ORDER BY seqno")
_KNOWN = text("SELECT tbl, idx, stat FROM sqlite_stat1")
_TELL = text("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (:table, :index, :stat)")


def install(connection: Connection) -> None:
    """Tell the planner, if it was told otherwise; connections opened from then on know it."""
    if connection.dialect.name != "sqlite":
        return
    told = list(_told(connection))
    connection.execute(text("ANALYZE sqlite_schema"))
    if sorted(tuple(row) for row in connection.execute(_KNOWN)) != sorted(told):
        connection.execute(text("DELETE FROM sqlite_stat1"))
        for table, index, stat in told:
            connection.execute(_TELL, {"table": table, "index": index, "stat": stat})
        connection.execute(text("ANALYZE sqlite_schema"))


def _told(connection: Connection) -> Iterator[tuple[str, str, str]]:
    for table in _LARGE:
        for index in connection.execute(_INDEXES, {"table": table.name}).scalars().all():
            columns = connection.execute(_COLUMNS, {"index": index}).scalars().all()
            stat = " ".join(str(number) for number in _numbers(index, columns))
            yield table.name, index, stat


def _numbers(index: str, columns: Sequence[str | None]) -> Iterator[int]:
    """The rows, and how many of them are alike in the first column, in the first two, and so on."""
    yield _ROWS
    yield _OF_TENANT
    for name in columns[1:]:
        if name in _KEYS:
            yield 1
        else:
            yield _OF_WORD if index in _WORDS else _OF_VALUE
