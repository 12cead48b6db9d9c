"""The options of a run, and what follows from them: its plan, its fleet and its service."""

import os
from argparse import ArgumentParser, Namespace
from pathlib import Path

from mdm_devices import defaults
from mdm_devices.connection import Connection, ConnectionFileError, from_ready_file
from mdm_devices.load.shapes import SHAPES, Plan
from mdm_devices.personas import Fleet

READY_FILE = "MDM_SIM_READY_FILE"


def add_to(parser: ArgumentParser) -> None:
    """Add the options of a run; workers get those of their master."""
    group = parser.add_argument_group("simulated devices")
    group.add_argument("--devices", type=int, default=200)
    group.add_argument("--admins", type=int, default=1)
    group.add_argument("--shape", choices=[*SHAPES], default="day")
    group.add_argument("--seconds", type=float, default=60.0)
    group.add_argument("--seed", type=int, default=1)
    group.add_argument("--mix", default=defaults.MIX)
    group.add_argument("--platforms", default=defaults.PLATFORMS)
    group.add_argument("--clock", default=defaults.CLOCK, help="Dates what is told.")
    group.add_argument("--figures", default="", help="The JSON file that the figures go to.")


def plan_of(options: Namespace) -> Plan:
    """The plan of a run."""
    return Plan(options.shape, options.devices, options.seconds, options.seed)


def fleet_of(options: Namespace) -> Fleet:
    """The fleet of a run. Raises ValueError."""
    fleet = Fleet(options.seed, options.mix, options.platforms, options.clock)
    _ = fleet.seating, fleet.now
    return fleet


def connection_of_now() -> Connection:
    """The service that this process asks. Raises ConnectionFileError."""
    if READY_FILE not in os.environ:
        raise ConnectionFileError(f"{READY_FILE} has to name the ready file of a service")
    return from_ready_file(Path(os.environ[READY_FILE]))


def check(options: Namespace) -> None:
    """Raises ValueError when there is nothing to run."""
    fleet_of(options)
    if options.devices < 1 or options.seconds <= 0 or options.admins < 0:
        raise ValueError("a run has a device and some seconds, and no fewer than 0 administrators")


def check_administrators(options: Namespace, connection: Connection) -> None:
    """Raises ValueError when there should be administrators and nobody is one."""
    if options.admins and connection.admin is None:
        raise ValueError("the ready file names no administrator; use --admins 0")
