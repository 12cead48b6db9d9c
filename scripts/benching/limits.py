"""The limits of the stack: the least that could answer each row as the service does."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace

from sqlalchemy import text

from benching import places, rows
from benching.contestants import Contestant, Started
from benching.databases import DATABASES, Database
from benching.load import Load, field
from benching.processes import free_port, start
from mdm_sim.store.engine import Store

Loads = Callable[[int], Mapping[str, Load]]
_TABLE = "CREATE TABLE things (id TEXT PRIMARY KEY, seen DOUBLE PRECISION, document TEXT NOT NULL)"
_THING = "INSERT INTO things (id, seen, document) VALUES (:id, 0, :document)"
_ALL = {row.name for row in rows.ROWS}
# What a row of one table and one commit is the limit of.
_COMMITTED = {row.name for row in rows.ROWS if row.writes} | {"get"}


def contestants(
    loads: Loads, answers: Mapping[str, bytes], databases: list[str]
) -> list[Contestant]:
    """The limits beside one service, whose requests and answers they take."""
    made = [
        Contestant("bare WSGI", "limit", lambda: _start("wsgi", loads, answers, _ALL)),
        Contestant("bare Flask", "limit", lambda: _start("flask", loads, answers, _ALL)),
    ]
    return made + [_committing(loads, answers, DATABASES[name]) for name in databases]


def _committing(loads: Loads, answers: Mapping[str, bytes], database: Database) -> Contestant:
    return Contestant(
        f"Flask, one commit, {database.name}",
        "limit",
        lambda: _start("commit", loads, answers, _COMMITTED, database),
        database=database.name,
    )


def slug(row: str) -> str:
    """A row's name in a path."""
    return row.replace(" ", "-")


def _start(
    kind: str,
    loads: Loads,
    answers: Mapping[str, bytes],
    names: set[str],
    database: Database | None = None,
) -> Started:
    folder = places.SCRATCH / f"limit-{kind}-{database.name if database else 'none'}"
    told = folder / "answers"
    told.mkdir(parents=True, exist_ok=True)
    for row, answer in answers.items():
        (told / slug(row)).write_bytes(answer)
    environment = {
        "BENCH_LIMIT": kind,
        "BENCH_ANSWERS": str(told),
        "PYTHONPATH": str(places.ROOT / "scripts"),
    }

    def limited(first: int) -> dict[str, Load]:
        found = {name: load for name, load in loads(first).items() if name in names}
        return {name: _limited(name, load) for name, load in found.items()}

    with ExitStack() as held:
        if database:
            store = folder / "store"
            environment["BENCH_DATABASE"] = held.enter_context(database.opened(store))
            _fill(environment["BENCH_DATABASE"], loads(0))
        port = free_port()
        command = [sys.executable, "-m", "benching.limit_server", str(port)]
        running = start(command, folder, port, "/readyz", environment)
        running.beside += database.processes(folder / "store") if database else []
        held.callback(running.stop)
        return Started(running, limited, held.pop_all().close)


def _limited(row: str, load: Load) -> Load:
    key = field("digits") if "digits" in load.values[0] else "all"
    return replace(load, path=f"/{slug(row)}/{key}", expects=200, shows=("", 0))


def _fill(url: str, loads: Mapping[str, Load]) -> None:
    """A thing for every device and app that requests name, but for those that enroll."""
    things = {
        each["digits"]: load.body or "{}"
        for name, load in loads.items()
        if name != "enroll"
        for each in load.values
        if "digits" in each
    }
    store = Store(url)
    with store.write() as connection:
        connection.execute(text(_TABLE))
        named = [{"id": digits, "document": body} for digits, body in things.items()]
        connection.execute(text(_THING), named)
    store.close()
