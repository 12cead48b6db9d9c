"""Commands that look: the catalogue, the audit log, the database."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mdm_sim.cli.options import DATA_DIR, DATABASE, SHOWN, directory_of
from mdm_sim.settings import Settings, default_database


@click.group()
def policy() -> None:
    """The catalogue of what may be kept."""


@policy.command("show")
@click.option("--language", type=click.Choice(["nl", "en"]), default="en", **SHOWN)
@click.option("--json", "as_json", is_flag=True, help="The whole catalogue as JSON.")
def policy_show(language: str, as_json: bool) -> None:  # noqa: FBT001
    """Print every row with its MAM cell and its rules."""
    import orjson

    from mdm_sim.policy.explain import catalogue_rows

    found = catalogue_rows()
    if as_json:
        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2))
        return
    click.echo(f"catalogue {found['version']}, {len(found['rows'])} rows")
    for row in found["rows"]:
        click.echo(
            f"{row['id']}: {row[language]}\n"
            f"    MDM: {row['mdm']}\n    MAM: {row['mam']}   [{row['mamCell']}]"
        )
    click.echo("Beside the page, the service keeps for itself:")
    for name, why in found["register"].items():
        click.echo(f"    {name}: {why}")


@policy.command("explain")
@click.argument("name")
@click.option("--workload", type=click.Choice(["mdm", "mam"]), required=True)
@click.option("--ownership", type=click.Choice(["corporate", "personal"]), default="personal")
@click.option(
    "--platform",
    default="ios",
    type=click.Choice(["windows", "macos", "ios", "ipados", "android", "linux"]),
)
@click.option(
    "--condition",
    "conditions",
    multiple=True,
    help="A condition that holds, such as entra_joined; may be repeated.",
)
def policy_explain(
    name: str, workload: str, ownership: str, platform: str, conditions: tuple[str, ...]
) -> None:
    """Say what becomes of a fact, or of a row's values, and why."""
    from mdm_sim.policy.context import CONDITIONS, Context, Ownership, Platform, Workload
    from mdm_sim.policy.explain import explain

    if unknown := set(conditions) - set(CONDITIONS):
        message = f"unknown condition {min(unknown)}; there are {', '.join(CONDITIONS)}"
        raise click.UsageError(message)
    context = Context(
        Workload(workload),
        Ownership(ownership),
        Platform(platform),
        **dict.fromkeys(conditions, True),
    )
    found = explain(name, context)
    if found is None:
        message = "no fact and no row is called that; mdm-sim policy show lists them"
        raise click.ClickException(message)
    click.echo(found)


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
    desk = open_desk(Settings(database or default_database(directory)))
    prepare(desk)
    desk.store.close()
    click.echo("the database is up to date")
