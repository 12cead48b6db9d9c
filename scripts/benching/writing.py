"""docs/performance.md and what the terminal shows, from one output of the benchmark."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benching import explaining, places, tables
from benching.rows import BULK_ROWS, ROWS
from benching.tables import Output

PAGE = places.ROOT / "docs" / "performance.md"


def write(told: Sequence[Mapping[str, Any]]) -> None:
    """Write the page."""
    PAGE.write_text(page(told), encoding="utf-8")


def page(told: Sequence[Mapping[str, Any]]) -> str:
    """The whole page in Markdown, from one run or more; no ratio is of two runs."""
    outputs = [Output.of(each) for each in told]
    parts = [
        explaining.INTRODUCTION,
        *(_measured_on(output) for output in outputs),
        "## Beside the limits of the stack\n",
        explaining.LIMITS,
        *_each(tables.limits, outputs[:1]),
        "## Beside what one would use instead\n",
        explaining.PEERS,
        *_each(tables.peers, outputs),
        "## Growth\n",
        explaining.GROWTH,
        *_each(_grown, outputs),
        "## Start and size\n",
        explaining.SIZE,
        *_each(tables.starts, outputs),
        *_each(tables.memory, outputs),
        *_each(tables.disk, outputs),
        "## What is asked\n",
        _asked(),
        "## What is compared with what\n",
        explaining.COMPARED,
        "## Absolute figures\n",
        explaining.ABSOLUTE,
        *_each(tables.absolute, outputs),
        _absent(outputs),
    ]
    return "\n".join(part for part in parts if part)


def _each(tell: Callable[[Output], str], outputs: Sequence[Output]) -> list[str]:
    return [tell(output) for output in outputs]


def _grown(output: Output) -> str:
    found = [tables.growth(output, key) for key in ("devices", "workers", "sqlite")]
    return "\n".join(each for each in found if each)


def summary(told: Mapping[str, Any]) -> str:
    """The ratios, and what could not be measured."""
    output = Output.of(told)
    parts = [
        "service / limit",
        tables.limits(output),
        "service / peer",
        tables.peers(output),
        "cost with more devices, more workers, on PostgreSQL",
        _grown(output),
        tables.starts(output),
        tables.memory(output),
        tables.disk(output),
        tables.absolute(output),
        _absent([output]),
    ]
    return "\n".join(part for part in parts if part)


def _measured_on(output: Output) -> str:
    machine = output.told["machine"]
    what = "; ".join(f"{name} {value}" for name, value in machine.items())
    loads = f"{output.told['load_before']} before, {output.told['load_after']} after"
    service = next(iter(output.names("service")), "no service")
    runs = max((figure.runs for figure in output.found.values()), default=0)
    return (
        f"From the run of\n\n```\n{output.told['command']}\n```\n\n"
        f"Medians of {runs} runs. Where nothing else is said, the service is {service}.\n"
        f"Machine: {what}. Load average: {loads}.\n"
    )


def _asked() -> str:
    lines = [[row.name, row.what] for row in (*ROWS, *BULK_ROWS)]
    return tables.table(["row", "what"], lines).replace("| ---: |", "| --- |")


def _absent(outputs: Sequence[Output]) -> str:
    found: dict[str, str] = {}
    for output in outputs:
        found |= output.told["absent"]
    if not found:
        return ""
    told = "\n".join(f"- {name}: {reason.splitlines()[-1]}" for name, reason in found.items())
    return f"## Not measured\n\n{told}\n"
