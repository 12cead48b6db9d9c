"""What scripts/load.py runs in .venv: a service of its own, Locust beside it, and the report."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from load_service import NotServingError, service, stop

import mdm_devices.load
from mdm_devices.connection import DEVELOPMENT_CLIENT, DEVELOPMENT_TENANT
from mdm_devices.load.shapes import SHAPES

LOCUSTFILE = Path(mdm_devices.load.__file__).with_name("locustfile.py")
SLACK = 120  # seconds that a run may take beyond its own
STOP_TIMEOUT = 10
A_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
A_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--devices", type=click.IntRange(1, 100_000), default=200, show_default=True)
@click.option("--admins", type=click.IntRange(0, 100), default=1, show_default=True)
@click.option("--shape", type=click.Choice([*SHAPES]), default="day", show_default=True)
@click.option("--seconds", type=click.IntRange(4, 7200), default=60, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--ready-file", type=A_FILE, help="The ready file of a running service.")
@click.option("--url", help="A running service's address, with --user.")
@click.option("--ca-file", type=A_FILE, help="The certificate authority of an https address.")
@click.option("--user", help="Who the devices enroll for, with --url.")
@click.option("--password", envvar="MDM_DEVICES_PASSWORD", show_envvar=True)
@click.option("--admin", help="Who administers, with --url; without: nobody.")
@click.option("--admin-password", envvar="MDM_DEVICES_ADMIN_PASSWORD", show_envvar=True)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True,
              help="Processes of the service that is started here.")  # fmt: skip
@click.option("--database", help="The SQLAlchemy URL of that service; by default SQLite.")
@click.option("--database-pid", type=int, help="Its process, with --measure: PostgreSQL's.")
@click.option("--output", type=A_FOLDER, default=Path("load-report"), show_default=True)
@click.option("--measure", is_flag=True, help="Measure what a request and a device cost instead.")
@click.option("--write-docs", is_flag=True, help="With --measure: renew docs/capacity.md.")
def main(**given: Any) -> None:
    """Simulate a fleet under load, and report: report.html, PNG plots, CSV and JSON."""
    if given["ready_file"] and given["url"]:
        raise click.UsageError("give --ready-file or --url, not both")
    with tempfile.TemporaryDirectory(prefix="mdm-load-") as folder:
        try:
            if given["measure"]:
                import load_capacity

                load_capacity.run(Path(folder), given)
            else:
                load(Path(folder), given)
        except NotServingError as error:
            raise click.ClickException(f"the service did not start:\n{error}") from error


def load(folder: Path, given: dict[str, Any]) -> None:
    """One run against the service of the options, and its report."""
    from mdm_devices.load import report

    output: Path = given["output"]
    output.mkdir(parents=True, exist_ok=True)
    file = output / "figures.json"
    file.unlink(missing_ok=True)
    with served(folder, given) as ready:
        status = run_locust(ready, file, given)
    if not file.exists():
        raise click.ClickException(f"the run did not end well (status {status})")
    figures = json.loads(file.read_text(encoding="utf-8"))
    for path in (*report.write(figures, output), file):
        click.echo(path)
    count = sum(each["count"] for each in figures["requests"])
    failed = sum(each["failed"] for each in figures["requests"])
    click.echo(f"{count} requests, {failed} failed")
    if failed == count:
        raise click.ClickException("nothing went well")


@contextmanager
def served(folder: Path, given: dict[str, Any]) -> Iterator[Path]:
    """The ready file of the service of the options; of one of its own if they name none."""
    if given["ready_file"]:
        yield given["ready_file"].absolute()
    elif given["url"]:
        yield written(folder / "ready.json", given)
    else:
        database = ("--database", given["database"]) if given["database"] else ()
        with service(folder, "--workers", str(given["workers"]), *database) as (_, ready):
            yield ready


def written(path: Path, given: dict[str, Any]) -> Path:
    """A ready file of the options; its owner alone may read it, since it holds passwords."""
    if not (given["user"] and given["password"]):
        raise click.UsageError("--url needs --user and --password")
    ready = {
        "http_url": given["url"],
        "tenant_id": DEVELOPMENT_TENANT,
        "client_id": DEVELOPMENT_CLIENT,
        "user_upn": given["user"],
        "user_password": given["password"],
    }
    if given["ca_file"]:
        ready["ca_file"] = str(given["ca_file"].absolute())
    if given["admin"]:
        ready |= {"admin_upn": given["admin"], "admin_password": given["admin_password"] or ""}
    path.touch(mode=0o600)
    path.write_text(json.dumps(ready), encoding="utf-8")
    return path


def run_locust(ready: Path, file: Path, given: dict[str, Any]) -> int:
    """Locust in a process of its own, for a bounded time; its exit status."""
    names_an_admin = "admin_upn" in json.loads(ready.read_text(encoding="utf-8"))
    admins = given["admins"] if names_an_admin else 0
    command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless"]
    command += ["--only-summary", "--loglevel", "WARNING", "--stop-timeout", str(STOP_TIMEOUT)]
    command += ["--exit-code-on-error", "0", "--figures", str(file.absolute())]
    command += ["--admins", str(admins)]
    for name in ("devices", "shape", "seconds", "seed"):
        command += [f"--{name}", str(given[name])]
    environment = {**os.environ, "MDM_SIM_READY_FILE": str(ready)}
    process = subprocess.Popen(command, env=environment)
    try:
        return process.wait(given["seconds"] + SLACK)
    except subprocess.TimeoutExpired as error:
        raise click.ClickException("the run took far longer than it may") from error
    finally:
        stop(process)


if __name__ == "__main__":
    main(prog_name="scripts/load.py")
