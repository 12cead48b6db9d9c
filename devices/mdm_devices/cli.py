"""The command line: show personas, enroll a fleet, run its check-ins, and end its enrollments."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from mdm_devices import defaults

if TYPE_CHECKING:
    from mdm_devices.connection import Connection, User
    from mdm_devices.personas import Fleet
    from mdm_devices.programs import Ending

Decorator = Callable[[Any], Any]
A_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def options(*decorators: Decorator) -> Decorator:
    """One decorator of many, in the order in which help lists them."""

    def decorate(command: Any) -> Any:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


FLEET = options(
    click.option("--count", type=click.IntRange(min=1), default=10, show_default=True),
    click.option("--seed", type=int, default=1, show_default=True),
    click.option("--mix", default=defaults.MIX, show_default=True),
    click.option("--platforms", default=defaults.PLATFORMS, show_default=True),
    click.option("--clock", default=defaults.CLOCK, show_default=True, help="Dates what is told."),
)
CONNECTION = options(
    click.option("--ready-file", type=A_FILE, help="The file a running service wrote."),
    click.option("--url", help="The service's address, instead of a ready file."),
    click.option("--ca-file", type=A_FILE, help="The certificate authority of an https address."),
    click.option("--user", help="Who the devices enroll for, with --url."),
    click.option("--password", envvar="MDM_DEVICES_PASSWORD", show_envvar=True),
    click.option("--tenant-id", help="Without it: the development tenant."),
    click.option("--client-id", help="Without it: the development client."),
)
WORK = options(
    click.option("--workers", type=click.IntRange(1, 256), default=2, show_default=True),
    click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout."),
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mdm-sim")
def main() -> None:
    """Simulated devices and apps that enroll with an MDM service over HTTP."""


@main.command()
@FLEET
def show(**fleet: Any) -> None:
    """Print the personas as JSON lines, offline: the same seed, the same bytes."""
    count = fleet.pop("count")
    out = sys.stdout.buffer
    for device in make_fleet(**fleet).devices(count):
        out.write(json.dumps(device.to_json()).encode() + b"\n")
    out.flush()


@main.command()
@CONNECTION
@FLEET
@WORK
@click.option("--state", type=click.Path(dir_okay=False, path_type=Path), help="For `run`.")
@click.option(
    "--bulk", "in_bulk", is_flag=True, help="Many devices to a request; for large fleets."
)
def enroll(
    count: int, workers: int, state: Path | None, *, as_json: bool, in_bulk: bool, **given: Any
) -> None:
    """Enroll a fleet, each device with all it has to tell."""
    from mdm_devices.programs import enroll_all

    connection = make_connection(given, needs_user=True)
    fleet = make_fleet(**{name: given[name] for name in ("seed", "mix", "platforms", "clock")})
    if state and not state.absolute().parent.is_dir():
        raise click.UsageError(f"there is no folder {state.absolute().parent}")
    with plain_failures(connection):
        ending = enroll_all(connection, fleet, count, workers, state, keep=as_json, in_bulk=in_bulk)
    finish(connection, ending, as_json=as_json, title="enrollments")


@main.command()
@CONNECTION
@WORK
@click.option("--state", type=A_FILE, required=True, help="The file that `enroll` wrote.")
@click.option("--rounds", type=click.IntRange(min=1), default=1, show_default=True)
@click.option("--interval", type=click.FloatRange(min=0), default=0.0, help="Seconds between.")
def run(state: Path, workers: int, *, as_json: bool, **given: Any) -> None:
    """Check in, report what changed, and obey orders."""
    from mdm_devices.programs import run_all

    connection = make_connection(given, needs_user=False)
    rounds, interval = given["rounds"], given["interval"]
    with plain_failures(connection):
        ending = run_all(connection, state, workers, rounds, interval, keep=as_json)
    finish(connection, ending, as_json=as_json, title="check-ins")


@main.command()
@CONNECTION
@WORK
@click.option("--state", type=A_FILE, required=True, help="The file that `enroll` wrote.")
def unenroll(state: Path, workers: int, *, as_json: bool, **given: Any) -> None:
    """Let every device end its own enrollment."""
    from mdm_devices.programs import unenroll_all

    connection = make_connection(given, needs_user=False)
    with plain_failures(connection):
        ending = unenroll_all(connection, state, workers, keep=as_json)
    finish(connection, ending, as_json=as_json, title="unenrollments")


def make_fleet(seed: int, mix: str, platforms: str, clock: str) -> "Fleet":
    """The fleet of the options; a bad mix, platform or clock is a usage error."""
    from mdm_devices.personas import Fleet

    fleet = Fleet(seed, mix, platforms, clock)
    try:
        _ = fleet.seating, fleet.now
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    return fleet


def make_connection(given: dict[str, Any], *, needs_user: bool) -> "Connection":
    """The connection of the options: a ready file or an address, not both."""
    from mdm_devices import connection as at

    if bool(given["ready_file"]) == bool(given["url"]):
        raise click.UsageError("give either --ready-file or --url")
    if given["ready_file"]:
        try:
            return at.from_ready_file(given["ready_file"])
        except at.ConnectionFileError as error:
            raise click.UsageError(str(error)) from error
    return at.Connection(
        url=given["url"].rstrip("/"),
        tenant_id=given["tenant_id"] or at.DEVELOPMENT_TENANT,
        client_id=given["client_id"] or at.DEVELOPMENT_CLIENT,
        users=make_users(given, needs_user=needs_user),
        ca_file=str(given["ca_file"]) if given["ca_file"] else None,
    )


def make_users(given: dict[str, Any], *, needs_user: bool) -> "tuple[User, ...]":
    """The user of the options; check-ins need none, since devices have tokens of their own."""
    from mdm_devices.connection import User

    if given["user"] and given["password"]:
        return (User(given["user"], given["password"]),)
    if needs_user:
        raise click.UsageError("--url needs --user and --password")
    return ()


@contextmanager
def plain_failures(connection: "Connection") -> Iterator[None]:
    """Turn what can go wrong on the way into one clear line."""
    from mdm_devices.roster import RosterError
    from mdm_devices.wire import RefusedError, UnreachableError

    try:
        yield
    except UnreachableError as error:
        fail(f"cannot reach {connection.url}: {error}")
    except RefusedError as error:
        fail(f"the service refused to sign in: {error.code} (status {error.status})")
    except RosterError as error:
        raise click.UsageError(str(error)) from error


def finish(connection: "Connection", ending: "Ending", *, as_json: bool, title: str) -> None:
    """Print what came of it; fail when nothing came of it."""
    if as_json:
        document = {"devices": ending.devices, "summary": ending.summary}
        sys.stdout.buffer.write(json.dumps(document).encode() + b"\n")
    else:
        from mdm_devices.report import print_summary

        print_summary(ending.summary, title)
    if ending.succeeded or not ending.failed:
        return
    if [*ending.summary["errors"]] == ["unreachable"]:
        fail(f"cannot reach {connection.url}: no connection")
    fail(f"all {ending.failed} failed: {', '.join(ending.summary['errors'])}")


def fail(message: str) -> NoReturn:
    """One line on stderr, and exit code 1."""
    click.echo(f"mdm-devices: {message}", err=True)
    raise SystemExit(1)
