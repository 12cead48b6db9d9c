"""The one place that measures: each row, run by run, one contestant after another."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from benching import load as loading
from benching import places
from benching.contestants import Absent, Contestant, Started, ask
from benching.rows import Row

# Devices that enroll have numbers from here on, so many for each run; prepared ones are below.
FIRST_NUMBER, NUMBERS = 10_000_000, 40_000
NOTHING = "it has nothing like it"
CHECKED = 3  # requests before a row is measured; the quickest tells how long one takes


@dataclass(frozen=True)
class Measured:
    """One run of one row on one contestant. Latencies and CPU in microseconds."""

    row: str
    contestant: str
    run: int
    per_second: float
    cpu: float
    p50: float
    p99: float
    requests: int
    failed: int


def measure(
    started: Started, row: str, first: int, seconds: float, took: float
) -> tuple[loading.Sent, float]:
    """One run; returns what was sent, and the CPU seconds of everything that served it."""
    wanted = started.loads(first)[row]
    started.before(row)
    before = started.running.cpu()
    port, folder = started.running.port, places.SCRATCH / "load"
    sent = loading.send(wanted, port, seconds, folder, first, took)
    return sent, started.running.cpu() - before


def check(contestant: Contestant, started: Started, row: str) -> str:
    """Ask a row three times; why it cannot be measured, empty when it can."""
    wanted = started.loads(FIRST_NUMBER - NUMBERS).get(row)
    if wanted is None:
        return NOTHING
    started.before(row)
    try:
        for place in range(CHECKED):
            begun = time.perf_counter()
            contestant.answers[row] = ask(wanted, started.running.port, place)
            took = time.perf_counter() - begun
            contestant.took[row] = min(took, contestant.took.get(row, took))
    except Absent as reason:
        return str(reason)
    except OSError as error:
        return type(error).__name__
    return ""


def run_row(
    row: Row,
    contestants: Iterable[tuple[Contestant, Started]],
    runs: int,
    seconds: float,
    numbers: dict[str, int],
) -> list[Measured]:
    """Every contestant in turn, so many times; `numbers` has the next number of each."""
    found = []
    for run in range(runs):
        for contestant, started in contestants:
            first = numbers.get(contestant.name, FIRST_NUMBER)
            numbers[contestant.name] = first + NUMBERS
            sent, cpu = measure(started, row.name, first, seconds, contestant.took[row.name])
            done = max(1, sent.requests)
            found.append(
                Measured(
                    row.name,
                    contestant.name,
                    run,
                    sent.requests / sent.seconds,
                    cpu / done * 1e6,
                    sent.p50,
                    sent.p99,
                    sent.requests,
                    sent.failed,
                )
            )
    return found


def as_json(measured: Iterable[Measured]) -> list[dict[str, object]]:
    """Measurements for the output file."""
    return [asdict(each) for each in measured]


def clear() -> None:
    """Remove what a run left behind."""
    shutil.rmtree(places.SCRATCH, ignore_errors=True)
