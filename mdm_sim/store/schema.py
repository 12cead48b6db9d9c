"""The schema of a database: brought up to date by migrations, with this catalogue's guard."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from mdm_sim.store import estimates, guard, tallying
from mdm_sim.store.dialects import routines

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0010"
_PREPARATIONS = {"postgresql": routines.install}


def upgrade(connection: Connection) -> None:
    """Migrate to the newest revision and put the triggers in place, in the caller's transaction."""
    prepare = _PREPARATIONS.get(connection.dialect.name)
    if prepare is not None:
        prepare(connection)
    if _revision(connection) != HEAD:
        from alembic import command  # noqa: PLC0415 - needed for an older schema alone, and slow

        command.upgrade(configuration(connection), "head")
    guard.install(connection)
    tallying.install(connection)
    estimates.install(connection)


def configuration(connection: Connection) -> Config:
    """Alembic's configuration for the database behind `connection`."""
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
