"""The benchmark: start everything, ask every row of everybody in turn, tell the ratios."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benching import bulk, footprint, limits, machine, measuring, peers, rows, service, writing
from benching.contestants import Absent, Contestant, Started
from benching.databases import DATABASES
from benching.processes import CannotStart
from benching.rows import Row

Pair = tuple[Contestant, Started]


def options(arguments: list[str]) -> argparse.Namespace:
    """What is asked for. Lists are separated by commas; `none` is an empty one."""
    parser = argparse.ArgumentParser(prog="bench.py", description=__doc__)
    parser.add_argument("--devices", type=_numbers, default=[10_000], help="sizes of fleets")
    parser.add_argument("--databases", type=_words, default=["sqlite"], help="sqlite, postgresql")
    parser.add_argument("--workers", type=_numbers, default=[1], help="of the service")
    parser.add_argument("--peers", type=_words, default=None, help="all unless named")
    parser.add_argument("--rows", type=_words, default=None, help="all unless named")
    parser.add_argument("--runs", type=int, default=3, help="of each row, its median counts")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each run")
    parser.add_argument("--no-footprint", action="store_true", help="no start times, no sizes")
    parser.add_argument("--output", type=Path, help="write everything that was measured (JSON)")
    parser.add_argument("--write-docs", type=_words, help="no run: write the page of these outputs")
    return parser.parse_args(arguments)


def _words(text: str) -> list[str]:
    return [] if text == "none" else text.split(",")


def _numbers(text: str) -> list[int]:
    return [int(each) for each in text.split(",")]


def main(arguments: list[str]) -> None:
    """Run, or write the page of an earlier run."""
    asked = options(arguments)
    if asked.write_docs:
        writing.write([json.loads(Path(name).read_text()) for name in asked.write_docs])
        return
    told = run(asked)
    told["command"] = "python3 scripts/bench.py " + " ".join(arguments)
    if asked.output:
        asked.output.write_text(json.dumps(told, indent=1))
    print(writing.summary(told))


def run(asked: argparse.Namespace) -> dict[str, Any]:
    """Everything that was measured, as the output file has it."""
    absent: dict[str, str] = {}
    told: dict[str, Any] = {"machine": machine.described(), "load_before": machine.busy()}
    if not asked.no_footprint:
        told["starts"] = footprint.starts(min(asked.devices))
        sizes = [(DATABASES[name], size) for name in asked.databases for size in asked.devices]
        told["disk"] = {
            f"{each.name} {size}": footprint.on_disk(each, size) for each, size in sizes
        }
    with started(asked, absent) as pairs:
        told["contestants"] = {pair[0].name: _about(pair) for pair in pairs}
        told["measured"] = measuring.as_json(measured(asked, pairs, absent))
        told["memory"] = {each.name: asdict(up.running.memory()) for each, up in pairs}
    measuring.clear()
    return told | {"absent": absent, "load_after": machine.busy()}


def _about(pair: Pair) -> dict[str, Any]:
    contestant, up = pair
    return {
        "kind": contestant.kind,
        "devices": contestant.devices,
        "workers": contestant.workers,
        "database": contestant.database,
        "note": contestant.note,
        "ready_seconds": round(up.running.ready_seconds, 3),
    }


@contextmanager
def started(asked: argparse.Namespace, absent: dict[str, str]) -> Iterator[list[Pair]]:
    """All contestants that can be, up at the same time: services, their limits, peers."""
    measuring.clear()
    with ExitStack() as held:
        pairs: list[Pair] = []
        for contestant in _services(asked, absent):
            _begin(contestant, pairs, held, absent)
        if pairs:
            first, up = pairs[0]
            for row in rows.ROWS:  # the limits give the answers that the service gives
                measuring.check(first, up, row.name)
            databases = [name for name in asked.databases if not DATABASES[name].absent()]
            for contestant in limits.contestants(up.loads, first.answers, databases):
                _begin(contestant, pairs, held, absent)
        for contestant in peers.contestants(min(asked.devices), asked.peers):
            _begin(contestant, pairs, held, absent)
        yield pairs


def _services(asked: argparse.Namespace, absent: dict[str, str]) -> Iterator[Contestant]:
    for name in asked.databases:
        reason = DATABASES[name].absent()
        if reason:
            absent[f"mdm-sim, {name}"] = reason
            continue
        for size in asked.devices:
            for workers in asked.workers:
                yield service.contestant(DATABASES[name], size, workers)


def _begin(
    contestant: Contestant, pairs: list[Pair], held: ExitStack, absent: dict[str, str]
) -> None:
    print(f"starting {contestant.name} …", flush=True)
    try:
        up = contestant.start()
    except (Absent, CannotStart, ValueError) as reason:
        absent[contestant.name] = str(reason)
        return
    held.callback(up.stop)
    pairs.append((contestant, up))


def measured(
    asked: argparse.Namespace, pairs: list[Pair], absent: dict[str, str]
) -> Iterator[measuring.Measured]:
    """Row by row, run by run, one contestant after another."""
    numbers: dict[str, int] = {}
    for row in rows.ROWS:
        if asked.rows is not None and row.name not in asked.rows:
            continue
        able = [pair for pair in pairs if _can(pair, row, absent)]
        print(f"{row.name}: {len(able)} contestants …", flush=True)
        yield from measuring.run_row(row, able, asked.runs, asked.seconds, numbers)
    for row in rows.BULK_ROWS:
        if asked.rows is None or row.name in asked.rows:
            yield from _bulk(row, pairs, asked.runs, absent)


def _can(pair: Pair, row: Row, absent: dict[str, str]) -> bool:
    reason = measuring.check(*pair, row.name)
    if reason and reason != measuring.NOTHING:
        absent[f"{pair[0].name}: {row.name}"] = reason
    return not reason


def _bulk(
    row: Row, pairs: list[Pair], runs: int, absent: dict[str, str]
) -> Iterator[measuring.Measured]:
    for contestant, up in pairs:
        if contestant.kind == "service":
            try:
                yield from bulk.run_door(row.name, contestant.name, up, runs)
            except (Absent, OSError) as reason:
                absent[f"{contestant.name}: {row.name}"] = str(reason)
    for name in dict.fromkeys(each.database for each, _ in pairs if each.kind == "service"):
        size = next(each.devices for each, _ in pairs if each.database == name)
        raw = bulk.raw_limit(service.stored_in(DATABASES[name], size), runs)
        yield from (each for each in raw if each.row == row.name)


if __name__ == "__main__":
    main(sys.argv[1:])
