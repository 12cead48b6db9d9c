"""A fides manifest: the service as a System, its tables as a Dataset with tagged fields.

Source: https://ethyca.github.io/fideslang, resources `dataset` and `system`. A row whose data the
service does not hold is in no field.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from mdm_sim.policy import catalogue
from mdm_sim.policy.exports.data_map import NOTICE
from mdm_sim.policy.exports.measures import MEASURES
from mdm_sim.policy.tags import REGISTER_TAGS, TAGS, Tag
from mdm_sim.policy.whereabouts import LIFETIMES, REGISTER_COLUMNS, holdings
from mdm_sim.policy.words import Phrase, say

KEY = "mdm_sim"
_ORGANISATION = "default_organization"
_NAME = Phrase("mdm-sim, a mock Microsoft Intune", "mdm-sim, een nagebootste Microsoft Intune")

# column -> fact (or "" for the column itself) -> the tags and labels of what lies there
Places = dict[str, dict[str, list[tuple[Tag, str]]]]


def fides_manifest(language: str = "en") -> dict[str, Any]:
    """The manifest; descriptions are the page's labels in `language`."""
    places = _places(language)
    held = {tag for facts in places.values() for said in facts.values() for tag, _ in said}
    about = {
        "organization_fides_key": _ORGANISATION,
        "fides_key": KEY,
        "name": say(_NAME, language),
    }
    meta = {"policyVersion": catalogue.VERSION}
    description = say(NOTICE, language)
    return {
        "dataset": [
            {
                **about,
                "description": description,
                "meta": meta,
                "data_uses": sorted({tag.use for tag in held}),
                "data_subjects": sorted({tag.subject for tag in held if tag.subject}),
                "collections": _collections(places, language),
            }
        ],
        "system": [
            {
                **about,
                "description": description,
                "meta": meta,
                "system_type": "Service",
                "responsibility": ["Processor"],
                "dataset_references": [KEY],
                "does_international_transfers": False,
                "uses_profiling": False,
                "data_security_practices": " ".join(say(each, language) for each in MEASURES),
                "privacy_declarations": [
                    _declaration(use, held, language) for use in sorted({tag.use for tag in held})
                ],
            }
        ],
    }


def _places(language: str) -> Places:
    places: Places = defaultdict(lambda: defaultdict(list))
    for row in catalogue.ROWS:
        for place in holdings(row):
            for fact in place.facts or ("",):
                said = (TAGS[row.id], catalogue.label(row, language))
                places[place.column][fact].append(said)
    for name, columns in REGISTER_COLUMNS.items():
        for column in columns:
            places[column][""].append((REGISTER_TAGS[name], name))
    return places


def _collections(places: Places, language: str) -> list[dict[str, Any]]:
    by_table: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for column, facts in sorted(places.items()):
        table, _, name = column.partition(".")
        by_table[table].append(_column(name, facts))
    return [
        {"name": table, "description": _kept(table, language), "fields": fields}
        for table, fields in by_table.items()
    ]


def _column(name: str, facts: dict[str, list[tuple[Tag, str]]]) -> dict[str, Any]:
    if "" in facts:
        return _field(name, facts[""])
    inner = [_field(fact.replace("/", "."), said) for fact, said in sorted(facts.items())]
    return {"name": name, "fides_meta": {"data_type": "object"}, "fields": inner}


def _field(name: str, said: Iterable[tuple[Tag, str]]) -> dict[str, Any]:
    tags, labels = zip(*said, strict=True)
    return {
        "name": name,
        "description": "; ".join(dict.fromkeys(labels)),
        "data_categories": sorted({tag.category for tag in tags}),
    }


def _kept(table: str, language: str) -> str:
    """How long what a table holds is kept, in words."""
    lasts = {
        place.lasts: None
        for row in catalogue.ROWS
        for place in holdings(row)
        if place.table == table
    }
    return "; ".join(say(LIFETIMES[each].words, language) for each in lasts)


def _declaration(use: str, held: Iterable[Tag], language: str) -> dict[str, Any]:
    """One purpose: what it uses, of whom, and for how long."""
    tags = {tag for tag in held if tag.use == use}
    lasts = dict.fromkeys(
        place.lasts for row in catalogue.ROWS if TAGS[row.id] in tags for place in holdings(row)
    )
    return {
        "name": use,
        "data_use": use,
        "data_categories": sorted({tag.category for tag in tags}),
        "data_subjects": sorted({tag.subject for tag in tags if tag.subject}),
        "dataset_references": [KEY],
        "retention_period": "; ".join(say(LIFETIMES[each].words, language) for each in lasts),
        "processes_special_category_data": False,
        "data_shared_with_third_parties": False,
    }
