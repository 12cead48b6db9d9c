"""What would become of facts, fact by fact, without keeping any: names and reasons, no values.

Every fact goes through `minimise` on its own, so that a preview cannot say other than what happens.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mdm_sim.policy import catalogue
from mdm_sim.policy.context import Context
from mdm_sim.policy.facts import KINDS, MEMBERS, fits
from mdm_sim.policy.minimise import Minimised, minimise
from mdm_sim.policy.rules import Reason

APPS = "applications"
_ORDER = {id_: place for place, id_ in enumerate(catalogue.BY_ID)}


class Fate(StrEnum):
    """What becomes of a fact."""

    KEPT = "kept"
    REDUCED = "reduced"
    JUDGED = "judged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Forecast:
    """One fact's fate and the row that decides it; `how` it is reduced, the `reason` of a refusal.

    A member of `applications` counts the apps that state it (`of`) and those it is `kept` of; its
    reason is that of the apps it is not kept of.
    """

    name: str
    fate: Fate
    row: str | None = None
    reason: Reason | None = None
    how: str | None = None
    kept: int | None = None
    of: int | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """The facts in the order of the page, how many apps are kept of how many, and the unknown."""

    facts: tuple[Forecast, ...]
    apps: tuple[int, int] | None
    unknown: int


def preview(
    facts: Mapping[str, Any], context: Context, managed_apps: Collection[str] = frozenset()
) -> Preview:
    """What `minimise` would do with `facts`; one that is null is not reported, as at enrollment.

    The app that the facts themselves name by `appIdentifier` is managed, as at registration.
    """
    managed = _own(facts).union(managed_apps)
    told: list[Forecast] = []
    apps, unknown = None, 0
    for name, value in facts.items():
        if value is None:
            continue
        outcome = minimise({name: value}, context, managed)
        unknown += outcome.unknown
        if name == APPS and fits(KINDS[APPS], value):
            members, apps = _of_apps(value, context, managed)
            told.extend(members)
        elif (forecast := _forecast(name, outcome)) is not None:
            told.append(forecast)
    return Preview(tuple(sorted(told, key=_place)), apps, unknown)


def _place(forecast: Forecast) -> tuple[int, str]:
    """Where a fact's row stands on the page; what is judged has none and comes last."""
    return _ORDER.get(forecast.row or "", len(_ORDER)), forecast.name


def in_json(seen: Preview) -> dict[str, Any]:
    """A preview as the door and the command answer it."""
    apps = None if seen.apps is None else {"kept": seen.apps[0], "of": seen.apps[1]}
    return {
        "facts": [_fact_in_json(forecast) for forecast in seen.facts],
        "applications": apps,
        "unknown": seen.unknown,
    }


def _fact_in_json(forecast: Forecast) -> dict[str, Any]:
    row = catalogue.BY_ID.get(forecast.row or "")
    labels = row and {language: catalogue.label(row, language) for language in ("nl", "en")}
    counted = {} if forecast.of is None else {"kept": forecast.kept, "of": forecast.of}
    return {
        "name": forecast.name,
        "verdict": forecast.fate,
        "reason": forecast.reason,
        "row": forecast.row,
        "labels": labels,
        "how": forecast.how,
        **counted,
    }


def _own(facts: Mapping[str, Any]) -> frozenset[str]:
    identifier = facts.get("appIdentifier")
    values = identifier.values() if isinstance(identifier, Mapping) else ()
    return frozenset(value for value in values if isinstance(value, str))


def _forecast(name: str, outcome: Minimised) -> Forecast | None:
    """A fact's fate by its own outcome; None for one of which nothing is known or kept."""
    if name in outcome.judged:
        return Forecast(name, Fate.JUDGED)
    for row, reason in outcome.refused.items():
        return Forecast(name, Fate.REFUSED, row, reason)
    for row, how in outcome.reduced.items():
        return Forecast(name, Fate.REDUCED, row, how=how)
    for row in outcome.rows:
        return Forecast(name, Fate.KEPT, row)
    return None


def _of_apps(
    apps: list[dict[str, Any]], context: Context, managed: frozenset[str]
) -> tuple[list[Forecast], tuple[int, int]]:
    """Each stated member's fate, and how many apps anything is kept of."""
    outcomes = [minimise({APPS: [app]}, context, managed) for app in apps]
    rows = catalogue.rows_by_fact(context.workload)
    told = []
    for member in MEMBERS[APPS]:
        row = rows[f"{APPS}/{member}"].id
        kept = sum(row in outcome.rows for outcome in outcomes)
        reasons = {outcome.refused[row] for outcome in outcomes if row in outcome.refused}
        refused = sum(row in outcome.refused for outcome in outcomes)
        if kept or refused:
            fate = Fate.KEPT if kept else Fate.REFUSED
            reason = next((each for each in Reason if each in reasons), None)
            count = (kept, kept + refused)
            told.append(Forecast(f"{APPS}/{member}", fate, row, reason, None, *count))
    return told, (sum(APPS in outcome.kept for outcome in outcomes), len(apps))
