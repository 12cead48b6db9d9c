"""The tables of the page: ratios first. Each is made of one output of the benchmark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benching.results import Figures, Ratio, figures, ratio
from benching.rows import BULK_ROWS, ROWS

_ORDER = [row.name for row in (*ROWS, *BULK_ROWS)]
_COMMIT = "Flask, one commit, sqlite"
_RAW, _COPY = "raw executemany, sqlite", "raw COPY, postgresql"
# What the project wants of a row beside a limit, and beside moto's nearest work: at least so much.
AIMS = {
    ("check-in unchanged", _COMMIT): 1.0,
    ("check-in changed", _COMMIT): 1.0,
    ("enroll", _COMMIT): 0.7,
    ("get", "bare Flask"): 0.7,
    ("bulk enroll", _RAW): 0.4,
    ("bulk check-in", _RAW): 0.4,
    ("enroll", "moto DynamoDB"): 6.0,
    ("check-in changed", "moto DynamoDB"): 10.0,
    ("get", "moto DynamoDB"): 12.0,
    ("first page", "moto DynamoDB"): 200.0,
}
MOST_GROWTH = 1.5


@dataclass(frozen=True)
class Output:
    """An output of the benchmark, and the medians of it."""

    told: Mapping[str, Any]
    found: Figures

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Output:
        """From what the benchmark wrote."""
        return cls(told, figures(told["measured"]))

    def names(self, kind: str) -> list[str]:
        """The contestants of a kind, as they were started."""
        about = self.told["contestants"].items()
        return [name for name, each in about if each["kind"] == kind]

    def services(self, **wanted: Any) -> list[str]:
        """The services that have these properties."""
        about = self.told["contestants"]
        return [
            name
            for name in self.names("service")
            if all(about[name][key] == value for key, value in wanted.items())
        ]

    def rows(self) -> list[str]:
        """The rows that were measured, in the table's order."""
        measured = {row for row, _ in self.found}
        return [name for name in _ORDER if name in measured]


def table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A table in Markdown; nothing when it has no line."""
    if not lines:
        return ""
    ruled = [head, ["---"] + ["---:"] * (len(head) - 1), *lines]
    return "\n".join("| " + " | ".join(line) + " |" for line in ruled) + "\n"


def _share(found: Ratio | None, aim: float | None) -> str:
    if found is None:
        return "-"
    wanted = f", aim {aim:.0%}" if aim else ""
    return f"{_percent(found.rate)} (CPU {_percent(found.cpu)}{wanted})"


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.095 else f"{share:.1%}"


def _times(found: Ratio | None, aim: float | None) -> str:
    if found is None:
        return "-"
    wanted = f", aim {aim:g}x" if aim else ""
    return f"{found.rate:.3g}x (CPU {found.cpu:.3g}x{wanted})"


def limits(output: Output) -> str:
    """The service in percent of the limits of its stack."""
    others = [*output.names("limit"), *(sorted({_RAW, _COPY} & {name for _, name in output.found}))]
    return _beside(output, others, _share)


def peers(output: Output) -> str:
    """How often the service does what a peer does once."""
    return _beside(output, output.names("peer"), _times)


def _beside(output: Output, others: Sequence[str], tell: Any) -> str:
    mine = next(iter(output.names("service")), "")
    lines = []
    for row in output.rows():
        ratios = [(other, ratio(output.found, row, mine, other)) for other in others]
        if any(found for _, found in ratios):
            lines.append([row, *(tell(found, AIMS.get((row, name))) for name, found in ratios)])
    return table(["row", *others], lines)


def pairs(output: Output) -> Iterator[tuple[str, str, str]]:
    """Which services are told beside which others: a title, the one, the other."""
    about = output.told["contestants"]
    services = output.names("service")
    for name in services:
        each = about[name]
        for other in services:
            their = about[other]
            differ = [key for key in ("database", "devices", "workers") if each[key] != their[key]]
            if differ == ["devices"] and each["devices"] > their["devices"]:
                yield f"{each['devices']:,} / {their['devices']:,} devices", name, other
            if differ == ["workers"] and each["workers"] > their["workers"]:
                yield f"{each['workers']} / {their['workers']} workers", name, other
            if differ == ["database"] and their["database"] == "sqlite":
                yield f"{each['database']} / sqlite", name, other


def growth(output: Output, key: str) -> str:
    """What a request costs with more devices (time, CPU), in what it costs with fewer."""
    chosen = [each for each in pairs(output) if key in each[0]]
    lines = []
    for row in output.rows():
        costs = [ratio(output.found, row, other, one) for _, one, other in chosen]
        if any(costs):
            lines.append([row, *(_cost(cost) for cost in costs)])
    about = output.told["contestants"]
    heads = [f"{title}, {_rest(about[one], key)}" for title, one, _ in chosen]
    return table(["row", *heads], lines)


def _rest(about: Mapping[str, Any], key: str) -> str:
    parts = {
        "devices": f"{about['devices']:,} devices",
        "database": about["database"],
        "workers": f"{about['workers']} worker{'s'[: about['workers'] > 1]}",
    }
    without = {"devices": "devices", "workers": "workers"}.get(key, "database")
    return ", ".join(text for name, text in parts.items() if name != without)


def _cost(found: Ratio | None) -> str:
    return f"{found.rate:.2f}x (CPU {found.cpu:.2f}x)" if found else "-"


def absolute(output: Output) -> str:
    """Requests a second, CPU and latencies of everybody: context, not results."""
    lines = []
    for row in output.rows():
        for (name, contestant), figure in output.found.items():
            if name == row:
                rate = _rate(figure.per_second)
                failed = f" ({figure.failed} failed)" if figure.failed else ""
                latency = f"{figure.p50 / 1000:,.1f} / {figure.p99 / 1000:,.1f}"
                lines.append([row, contestant, rate + failed, f"{figure.cpu:,.0f}", latency])
    return table(["row", "contestant", "a second", "CPU µs", "p50 / p99 ms"], lines)


def _rate(per_second: float) -> str:
    return f"{per_second:,.0f}" if per_second >= 10 else f"{per_second:.2g}"


def memory(output: Output) -> str:
    """Resident memory of the largest process (a worker, for the service), in MB."""
    held = output.told.get("memory", {})
    lines = [
        [name, *(f"{each[key] / 1e6:,.0f}" for key in ("largest", "private", "together"))]
        for name, each in held.items()
    ]
    head = ["after the run", "largest process", "of it not mapped files", "all processes"]
    return table(head, lines)


def starts(output: Output) -> str:
    """Seconds from the command to the first answer."""
    found = output.told.get("starts", {}).get("median", {})
    return table(["start", "seconds"], [[name, f"{each:.2f}"] for name, each in found.items()])


def disk(output: Output) -> str:
    """Bytes on disk for each device, beside what is stored."""
    head = ["fleet", "bytes a device", "JSON", "indexes", "files / (JSON + indexes)", "made in s"]
    lines = []
    for name, each in output.told.get("disk", {}).items():
        known = [f"{each[key]:,.0f}" if key in each else "-" for key in ("json", "indexes")]
        share = f"{each['ratio']:.2f}" if "ratio" in each else "-"
        made = f"{each['seconds_to_make']:,.0f}"
        lines.append([name, f"{each['files']:,.0f}", *known, share, made])
    return table(head, lines)
