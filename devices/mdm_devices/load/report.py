"""The report of a run: plots as PNG, tables as CSV, and one page that needs nothing else."""

import base64
import csv
from collections import Counter
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

Figures = dict[str, Any]
Rows = Sequence[dict[str, Any]]
WIDE = (10.0, 3.6)
STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;margin:1rem 0;font-variant-numeric:tabular-nums}
th,td{padding:.2rem .7rem;border-bottom:1px solid #ddd;text-align:right}
th:first-child,td:first-child{text-align:left}img{max-width:100%;height:auto}
"""
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width"><style>{style}</style></head>
<body><h1>{title}</h1>
{body}
</body></html>
"""


def write(figures: Figures, folder: Path) -> list[Path]:
    """Write plots, tables and the page into the folder; what was written, the page first."""
    plots = {
        "check-ins.png": ("Check-ins in each second, and devices awake", _check_ins),
        "latency.png": ("Latency of check-ins over time, ms", _latency),
        "refusals.png": ("Refused facts by row of the policy and reason", _refusals),
    }
    pictures = {}
    for name, (title, draw) in plots.items():
        pictures[title] = folder / name
        _plot(figures, draw, title, folder / name)
    tables = [folder / "timeline.csv", folder / "requests.csv"]
    _table(tables[0], figures["timeline"])
    _table(tables[1], figures["requests"])
    page = folder / "report.html"
    page.write_text(_page(figures, pictures), encoding="utf-8")
    return [page, *pictures.values(), *tables]


def _table(path: Path, rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]) if rows else [])
        writer.writeheader()
        writer.writerows(rows)


def _plot(figures: Figures, draw: Any, title: str, path: Path) -> None:
    figure = Figure(figsize=WIDE, layout="constrained")
    axes = figure.subplots()
    draw(figures, figure, axes)
    axes.set_title(title, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    if any(each.get_legend_handles_labels()[0] for each in figure.axes):
        figure.legend(loc="outside lower center", ncols=5, fontsize="small")
    figure.savefig(path, dpi=110, metadata={"Software": None})


def _over_time(figures: Figures, axes: Axes) -> list[int]:
    axes.set_xlabel("second of the run")
    axes.axvline(figures["enrolledBySecond"], color="#999", linestyle=":", label="fleet enrolled")
    for push in figures["pushesAtSecond"]:
        axes.axvline(push, color="#c33", linestyle="--", label="push")
    return [each["second"] for each in figures["timeline"]]


def _check_ins(figures: Figures, _figure: Figure, axes: Axes) -> None:
    seconds = _over_time(figures, axes)
    timeline = figures["timeline"]
    axes.bar(seconds, [each["checkIns"] for each in timeline], width=1, label="check-ins")
    axes.plot(seconds, [each["enrollments"] for each in timeline], color="#2a2", label="enrolled")
    awake = axes.twinx()
    known = [each for each in timeline if each["users"] is not None]
    awake.plot(
        [each["second"] for each in known],
        [each["users"] for each in known],
        color="#d80",
        label="awake",
    )
    awake.set_ylabel("awake")
    axes.set_ylabel("a second")


def _latency(figures: Figures, _figure: Figure, axes: Axes) -> None:
    _over_time(figures, axes)
    timed = [each for each in figures["timeline"] if each["p50Ms"] is not None]
    for name in ("p50Ms", "p95Ms", "p99Ms"):
        seconds = [each["second"] for each in timed]
        axes.plot(seconds, [each[name] for each in timed], label=name.removesuffix("Ms"))
    axes.set_ylabel("ms")
    axes.set_ylim(bottom=0)


def _refusals(figures: Figures, figure: Figure, axes: Axes) -> None:
    refusals = figures["refusals"]
    totals: Counter[str] = Counter()
    for each in refusals:
        totals[each["row"]] += each["count"]
    rows = [row for row, _ in reversed(totals.most_common())]
    so_far = dict.fromkeys(rows, 0)
    for reason in sorted({each["reason"] for each in refusals}):
        counts = {each["row"]: each["count"] for each in refusals if each["reason"] == reason}
        widths = [counts.get(row, 0) for row in rows]
        axes.barh(rows, widths, left=[so_far[row] for row in rows], label=reason)
        so_far = {row: so_far[row] + counts.get(row, 0) for row in rows}
    figure.set_size_inches(WIDE[0], 1.4 + 0.21 * max(4, len(rows)))
    axes.tick_params(axis="y", labelsize="small")
    axes.set_xlabel("refused")


def _page(figures: Figures, pictures: dict[str, Path]) -> str:
    title = f"{figures['devices']} devices, shape {figures['shape']}, {figures['seconds']:g} s"
    busiest = figures["busiestGeneratorCpuPercent"]
    opening = (
        f"Seed {figures['seed']}; one second stands for {figures['factor']:g} seconds once the "
        f"fleet is enrolled. The busiest load generator used {busiest:g} % of a core: near 100 % "
        "the latencies are its own."
    )
    body = [f"<p>{opening}</p>"]
    for caption, path in pictures.items():
        data = base64.b64encode(path.read_bytes()).decode()
        body.append(f'<p><img alt="{escape(caption)}" src="data:image/png;base64,{data}"></p>')
    body.append("<h2>Requests</h2>" + _html(figures["requests"]))
    body.append("<h2>Errors</h2>" + _html(figures["errors"]))
    body.append("<h2>Receipts</h2>" + _html([figures["receipts"]]))
    body.append("<h2>Refusals</h2>" + _html(figures["refusals"]))
    return PAGE.format(title=escape(title), style=STYLE, body="\n".join(body))


def _html(rows: Rows) -> str:
    if not rows:
        return "<p>none</p>"
    head = "".join(f"<th>{escape(name)}</th>" for name in rows[0])
    lines = (
        "".join(f"<td>{'' if cell is None else escape(str(cell))}</td>" for cell in row.values())
        for row in rows
    )
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
