"""The three programs that talk to a service: enroll a fleet, run its check-ins, let it leave."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mdm_devices import roster
from mdm_devices.checking_in import Story, leave, visit
from mdm_devices.connection import Connection
from mdm_devices.enrolling import Door, enroll_fleet, in_parallel
from mdm_devices.in_bulk import enroll_in_bulk
from mdm_devices.personas import Fleet
from mdm_devices.profiles import Profiles
from mdm_devices.report import progress
from mdm_devices.signin import SignIn
from mdm_devices.summary import ENROLL_COLUMNS, RUN_COLUMNS, Summary
from mdm_devices.wire import Wire


@dataclass
class Ending:
    """How a program ended. `devices` are told of only when asked for; they can be large."""

    summary: dict[str, Any]
    succeeded: int
    failed: int
    devices: list[dict[str, Any]] = field(default_factory=list)


def enroll_all(
    connection: Connection,
    fleet: Fleet,
    count: int,
    workers: int,
    state: Path | None,
    *,
    keep: bool,
    in_bulk: bool = False,
) -> Ending:
    """Enroll `count` devices and write the state file, also when stopped halfway."""
    began = time.perf_counter()
    summary, entries, devices = Summary(ENROLL_COLUMNS), [], []
    with Wire(connection) as wire:
        sign_in = SignIn(wire, connection)
        sign_in.token(connection.users[0])  # fails here, once, when nobody is home
        door = Door(wire, sign_in, Profiles(sign_in, connection.admin))
        if in_bulk:
            outcomes = enroll_in_bulk(fleet, count, door, connection.users)
        else:
            outcomes = enroll_fleet(fleet, count, door, connection.users, workers)
        try:
            for outcome in progress(outcomes, count, "enrolling"):
                summary.add_enrolled(outcome)
                if outcome.entry:
                    entries.append(outcome.entry)
                if keep:
                    devices.append(outcome.to_json())
        finally:
            if state and entries:
                roster.save(state, fleet, entries)
    told = summary.to_json(time.perf_counter() - began)
    return Ending(told, told["enrolled"], told["failed"], devices)


def run_all(
    connection: Connection, state: Path, workers: int, rounds: int, interval: float, *, keep: bool
) -> Ending:
    """Check in `rounds` times, `interval` seconds apart, and keep the state file up to date."""
    fleet, entries = roster.load(state)
    stories = [Story(entry) for entry in entries]
    began = time.perf_counter()
    with Wire(connection) as wire:
        for number in range(rounds):
            if number:
                time.sleep(interval)
            label = f"round {number + 1} of {rounds}"
            try:
                _each(stories, workers, lambda story: visit(fleet, wire, story), label)
            finally:
                roster.save(state, fleet, [story.entry for story in stories])
    return _ending(stories, time.perf_counter() - began, keep=keep)


def unenroll_all(connection: Connection, state: Path, workers: int, *, keep: bool) -> Ending:
    """Let every device leave; the state file then says that they are gone."""
    fleet, entries = roster.load(state)
    stories = [Story(entry) for entry in entries if entry.state != roster.GONE]
    began = time.perf_counter()
    with Wire(connection) as wire:
        _each(stories, workers, lambda story: leave(wire, story), "leaving")
    left = {story.entry.index: story.entry for story in stories}
    roster.save(state, fleet, [left.get(entry.index, entry) for entry in entries])
    return _ending(stories, time.perf_counter() - began, keep=keep)


def _each(stories: list[Story], workers: int, work: Callable[[Story], Story], label: str) -> None:
    staying = [story for story in stories if not story.gone]
    for _ in progress(in_parallel(work, staying, workers), len(staying), label):
        pass


def _ending(stories: list[Story], seconds: float, *, keep: bool) -> Ending:
    summary = Summary(RUN_COLUMNS)
    for story in stories:
        summary.add_story(story)
    told = summary.to_json(seconds)
    devices = [story.to_json() for story in stories] if keep else []
    return Ending(told, told["devices"] - told["failed"], told["failed"], devices)
