"""What scripts/crash.py runs in .venv: a service, its clients, and somebody who kills."""

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from crash_checks import compare
from crash_clients import Fleet
from crash_kills import Killer, Postgres
from load_service import NotServingError, service

THREADS = 6
ENROLLED_WITHIN = 1200  # seconds
MOST_SHOWN, MOST_LOGGED = 20, 4000


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--devices", type=click.IntRange(1, 100_000), default=500, show_default=True)
@click.option("--seconds", type=click.IntRange(1, 3600), default=30, show_default=True,
              help="How long they check in, when all have enrolled.")  # fmt: skip
@click.option("--seed", type=int, default=1, show_default=True, help="Who is killed, and when.")
@click.option("--workers", type=click.IntRange(1, 16), default=2, show_default=True)
@click.option("--database", type=click.Choice(["sqlite", "postgresql"]), default="postgresql",
              show_default=True)  # fmt: skip
def main(**given: Any) -> None:
    """Devices check in while processes are killed; exits with 1 if anything is lost."""
    with tempfile.TemporaryDirectory(prefix="mdm-crash-") as name:
        folder = Path(name)
        os.environ.setdefault("XDG_RUNTIME_DIR", name)
        try:
            faults = run(folder, given)
        except NotServingError as error:
            raise click.ClickException(f"the service did not start:\n{error}") from error
    for fault in faults[:MOST_SHOWN]:
        click.echo(fault, err=True)
    click.echo(f"{len(faults)} faults")
    sys.exit(1 if faults else 0)


def run(folder: Path, given: dict[str, Any]) -> list[str]:
    """One run; returns what went wrong."""
    begun = time.monotonic()
    with database(folder, given["database"]) as (url, postgres):
        options = ("--workers", str(given["workers"]), "--database", url, "--port", "0")
        with service(folder, *options) as (pid, ready):
            fleet = Fleet(json.loads(ready.read_text(encoding="utf-8")), given["devices"], THREADS)
            killer = Killer(pid, postgres, given["seed"])
            _let_live(fleet, killer, given["seconds"])
            if not fleet.faults:
                fleet.settle()
        faults = [*killer.faults, *fleet.faults]
        if not faults:
            faults += compare(url, fleet, folder)
        log = (folder / "service.log").read_text(encoding="utf-8")
        if "Traceback" in log or "failed with" in log:
            faults.append(f"the log ends with\n{log[-MOST_LOGGED:]}")
    told = {**fleet.counts, **{f"killed {kind}": n for kind, n in killer.counts.items()}}
    click.echo(", ".join(f"{number} {name}" for name, number in sorted(told.items())))
    click.echo(f"{given['devices']} devices, {time.monotonic() - begun:.0f} seconds")
    return faults


def _let_live(fleet: Fleet, killer: Killer, seconds: float) -> None:
    """Enroll and check in for so many seconds, while somebody kills."""
    fleet.start()
    killer.start()
    try:
        fleet.await_enrolled(ENROLLED_WITHIN)
        until = time.monotonic() + seconds
        while time.monotonic() < until and not fleet.faults and not killer.faults:
            time.sleep(0.1)
    except Exception as error:
        fleet.faults.append(f"not every device enrolled ({type(error).__name__})")
    finally:
        killer.stop()
        fleet.stop()


@contextmanager
def database(folder: Path, kind: str) -> Iterator[tuple[str, Postgres | None]]:
    """The URL of a new database, and its server if it has one."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'crash.db'}", None
        return
    postgres = Postgres(folder / "postgres")
    try:
        yield postgres.database(), postgres
    finally:
        postgres.stop()


if __name__ == "__main__":
    main(prog_name="scripts/crash.py")
