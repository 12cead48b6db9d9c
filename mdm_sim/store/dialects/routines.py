"""The functions of `routines.sql`, and what a PostgreSQL database has to be to hold them."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, text

OLDEST = 160000
# Which collation maps case in full, the first that there is.
_COLLATIONS = ("pg_unicode_fast", "und-x-icu")
_VERSION = text("SELECT current_setting('server_version_num')::integer")
_DATABASE = text(
    "SELECT pg_encoding_to_char(encoding) AS encoding, datlocprovider = 'b' "
    "OR datcollate IN ('C', 'POSIX', 'C.UTF-8', 'C.utf8') AS is_bytewise "
    "FROM pg_database WHERE datname = current_database()"
)
_KNOWN = text("SELECT collname FROM pg_collation WHERE collencoding IN (-1, 6)")
_SQL = Path(__file__).with_name("routines.sql")


class Unfit(ValueError):
    """A database that cannot be used, and what would have to be different."""


def install(connection: Connection) -> None:
    """Make the functions anew. Raises Unfit for a database that cannot have them."""
    _require_fit(connection)
    known = set(connection.execute(_KNOWN).scalars())
    collation = next((name for name in _COLLATIONS if name in known), None)
    if collation is None:
        message = "PostgreSQL 18, or one that is built with ICU, is needed to compare texts"
        raise Unfit(message)
    sql = _SQL.read_text().replace("{collation}", f'"{collation}"')
    connection.exec_driver_sql(sql.replace("%", "%%"))


def _require_fit(connection: Connection) -> None:
    if connection.execute(_VERSION).scalar_one() < OLDEST:
        message = "PostgreSQL 16 or newer is needed"
        raise Unfit(message)
    found = connection.execute(_DATABASE).one()
    if found.encoding != "UTF8" or not found.is_bytewise:
        message = (
            "the database has to compare texts byte by byte; make it with "
            "createdb --template=template0 --encoding=UTF8 --locale=C NAME"
        )
        raise Unfit(message)
