"""The catalogue as one page of HTML: no script, nothing loaded, ready to print.

Tables have captions and scoped headings (WCAG 2.2, success criterion 1.3.1); what stands in another
language than the page says so (3.1.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from mdm_sim.policy import catalogue
from mdm_sim.policy.explain import category_label, reduction, register
from mdm_sim.policy.facts import JUDGED, KINDS, MEMBERS
from mdm_sim.policy.rows import Row
from mdm_sim.policy.tags import TAGS
from mdm_sim.policy.words import JUDGED as JUDGED_WORDS
from mdm_sim.policy.words import ORIGINS, Phrase, condition, say

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 78rem; padding: 0 1rem;
  color: #1a1a1a; background: #fff; }
table { border-collapse: collapse; width: 100%; margin: 0 0 2.5rem; }
caption { text-align: left; font-size: 1.2rem; font-weight: 600; padding: .5rem 0; }
th, td { border: 1px solid #767676; padding: .3rem .5rem; text-align: left; vertical-align: top; }
thead th { background: #eee; }
code { font-size: .9em; overflow-wrap: anywhere; }
@media print { body { margin: 0; max-width: none; font-size: 9pt; }
  thead { display: table-header-group; } tr { break-inside: avoid; } }
"""
# fmt: off
_TITLE = Phrase("What may be kept", "Wat bewaard mag worden")
_INTRO = Phrase(
    "Microsoft's page on data collection in Intune, as mdm-sim, a mock Intune for tests, reads it. Catalogue {}, {} rows.",
    "Microsofts pagina over gegevensverzameling in Intune, zoals mdm-sim, een nagebootste Intune voor tests, die leest. Catalogus {}, {} rijen.",
)
_COLUMNS = (
    Phrase("Row", "Rij"), Phrase("Item", "Item"), Phrase("MAM column of the page", "MAM-kolom van de pagina"),
    Phrase("Kept in MDM", "Bewaard bij MDM"), Phrase("Kept in MAM", "Bewaard bij MAM"),
    Phrase("Comes from", "Komt van"), Phrase("Facts", "Feiten"), Phrase("Data category", "Gegevenscategorie"),
)
_REDUCED = Phrase("reduced {}", "ingekort {}")
_FACTS = Phrase("Facts that devices and apps may report", "Feiten die apparaten en apps mogen melden")
_FACT_COLUMNS = (Phrase("Fact", "Feit"), Phrase("Type", "Type"), Phrase("Members", "Onderdelen"))
_REGISTER = Phrase("What the service itself needs, beside the page", "Wat de service zelf nodig heeft, naast de pagina")
_REGISTER_COLUMNS = (Phrase("Name", "Naam"), Phrase("What for", "Waarvoor"))
# fmt: on


def page(language: str) -> str:
    """The whole catalogue as a document of HTML, in `en` or `nl`."""
    title = escape(say(_TITLE, language))
    intro = say(_INTRO, language).format(catalogue.VERSION, len(catalogue.ROWS))
    return "\n".join(
        (
            "<!doctype html>",
            f'<html lang="{language}">',
            f'<head><meta charset="utf-8"><title>{title}</title>',
            '<meta name="viewport" content="width=device-width">',
            f"<style>{_STYLE}</style></head>",
            f"<body><main><h1>{title}</h1>",
            f"<p>{escape(intro)}</p>",
            *_categories(language),
            _facts(language),
            _table(_REGISTER, _REGISTER_COLUMNS, language, _register(language)),
            "</main></body></html>\n",
        )
    )


def _categories(language: str) -> Iterator[str]:
    for name in dict.fromkeys(row.category for row in catalogue.ROWS):
        rows = [_row(row, language) for row in catalogue.ROWS if row.category == name]
        heading = category_label(name, language)
        yield _table(Phrase(heading, heading), _COLUMNS, language, rows)


def _row(row: Row, language: str) -> str:
    small = reduction(row, language)
    kept = condition(row.mdm, language)
    if small is not None:
        kept = f"{kept}; {say(_REDUCED, language).format(small)}"
    return _cells(
        row.id,
        f"<td>{escape(catalogue.label(row, language))}</td>",
        f'<td lang="nl">{escape(row.mam_cell)}</td>',
        f"<td>{escape(kept)}</td>",
        f"<td>{escape(condition(row.mam, language))}</td>",
        f"<td>{escape(say(ORIGINS[row.origin], language))}</td>",
        f"<td>{_codes(row.facts)}</td>",
        f"<td>{_codes([TAGS[row.id].category])}</td>",
    )


def _facts(language: str) -> str:
    judged = escape(say(JUDGED_WORDS, language))
    rows = [
        _cells(name, f"<td>{escape(kind)}</td>", f"<td>{_codes(MEMBERS.get(name, ()))}</td>")
        for name, kind in KINDS.items()
    ]
    rows += [
        _cells(name, f"<td>{escape(kind)}</td>", f"<td>{judged}</td>")
        for name, kind in JUDGED.items()
    ]
    return _table(_FACTS, _FACT_COLUMNS, language, rows)


def _register(language: str) -> Iterator[str]:
    for name, why in register(language).items():
        yield _cells(name, f"<td>{escape(why)}</td>")


def _cells(name: str, *cells: str) -> str:
    return f'<tr><th scope="row"><code>{escape(name)}</code></th>{"".join(cells)}</tr>'


def _codes(names: Iterable[str]) -> str:
    return " ".join(f"<code>{escape(name)}</code>" for name in names)


def _table(caption: Phrase, columns: Iterable[Phrase], language: str, rows: Iterable[str]) -> str:
    heads = "".join(f'<th scope="col">{escape(say(column, language))}</th>' for column in columns)
    return "\n".join(
        (
            f"<table><caption>{escape(say(caption, language))}</caption>",
            f"<thead><tr>{heads}</tr></thead>",
            "<tbody>",
            *rows,
            "</tbody></table>",
        )
    )
