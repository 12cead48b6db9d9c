"""The command line: `mdm-sim`. Rooms are imported when a command needs them, to start fast."""

from __future__ import annotations

import sys

import click

from mdm_sim.cli.holdings import rights, upkeep
from mdm_sim.cli.inspection import audit, db
from mdm_sim.cli.options import SHOWN
from mdm_sim.cli.policy import policy
from mdm_sim.cli.proving import prove
from mdm_sim.cli.service import env, serve, token
from mdm_sim.settings import PREFIX


@click.group(context_settings={"auto_envvar_prefix": PREFIX.rstrip("_")})
@click.version_option(package_name="mdm-sim")
def main() -> None:
    """A mock Microsoft Intune that enrolls devices and apps and keeps only the data it may."""


@main.command()
@click.option("--once", is_flag=True, help="End after the report instead of serving on.")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
@click.option(
    "--count",
    type=click.IntRange(12, 1000),
    default=60,
    **SHOWN,
    help="How many devices and apps enroll.",
)
@click.option("--seed", type=int, default=1, **SHOWN, help="The same fleet for the same seed.")
def demo(once: bool, as_json: bool, count: int, seed: int) -> None:  # noqa: FBT001
    """Enroll a fleet, order remote tasks, and show what was kept and what was not."""
    click.echo("mdm-sim demo: starting the service on a database of its own …", err=as_json)
    from mdm_sim.demo.story import tell

    sys.exit(tell(count=count, seed=seed, once=once, as_json=as_json))


for _command in (serve, env, token, policy, rights, upkeep, audit, db, prove):
    main.add_command(_command)
