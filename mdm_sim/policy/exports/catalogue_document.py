"""The catalogue as data: what `policy diff` compares. Rules are trees, and words beside them."""

from __future__ import annotations

from typing import Any

from mdm_sim.policy import catalogue
from mdm_sim.policy.explain import reduction
from mdm_sim.policy.facts import JUDGED, KINDS, MEMBERS
from mdm_sim.policy.rows import REGISTER, Row
from mdm_sim.policy.rules import Rule
from mdm_sim.policy.tags import REGISTER_TAGS, TAGS, Tag
from mdm_sim.policy.trees import tree_of
from mdm_sim.policy.words import LANGUAGES, REGISTER_NL, condition

FORMAT = "mdm-sim catalogue 1"


def catalogue_document(_language: str = "en") -> dict[str, Any]:
    """Every row, rule, tag and fact, and the register; it holds both languages at once."""
    return {
        "format": FORMAT,
        "version": catalogue.VERSION,
        "rows": [_row(row) for row in catalogue.ROWS],
        "facts": {name: _fact(name, kind) for name, kind in KINDS.items()},
        "judged": dict(JUDGED),
        "register": {
            name: {"en": why, "nl": REGISTER_NL[name], "tag": tag_in_json(REGISTER_TAGS[name])}
            for name, why in REGISTER.items()
        },
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "id": row.id,
        "category": row.category,
        "labels": {language: catalogue.label(row, language) for language in LANGUAGES},
        "mamCell": row.mam_cell,
        "mdm": _rule(row.mdm),
        "mam": _rule(row.mam),
        "reduction": _reduction(row),
        "origin": row.origin,
        "facts": list(row.facts),
        "otherNames": list(row.other_names),
        "tag": tag_in_json(TAGS[row.id]),
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {"rule": tree_of(rule)} | {language: condition(rule, language) for language in LANGUAGES}


def _reduction(row: Row) -> dict[str, Any] | None:
    if row.reduction is None:
        return None
    tree = {"how": row.reduction.how, "unless": tree_of(row.reduction.unless)}
    return tree | {language: reduction(row, language) for language in LANGUAGES}


def _fact(name: str, kind: str) -> dict[str, Any]:
    return {"kind": kind, "members": dict(MEMBERS.get(name, {}))}


def tag_in_json(tag: Tag) -> dict[str, str | None]:
    """A tag by fideslang's names; null for what there is none of."""
    return {
        "dataCategory": tag.category,
        "dataUse": tag.use or None,
        "dataSubject": tag.subject or None,
    }
