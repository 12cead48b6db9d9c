"""The report as one HTML page: nothing in it comes from elsewhere, and nothing in it runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Any

from mdm_sim.proving.report import HEADINGS, verdict

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem }
table { border-collapse: collapse; margin: 1rem 0; width: 100% }
th, td { border-bottom: 1px solid #ddd; padding: .3rem .5rem; text-align: left }
td { vertical-align: top }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums }
.good { background: #e7f5ea; padding: 1rem } .bad { background: #fde8e8; padding: 1rem }
small { color: #555 }
"""


def as_html(told: dict[str, Any]) -> str:
    """The whole page."""
    return "\n".join(_lines(told))


def _lines(told: dict[str, Any]) -> Iterator[str]:
    yield '<!doctype html><html lang="en"><meta charset="utf-8">'
    yield f"<title>mdm-sim: proof of data minimisation</title><style>{_STYLE}</style>"
    yield "<h1>Proof of data minimisation</h1>"
    yield f'<p class="{"good" if told["clean"] else "bad"}"><b>{escape(verdict(told))}</b></p>'
    yield (
        f"<p>Unique values (canaries) were sent in every fact of every row of Microsoft's page on "
        f"data collection, and in everything else that a request has. After each of "
        f"{len(told['phases'])} phases every file that the service could write, everything it "
        f"printed and every answer it gave was searched for all of them: "
        f"{told['bytesSearched'] / 1e6:,.1f} MB in all. "
        f"Catalogue {escape(told['policyVersion'])}.</p>"
    )
    yield from _findings(told)
    yield "<h2>By row of the page</h2>"
    yield from _rows(told["rows"])
    yield "<h2>Beside the page</h2>"
    yield from _rows(told["beside"])
    yield "<h2>Doors</h2>"
    yield from _plain(("door", "routes", "canaries"), told["doors"])
    yield "<h2>Phases</h2>"
    names = ("phase", "canaries", "held", "files", "fileBytes", "answers", "answerBytes")
    yield from _plain(names, told["phases"])
    yield f"<h2>Files searched</h2><p>{escape(', '.join(told['files']))}</p>"
    yield "<h2>What this cannot show</h2><ul>"
    yield from (f"<li>{escape(limit)}</li>" for limit in told["limits"])
    yield "</ul></html>"


def _findings(told: dict[str, Any]) -> Iterator[str]:
    names = ("problem", "row", "how", "place", "phase", "times")
    if told["findings"]:
        yield "<h2>What is wrong</h2>"
        yield from _plain(names, told["findings"])
    if told["routesWithoutCanary"]:
        yield "<h2>Routes that no canary went through</h2><ul>"
        yield from (f"<li>{escape(route)}</li>" for route in told["routesWithoutCanary"])
        yield "</ul>"


def _rows(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield "<table><tr><th>row</th>"
    yield "".join(f'<th class="n">{escape(heading)}</th>' for heading in HEADINGS.values())
    yield "<th>reasons</th></tr>"
    for row in rows:
        label = f"<br><small>{escape(row['label'])}</small>" if row.get("label") else ""
        why = ", ".join(f"{reason} {count}" for reason, count in row["reasons"].items())
        yield f"<tr><td>{escape(row['id'])}{label}</td>"
        yield "".join(_cell(row[name]) for name in HEADINGS)
        yield f"<td><small>{escape(why or row.get('note', ''))}</small></td></tr>"
    yield "</table>"


def _plain(names: Iterable[str], rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield f"<table><tr>{''.join(f'<th>{escape(name)}</th>' for name in names)}</tr>"
    for row in rows:
        yield f"<tr>{''.join(_cell(row[name]) for name in names)}</tr>"
    yield "</table>"


def _cell(value: object) -> str:
    if isinstance(value, int):
        return f'<td class="n">{value:,}</td>'
    return f"<td>{escape(str(value))}</td>"
