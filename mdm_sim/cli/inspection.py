"""Commands that look at what is stored: the audit log, the database."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mdm_sim.cli.options import DATA_DIR, DATABASE, directory_of, reaching_the_database
from mdm_sim.settings import Settings, default_database


@click.group()
def audit() -> None:
    """The audit log."""


@audit.command("verify")
@DATABASE
@DATA_DIR
def audit_verify(database: str | None, data_dir: Path | None) -> None:
    """Find any edited, removed or re-ordered entry; exit 1 if there is one."""
    from sqlalchemy import func, select

    from mdm_sim.store import audit as log
    from mdm_sim.store.engine import Store
    from mdm_sim.store.tables import audit_events

    with reaching_the_database():
        store = Store(database or default_database(directory_of(data_dir)))
        with store.read() as connection:
            number = connection.execute(select(func.count()).select_from(audit_events)).scalar_one()
            faults = list(log.verify(connection))
        store.close()
    for fault in faults:
        click.echo(fault, err=True)
    click.echo(f"{number} entries, {len(faults)} faults")
    sys.exit(1 if faults else 0)


@click.group()
def db() -> None:
    """The database."""


@db.command("upgrade")
@DATABASE
@DATA_DIR
def db_upgrade(database: str | None, data_dir: Path | None) -> None:
    """Migrate to the newest schema, with the guard of this catalogue."""
    from mdm_sim.app import open_desk
    from mdm_sim.preparation import prepare

    directory = directory_of(data_dir)
    directory.mkdir(parents=True, exist_ok=True)
    with reaching_the_database():
        desk = open_desk(Settings(database or default_database(directory)))
        prepare(desk)
        desk.store.close()
    click.echo("the database is up to date")
