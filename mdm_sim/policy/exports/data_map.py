"""The data map: of each row where it comes from, where it lies, who sees it and how long."""

from __future__ import annotations

from typing import Any

from mdm_sim.policy import catalogue
from mdm_sim.policy.context import Workload
from mdm_sim.policy.explain import register
from mdm_sim.policy.exports.catalogue_document import tag_in_json
from mdm_sim.policy.facts import JUDGED
from mdm_sim.policy.retention import BY_ID
from mdm_sim.policy.rows import NEVER, Row
from mdm_sim.policy.tags import JUDGED_TAG, REGISTER_TAGS, TAGS
from mdm_sim.policy.whereabouts import (
    ENTRIES,
    LIFETIMES,
    OWN_TABLES,
    REGISTER_COLUMNS,
    VIEWS,
    Holding,
    holdings,
    is_permitted,
)
from mdm_sim.policy.words import JUDGED as JUDGED_WORDS
from mdm_sim.policy.words import ORIGINS, Phrase, say

NOTICE = Phrase(
    "This service simulates Microsoft Intune for tests. It says where the simulation holds what, "
    "and nothing about Microsoft's own service.",
    "Deze service bootst Microsoft Intune na voor tests. Dit zegt waar de nabootsing wat bewaart, "
    "en niets over de dienst van Microsoft zelf.",
)
_NEVER = Phrase("never collected", "nooit verzameld")
_NOT_HELD = Phrase(
    "permitted by the page, but this service holds none of it",
    "de pagina staat dit toe, maar deze service bewaart er niets van",
)


def data_map(language: str = "en") -> dict[str, Any]:
    """Every row of the catalogue, what is judged and forgotten, the register and own tables."""
    return {
        "notice": say(NOTICE, language),
        "policyVersion": catalogue.VERSION,
        "rows": [_row(row, language) for row in catalogue.ROWS],
        "judged": {
            "facts": list(JUDGED),
            "tag": tag_in_json(JUDGED_TAG),
            "words": say(JUDGED_WORDS, language),
        },
        "register": [
            {
                "name": name,
                "why": why,
                "columns": list(REGISTER_COLUMNS[name]),
                "tag": tag_in_json(REGISTER_TAGS[name]),
            }
            for name, why in register(language).items()
        ],
        "ownTables": [
            {"table": table, "holds": say(holds, language), "kept": lifetime(lasts, language)}
            for table, (holds, lasts) in OWN_TABLES.items()
        ],
    }


def _row(row: Row, language: str) -> dict[str, Any]:
    places = holdings(row)
    why = None if places else say(_NEVER if row in NEVER else _NOT_HELD, language)
    return {
        "row": row.id,
        "label": catalogue.label(row, language),
        "tag": tag_in_json(TAGS[row.id]),
        "from": say(ORIGINS[row.origin], language),
        "workloads": [workload for workload in Workload if is_permitted(row, workload)],
        "holdings": [_holding(place, language) for place in places],
        "notHeld": why,
    }


def _holding(place: Holding, language: str) -> dict[str, Any]:
    seen = [VIEWS[view] for view in place.views]
    return {
        "column": place.column,
        "through": list(ENTRIES[place.entries]),
        "facts": list(place.facts),
        "seenBy": [{"request": view.request, "permission": view.permission} for view in seen],
        "kept": lifetime(place.lasts, language),
    }


def lifetime(key: str, language: str) -> dict[str, Any]:
    """How long something is kept, in words, and the periods that bound it in seconds."""
    words, periods = LIFETIMES[key]
    return {
        "words": say(words, language),
        "periods": {period: BY_ID[period].seconds for period in periods},
    }
