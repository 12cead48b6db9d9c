"""Measures what a request costs the service in CPU and a device on disk, and writes the page."""

import json
import os
import platform
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import click
import psutil
from environment import ROOT
from load_service import service

from mdm_devices import defaults
from mdm_devices.checking_in import Story, visit
from mdm_devices.connection import from_ready_file
from mdm_devices.draw import Draw
from mdm_devices.enrolling import Door, enroll_fleet
from mdm_devices.load import capacity_page
from mdm_devices.load.admins import Desk
from mdm_devices.load.capacity import FORMAT, Measured
from mdm_devices.personas import Fleet
from mdm_devices.profiles import Profiles
from mdm_devices.roster import Entry
from mdm_devices.signin import SignIn
from mdm_devices.wire import Wire

PAGE = ROOT / "docs" / "capacity.md"
ROUNDS = 3
WARM = 40  # devices, before anything is measured
READS = 100
BY_TABLE = """
    SELECT m.tbl_name, sum(s.pgsize) FROM dbstat s
    JOIN sqlite_schema m ON m.name = s.name GROUP BY m.tbl_name
"""


@dataclass
class Meter:
    """The CPU time of a process and all that it started, by kind of request."""

    process: psutil.Process
    microseconds: dict[str, float] = field(default_factory=dict)

    def used(self) -> float:
        """Seconds, of user and system."""
        times = [p.cpu_times() for p in (self.process, *self.process.children(recursive=True))]
        return sum(each.user + each.system for each in times)

    def measure(self, kind: str, work: Callable[[], int]) -> None:
        """Note what each of the requests used; `work` makes them and says how many."""
        before = self.used()
        count = work()
        self.microseconds[kind] = round((self.used() - before) * 1e6 / count, 1)


@dataclass
class Client:
    """Devices and an administrator of one service; one request at a time."""

    wire: Wire
    door: Door
    desk: Desk
    users: tuple[Any, ...]

    def enroll(self, fleet: Fleet, count: int) -> list[Entry]:
        """Enroll the fleet."""
        outcomes = list(enroll_fleet(fleet, count, self.door, self.users, 1))
        failed = [each.error for each in outcomes if each.entry is None]
        if failed:
            raise click.ClickException(f"{len(failed)} could not enroll: {failed[0]}")
        return [each.entry for each in outcomes if each.entry is not None]

    def check_in(self, fleet: Fleet, entries: list[Entry], rounds: int) -> int:
        """Check in, each time on a connection of its own; how often."""
        stories = [Story(entry) for entry in entries]
        for story in stories * rounds:
            visit(fleet, self.wire, story)
            self.wire.hang_up()
            if story.error:
                raise click.ClickException(f"a check-in failed: {story.error}")
        return sum(story.check_ins for story in stories)

    def read(self, what: Callable[[], None]) -> int:
        """Let the administrator do something some times; how often."""
        for _ in range(READS):
            what()
        return READS


@contextmanager
def client(ready: Path) -> Iterator[Client]:
    """A client of the service of a ready file, that has signed in."""
    connection = from_ready_file(ready)
    if connection.admin is None:
        raise click.ClickException("the ready file names no administrator")
    with Wire(connection) as wire:
        sign_in = SignIn(wire, connection)
        for user in (*connection.users, connection.admin):
            sign_in.token(user)
        door = Door(wire, sign_in, Profiles(sign_in, connection.admin))
        desk = Desk(sign_in, connection.admin, Draw(1, 0, "measure"))
        yield Client(wire, door, desk, connection.users)


def run(folder: Path, given: dict[str, Any]) -> None:
    """Measure, write capacity.json into the output folder, and the page if it was asked for."""
    figures = measure(folder, given)
    output: Path = given["output"]
    output.mkdir(parents=True, exist_ok=True)
    file = output / "capacity.json"
    document = {"format": FORMAT, **asdict(figures)}
    file.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    click.echo(file)
    if given["write_docs"]:
        PAGE.write_text(capacity_page.page(figures), encoding="utf-8")
        click.echo(PAGE)


def measure(folder: Path, given: dict[str, Any]) -> Measured:
    """Costs on SQLite; and what the database of the options uses, if there is one."""
    devices, seed = given["devices"], given["seed"]
    file = folder / "data" / "mdm-sim.db"
    held: list[Counter[str]] = []
    with service(folder) as (pid, ready), client(ready) as asking:
        meter = Meter(psutil.Process(pid))
        checked_in = work(asking, meter, devices, seed, lambda: held.append(sizes(file)))
    return Measured(
        devices=devices,
        rounds=ROUNDS,
        cpu=meter.microseconds,
        database_cpu=of_database(folder / "shared", given),
        size=costs(held, devices, checked_in),
        machine=machine(),
    )


def machine() -> str:
    """What was measured on, and how busy that was with other things as well."""
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {platform.system()}, Python "
        f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}, load average of five "
        f"minutes {os.getloadavg()[1]:.1f} (above the cores, CPU figures are too high)"
    )


def of_database(folder: Path, given: dict[str, Any]) -> dict[str, float]:
    """The CPU of the database's own processes by kind of request; nothing without a database."""
    if not given["database"]:
        return {}
    if not given["database_pid"]:
        raise click.UsageError("--measure with --database needs --database-pid")
    folder.mkdir()
    with service(folder, "--database", given["database"]) as (_, ready), client(ready) as asking:
        meter = Meter(psutil.Process(given["database_pid"]))
        work(asking, meter, given["devices"], given["seed"], lambda: None)
    return meter.microseconds


def work(asking: Client, meter: Meter, devices: int, seed: int, look: Callable[[], None]) -> int:
    """A fleet enrolls and checks in, and an administrator reads; the number of check-ins.

    `look` is called when things are warm, when the fleet is enrolled, and when it checked in.
    """
    fleet, warming = (
        Fleet(each, defaults.MIX, defaults.PLATFORMS, defaults.CLOCK) for each in (seed, seed + 1)
    )
    asking.check_in(warming, asking.enroll(warming, min(WARM, devices)), 1)
    asking.desk.list_pages()
    entries: list[Entry] = []
    counts: list[int] = []

    def enroll() -> int:
        entries.extend(asking.enroll(fleet, devices))
        return len(entries)

    def check_in() -> int:
        counts.append(asking.check_in(fleet, entries, ROUNDS))
        return counts[0]

    look()
    meter.measure("enroll", enroll)
    look()
    meter.measure("checkIn", check_in)
    look()
    meter.measure("get", lambda: asking.read(asking.desk.look))
    meter.measure("page", lambda: asking.read(asking.desk.first_page))
    return counts[0]


def sizes(file: Path) -> Counter[str]:
    """Bytes by table, its indexes with it, as the database's own pages count them."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        return Counter(dict(database.execute(BY_TABLE).fetchall()))


def costs(held: list[Counter[str]], devices: int, checked_in: int) -> dict[str, float]:
    """Bytes by what lies on disk; receipts and audit entries have periods of their own."""
    warm, enrolled, later = held
    added = {name: enrolled[name] - warm[name] for name in enrolled}
    grown = {name: later[name] - enrolled[name] for name in later}
    own = sum(size for name, size in added.items() if name not in ("receipts", "audit_events"))
    return {
        "device": round(own / devices),
        "receiptsPerEnrollment": round(added["receipts"] / devices),
        "auditPerEnrollment": round(added["audit_events"] / devices),
        "receiptsPerCheckIn": round(grown["receipts"] / checked_in),
        "auditPerCheckIn": round(grown["audit_events"] / checked_in),
    }
