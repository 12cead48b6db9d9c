"""What people see: a progress bar while it runs, a table when it is done."""

import sys
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

T = TypeVar("T")
UNLIMITED = 1000
TITLES = {"checkIns": "check-ins", "p50Ms": "p50 ms", "p95Ms": "p95 ms"}
NOT_COLUMNS = ("judged", "seconds", "errors", "groups")


def progress(results: Iterable[T], total: int, label: str) -> Iterator[T]:
    """Pass the results on, with a bar on stderr if that is a terminal."""
    if not sys.stderr.isatty():
        yield from results
        return
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        for result in results:
            yield result
            bar.advance(task)


def print_summary(summary: dict[str, Any], title: str) -> None:
    """A table of a summary, a line per group and one for all; error codes below it."""
    columns = [name for name in summary if name not in NOT_COLUMNS]
    table = Table(title=f"{title}, {summary['seconds']:.1f} s", box=SIMPLE_HEAD, show_footer=True)
    table.add_column("profile", footer="all")
    table.add_column("platform")
    for name in columns:
        table.add_column(TITLES.get(name, name), footer=_cell(summary[name]), justify="right")
    for group in summary["groups"]:
        table.add_row(group["profile"], group["platform"], *(_cell(group[n]) for n in columns))
    # a narrow terminal wraps the lines; cut columns would lose their names
    width = Console(width=UNLIMITED).measure(table).maximum
    console = Console(width=max(Console().width, width))
    console.print(table)
    for code, count in summary["errors"].items():
        console.print(f"{count} failed: {code}", markup=False)


def _cell(value: float | None) -> str:
    return "-" if value is None else str(value)
