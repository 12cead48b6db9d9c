"""Commands on what is held: a person's rights, and what time takes away."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from mdm_sim.cli.options import DATA_DIR, DATABASE, Moment, directory_of, reaching_the_database
from mdm_sim.settings import Settings, default_database

CLOCK = click.option("--clock", type=Moment(), help="The moment to do it at; by default now.")


@contextmanager
def _desk(
    database: str | None, data_dir: Path | None, clock: datetime | None = None
) -> Iterator[Any]:
    from mdm_sim.app import open_desk
    from mdm_sim.clock import Clock
    from mdm_sim.preparation import prepare
    from mdm_sim.store.dialects.opening import is_missing

    url = database or default_database(directory_of(data_dir))
    with reaching_the_database():
        if is_missing(url):
            message = "there is no database; see --database and --data-dir"
            raise click.ClickException(message)
        offset = Clock.starting_at(clock).offset if clock else 0.0
        desk = open_desk(Settings(url, clock_offset=offset))
        prepare(desk)
    try:
        yield desk
    finally:
        desk.store.close()


@contextmanager
def _person(desk: Any, name: str) -> Iterator[tuple[Any, Any]]:
    """One transaction on the person of this UPN or id, in whichever tenant they are."""
    import uuid_utils

    from mdm_sim import rights
    from mdm_sim.messages import NotFound
    from mdm_sim.store import audit
    from mdm_sim.upkeep.job import tenants

    for tenant_id in tenants(desk):
        with desk.work(tenant_id, audit.SYSTEM, str(uuid_utils.uuid4())) as work:
            try:
                person = rights.find(work.connection, tenant_id, name)
            except NotFound:
                continue
            yield work, person
            return
    message = "there is no such person"
    raise click.ClickException(message)


@click.group()
def rights() -> None:
    """What is held on a person: told or erased."""


@rights.command("export")
@click.argument("upn")
@click.option("--format", "as_what", type=click.Choice(["json", "csv"]), default="json")
@click.option("--output", type=click.Path(path_type=Path), help="A file instead of the terminal.")
@DATABASE
@DATA_DIR
def rights_export(
    upn: str, as_what: str, output: Path | None, database: str | None, data_dir: Path | None
) -> None:
    """Everything that is held on the person with this UPN (or id)."""
    import orjson

    from mdm_sim import rights as held_rights
    from mdm_sim.store import audit

    with _desk(database, data_dir) as desk, _person(desk, upn) as (work, person):
        told = held_rights.held(work.connection, person, work.now)
        kind = ("Other", "User", person.id)
        work.record(audit.Entry(audit.Task.MANAGE, "export PersonalData", *kind))
    if as_what == "csv":
        content = _as_csv(told).encode()
    else:
        content = orjson.dumps(told, option=orjson.OPT_INDENT_2) + b"\n"
    if output:
        output.touch(mode=0o600)
        output.write_bytes(content)
    else:
        click.echo(content, nl=False)


def _as_csv(told: dict[str, Any]) -> str:
    """One line for each value: section, id of the object, name, value (RFC 4180)."""
    written = io.StringIO()
    lines = csv.writer(written)
    lines.writerow(("section", "id", "name", "value"))
    for section, held in told.items():
        for each in held if isinstance(held, list) else [held]:
            if isinstance(each, dict):
                key = each.get("id", "")
                lines.writerows((section, key, *line) for line in _flat(each))
            else:
                lines.writerow(("export", "", section, each))
    return written.getvalue()


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(item, f"{name}/{key}" if name else key)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _flat(item, f"{name}/{place}")
    else:
        yield name, value


@rights.command("erase")
@click.argument("upn")
@click.option("--yes", is_flag=True, help="Without asking.")
@DATABASE
@DATA_DIR
def rights_erase(upn: str, yes: bool, database: str | None, data_dir: Path | None) -> None:  # noqa: FBT001
    """Erase everything that is held on the person with this UPN (or id); print the receipt."""
    import orjson

    from mdm_sim import rights as held_rights

    if not yes:
        click.confirm("Erase everything that is held on this person?", abort=True, err=True)
    with _desk(database, data_dir) as desk:
        with _person(desk, upn) as (work, person):
            erased = held_rights.erase(work, person, "request")
        desk.store.compact()
    click.echo(orjson.dumps(erased.told(), option=orjson.OPT_INDENT_2))


@click.command()
@CLOCK
@click.option("--json", "as_json", is_flag=True, help="The numbers for programs.")
@DATABASE
@DATA_DIR
def upkeep(
    clock: datetime | None,
    as_json: bool,  # noqa: FBT001
    database: str | None,
    data_dir: Path | None,
) -> None:
    """Apply every retention rule once, and go on with what a change left; `serve` does too."""
    import orjson

    from mdm_sim.upkeep import job
    from mdm_sim.upkeep.rules import RULES

    with _desk(database, data_dir, clock) as desk:
        removed = job.run(desk)
        desk.store.compact()
    names = [*(rule.id for rule in RULES), "rejudged"]
    numbers = {name: removed[name] for name in names}
    if as_json:
        click.echo(orjson.dumps(numbers))
        return
    width = max(map(len, names))
    for name, number in numbers.items():
        click.echo(f"{name:<{width}}  {number}")
