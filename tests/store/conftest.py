"""What tests of the store may use: the database file itself, past the service."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from mdm_sim.settings import Settings


@pytest.fixture
def database(settings: Settings) -> Path:
    """The file of this test's database."""
    return Path(str(make_url(settings.database).database))


@pytest.fixture
def plain(database: Path) -> Iterator[sqlite3.Connection]:
    """The database through plain SQLite: no SQLAlchemy, no rules but the database's own."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        yield connection


@pytest.fixture
def dump(database: Path) -> Callable[[], dict[str, list[Any]]]:
    """Every row of every table, now."""

    def dumped() -> dict[str, list[Any]]:
        with closing(sqlite3.connect(database)) as connection:
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            return {
                name: connection.execute(f"SELECT * FROM {name}").fetchall() for (name,) in names
            }

    return dumped


@pytest.fixture
def on_disk(database: Path) -> Callable[[str], list[str]]:
    """Names of the files beside and of the database that hold a text."""

    def holding(text: str) -> list[str]:
        files = [path for path in database.parent.rglob("*") if path.is_file()]
        return [path.name for path in files if text.encode() in path.read_bytes()]

    return holding
