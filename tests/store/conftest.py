"""What tests of the store may use: the database itself, past the service."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import databases
import pytest
from sqlalchemy.engine import make_url

from mdm_sim.settings import Settings


@pytest.fixture
def database(settings: Settings) -> Path:
    """The file of this test's database, where it is one."""
    return Path(str(make_url(settings.database).database))


@pytest.fixture
def on_disk(settings: Settings, database: Path) -> Callable[[str], list[str]]:
    """Names of the files beside and of the database, or else of its tables, that hold a text."""

    def holding(text: str) -> list[str]:
        files = [path for path in database.parent.rglob("*") if path.is_file()]
        return [path.name for path in files if text.encode() in path.read_bytes()]

    def told(text: str) -> list[str]:
        held = databases.rows(settings.database)
        return [name for name, rows in held.items() if any(text in row for row in rows)]

    return holding if settings.database.startswith("sqlite") else told
