"""The catalogue in words: every row with its labels, its cell and what its rules ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mdm_sim.policy import catalogue
from mdm_sim.policy.context import Context, Workload
from mdm_sim.policy.facts import JUDGED
from mdm_sim.policy.minimise import Verb, judge
from mdm_sim.policy.rows import REGISTER, Row
from mdm_sim.policy.rules import AllOf, AnyOf, Is, Reason, Rule

_WORDS = {
    "entra_joined": "the device is Entra joined",
    "mdm_enrolled": "the device is enrolled in MDM",
    "work_profile": "the device has a work profile",
    "mtd_connector": "a threat defence connector is on",
    "compliant_apps_feature": "the compliant-apps feature is on",
    "strict_app_inventory": "the note is read strictly",
    "location_on_request_only": "locations are kept on request only",
    "location_requested": "an order asked for it",
    "device_query": "device query is on",
    "tenant_diagnostics": "the tenant opted in",
    "user_diagnostics": "the user opted in",
    "app_managed": "the app is managed",
}


def condition(rule: Rule) -> str:
    """A rule as an English phrase."""
    match rule:
        case Is(field, values, _) if field in _WORDS:
            return _WORDS[field] if True in values else f"not ({_WORDS[field]})"
        case Is(field, values, _):
            return f"{field} is {' or '.join(str(value) for value in values)}"
        case AllOf(parts):
            return " and ".join(_inner(part) for part in parts) or "always"
        case AnyOf(parts, _):
            return " or ".join(_inner(part) for part in parts) or "never"


def _inner(rule: Rule) -> str:
    compound = isinstance(rule, (AllOf, AnyOf)) and len(rule.parts) > 1
    return f"({condition(rule)})" if compound else condition(rule)


def row_in_words(row: Row) -> dict[str, Any]:
    """One row: id, labels, MAM cell, rules, who may supply it, facts and reduction."""
    return {
        "id": row.id,
        "category": row.category,
        "nl": catalogue.label(row, "nl"),
        "en": catalogue.label(row, "en"),
        "mamCell": row.mam_cell,
        "mdm": condition(row.mdm),
        "mam": condition(row.mam),
        "origin": row.origin,
        "facts": list(row.facts),
        "reduction": f"{row.reduction.how} unless {condition(row.reduction.unless)}"
        if row.reduction
        else None,
    }


def catalogue_rows() -> dict[str, Any]:
    """The whole catalogue, with the register of what the service itself needs."""
    return {
        "version": catalogue.VERSION,
        "rows": [row_in_words(row) for row in catalogue.ROWS],
        "register": REGISTER,
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


def explain(name: str, context: Context) -> str | None:
    """What becomes of a fact or a row's values in a context, in words; None for an unknown name."""
    if name in JUDGED:
        return f"{name}: judged for compliance and not kept"
    row_id = catalogue.wrong_channel_names().get(name)
    if row_id and name not in catalogue.BY_ID:
        return f"{name}: refused, {Reason.WRONG_CHANNEL} ({row_id})"
    row = catalogue.BY_ID.get(name) or catalogue.rows_by_fact(context.workload).get(name)
    if row is None:
        return None
    verdict = judge(row, context)
    words = {
        Verb.KEEP: "kept",
        Verb.REDUCE: f"reduced, {verdict.detail}",
        Verb.REFUSE: f"refused, {verdict.detail}",
    }
    asked = condition(catalogue.rule(row, context.workload))
    return f"{row.id} ({catalogue.label(row, 'en')}): {words[verdict.verb]}\n    rule: {asked}"
