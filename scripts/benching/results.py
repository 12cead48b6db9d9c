"""Medians and ratios of what was measured. Arithmetic only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One row on one contestant: medians over its runs. CPU and latencies in microseconds."""

    per_second: float
    cpu: float
    p50: float
    p99: float
    runs: int
    failed: int


Figures = Mapping[tuple[str, str], Figure]  # by row and contestant


def figures(measured: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], Figure]:
    """The medians of every row on every contestant."""
    runs: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for each in measured:
        runs.setdefault((each["row"], each["contestant"]), []).append(each)
    return {key: _figure(found) for key, found in runs.items()}


def _figure(runs: Sequence[Mapping[str, Any]]) -> Figure:
    middle = {
        name: median(run[name] for run in runs) for name in ("per_second", "cpu", "p50", "p99")
    }
    return Figure(**middle, runs=len(runs), failed=sum(run["failed"] for run in runs))


@dataclass(frozen=True)
class Ratio:
    """How often the one's rate is the other's, and how often its CPU a request goes into it."""

    rate: float
    cpu: float


def ratio(found: Figures, row: str, one: str, other: str) -> Ratio | None:
    """`one` beside `other` on a row; above 1 `one` is ahead.

    None where either was not measured, had requests that failed, or came to none.
    """
    mine, theirs = found.get((row, one)), found.get((row, other))
    if mine is None or theirs is None or not (_is_whole(mine) and _is_whole(theirs)):
        return None
    return Ratio(mine.per_second / theirs.per_second, theirs.cpu / mine.cpu)


def _is_whole(figure: Figure) -> bool:
    return not figure.failed and figure.per_second > 0 and figure.cpu > 0
