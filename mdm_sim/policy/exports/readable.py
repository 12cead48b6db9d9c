"""An export for people to read, as Markdown: headings, lists, and no table to get lost in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mdm_sim.policy.words import Phrase, say

# fmt: off
TITLES = {
    "processing-record": Phrase("Record of processing activities", "Register van verwerkingsactiviteiten"),
    "data-map": Phrase("Data map", "Gegevenskaart"),
}
# What the members of these documents are called.
_NAMES = {
    "notice": Phrase("Notice", "Let op"),
    "basis": Phrase("Basis", "Grondslag van dit register"),
    "policyVersion": Phrase("Version of the catalogue", "Versie van de catalogus"),
    "controller": Phrase("Controller", "Verwerkingsverantwoordelijke"),
    "name": Phrase("Name", "Naam"),
    "contact": Phrase("Contact", "Contact"),
    "representative": Phrase("Representative", "Vertegenwoordiger"),
    "dataProtectionOfficer": Phrase("Data protection officer", "Functionaris voor gegevensbescherming"),
    "purposes": Phrase("Purposes", "Doeleinden"),
    "purpose": Phrase("Purpose", "Doel"),
    "dataSubjects": Phrase("Data subjects", "Betrokkenen"),
    "dataSubject": Phrase("Data subject", "Betrokkene"),
    "personalData": Phrase("Personal data", "Persoonsgegevens"),
    "data": Phrase("Data", "Gegevens"),
    "dataCategories": Phrase("Data categories of fideslang", "Gegevenscategorieën van fideslang"),
    "dataCategory": Phrase("Data category", "Gegevenscategorie"),
    "dataUse": Phrase("Data use", "Gebruik"),
    "recipients": Phrase("Recipients", "Ontvangers"),
    "who": Phrase("Who", "Wie"),
    "permissions": Phrase("Permissions", "Machtigingen"),
    "permission": Phrase("Permission", "Machtiging"),
    "transfers": Phrase("Transfers to third countries", "Doorgiften naar derde landen"),
    "retention": Phrase("Retention", "Bewaartermijnen"),
    "of": Phrase("Of", "Van"),
    "seconds": Phrase("Seconds", "Seconden"),
    "days": Phrase("Days", "Dagen"),
    "source": Phrase("Source", "Bron"),
    "securityMeasures": Phrase("Security measures", "Beveiligingsmaatregelen"),
    "rows": Phrase("Rows of the page", "Rijen van de pagina"),
    "row": Phrase("Row", "Rij"),
    "label": Phrase("Item", "Item"),
    "tag": Phrase("Tag", "Label van fideslang"),
    "from": Phrase("Comes from", "Komt van"),
    "workloads": Phrase("Workloads", "Werklasten"),
    "holdings": Phrase("Held", "Bewaard"),
    "notHeld": Phrase("Not held", "Niet bewaard"),
    "through": Phrase("Through", "Via"),
    "column": Phrase("Column", "Kolom"),
    "columns": Phrase("Columns", "Kolommen"),
    "facts": Phrase("Facts", "Feiten"),
    "seenBy": Phrase("Seen by", "Te zien via"),
    "request": Phrase("Request", "Verzoek"),
    "kept": Phrase("Kept", "Bewaartermijn"),
    "words": Phrase("In words", "In woorden"),
    "periods": Phrase("Periods in seconds", "Termijnen in seconden"),
    "judged": Phrase("Judged", "Beoordeeld"),
    "register": Phrase("Register of the service itself", "Register van de service zelf"),
    "why": Phrase("Why", "Waarom"),
    "ownTables": Phrase("Tables without a row of the page", "Tabellen zonder rij van de pagina"),
    "holds": Phrase("Holds", "Bevat"),
}
# fmt: on


def readable(kind: str, document: Mapping[str, Any], language: str) -> str:
    """A `processing-record` or `data-map` as Markdown: its members become headings and labels."""
    lines = [f"# {say(TITLES[kind], language)}", ""]
    for name, value in document.items():
        lines += [f"## {_called(name, language)}", "", *_lines(value, "", language), ""]
    return "\n".join(lines)


def _lines(value: Any, indent: str, language: str) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _item(item, indent, language)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _named(name, inner, indent, language)
    else:
        yield f"{indent}{_text(value, language)}"


def _item(item: Any, indent: str, language: str) -> Iterator[str]:
    """A list's item: an object is called by its first member."""
    if not isinstance(item, dict):
        yield f"{indent}- {_text(item, language)}"
        return
    (_, head), *rest = item.items()
    yield f"{indent}- {_text(head, language)}"
    for name, inner in rest:
        yield from _named(name, inner, f"{indent}  ", language)


def _named(name: str, value: Any, indent: str, language: str) -> Iterator[str]:
    called = _called(name, language)
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        yield f"{indent}- {called}:"
        yield from _lines(value, f"{indent}  ", language)
    else:
        yield f"{indent}- {called}: {_text(value, language)}"


def _text(value: Any, language: str) -> str:
    match value:
        case None | [] | dict() if not value:
            return "-"
        case list():
            return ", ".join(_text(item, language) for item in value)
        case dict():
            said = ((_called(name, language), inner) for name, inner in value.items())
            return "; ".join(f"{name} {_text(inner, language)}" for name, inner in said)
        case _:
            return str(value)


def _called(name: str, language: str) -> str:
    return say(_NAMES[name], language) if name in _NAMES else name
