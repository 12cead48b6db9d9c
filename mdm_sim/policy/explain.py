"""The catalogue in words: every row with its labels, its cell and what its rules ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mdm_sim.policy import catalogue
from mdm_sim.policy.context import Context, Workload
from mdm_sim.policy.minimise import Verb, judge
from mdm_sim.policy.rows import CATEGORIES, REGISTER, Row
from mdm_sim.policy.tags import TAGS
from mdm_sim.policy.words import OUTSIDE, REDUCTIONS, REGISTER_NL, UNLESS, condition, say


def row_in_words(row: Row, language: str = "en") -> dict[str, Any]:
    """One row: id, labels, MAM cell, rules, who may supply it, facts, reduction and tag."""
    return {
        "id": row.id,
        "category": row.category,
        "nl": catalogue.label(row, "nl"),
        "en": catalogue.label(row, "en"),
        "mamCell": row.mam_cell,
        "mdm": condition(row.mdm, language),
        "mam": condition(row.mam, language),
        "origin": row.origin,
        "facts": list(row.facts),
        "reduction": reduction(row, language),
        "dataCategory": TAGS[row.id].category,
    }


def reduction(row: Row, language: str) -> str | None:
    """How a row's values are made smaller, and when not: `to the last four digits unless …`."""
    if row.reduction is None:
        return None
    how = say(REDUCTIONS[row.reduction.how], language)
    return f"{how} {say(UNLESS, language)} {condition(row.reduction.unless, language)}"


def category_label(name: str, language: str) -> str:
    """A category's heading on the page, also of what stands outside its table."""
    if name in OUTSIDE:
        return say(OUTSIDE[name], language)
    nl, en = CATEGORIES[name]
    return nl if language == "nl" else en


def register(language: str = "en") -> dict[str, str]:
    """What the service needs and the page does not list, and what for."""
    return REGISTER_NL if language == "nl" else REGISTER


def catalogue_rows(language: str = "en") -> dict[str, Any]:
    """The whole catalogue, with the register of what the service itself needs."""
    return {
        "version": catalogue.VERSION,
        "rows": [row_in_words(row, language) for row in catalogue.ROWS],
        "register": register(language),
    }


def held_rows(facts: Mapping[str, Any], context: Context) -> list[str]:
    """The rows that stored facts belong to, and the permitted ones that the service fills."""
    by_fact = catalogue.rows_by_fact(context.workload)
    names = set(facts) | {
        f"applications/{member}" for app in facts.get("applications", ()) for member in app
    }
    held = {by_fact[name].id for name in names if name in by_fact}
    filled = {
        row.id
        for row in catalogue.ROWS
        if row.id in FILLED[context.workload] and judge(row, context).verb is not Verb.REFUSE
    }
    return sorted(held | filled)


# The rows that the service itself fills on a record of each workload.
_ON_EVERY = {
    "device.account_id",
    "device.tenant_id",
    "device.intune_device_id",
    "device.intune_device_management_id",
    "user.display_name",
    "user.upn_or_email",
}
FILLED = {
    Workload.MDM: _ON_EVERY,
    Workload.MAM: _ON_EVERY
    | {
        "managed_app.device_enrollment_status",
        "managed_app.intune_device_management_id",
        "managed_app.last_app_checkin",
        "managed_app.mam_enrollment_datetime",
        "managed_app.mam_enrollment_status",
    },
}
