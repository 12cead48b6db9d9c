"""The decision: of what a device or an app says, what is kept, reduced, judged and refused.

Pure: facts and a context in, a verdict out. Decision 1 (closed world): a name that is in no table
is counted and nothing else is known of it, since a name can itself be personal.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from functools import lru_cache
from typing import Any

from mdm_sim.policy import catalogue
from mdm_sim.policy.context import Context
from mdm_sim.policy.facts import JUDGED, KINDS, MEMBERS, Kind, fits
from mdm_sim.policy.rows import Row
from mdm_sim.policy.rules import Reason, refusal


class Verb(Enum):
    """What happens to a fact."""

    KEEP = auto()
    REDUCE = auto()
    JUDGE = auto()
    REFUSE = auto()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What happens to one fact in one context: `detail` is the reason, or how it is reduced."""

    verb: Verb
    row: str = ""
    detail: str = ""


@dataclass(slots=True)
class Minimised:
    """The outcome. `kept` and `judged` hold values; everything else holds names and counts."""

    kept: dict[str, Any] = field(default_factory=dict)
    rows: set[str] = field(default_factory=set)
    reduced: dict[str, str] = field(default_factory=dict)
    judged: dict[str, Any] = field(default_factory=dict)
    refused: dict[str, Reason] = field(default_factory=dict)
    unknown: int = 0


def minimise(
    facts: Mapping[str, Any], context: Context, managed_apps: Container[str] = frozenset()
) -> Minimised:
    """Judge every fact in `facts` by server state alone.

    `managed_apps` holds the identifiers of the apps that the tenant manages; each entry of
    `applications` is judged on its own, as a managed app or not. A value whose JSON type is not
    its fact's counts as unknown. Idempotent on what it keeps; the order of facts is of no matter.
    """
    outcome = Minimised()
    verdicts = _plan(context)
    for name, value in facts.items():
        verdict = verdicts.get(name)
        if verdict is None:
            outcome.unknown += 1
        elif verdict.verb is Verb.REFUSE:
            _refuse(verdict.row, Reason(verdict.detail), outcome)
        elif not fits(_kind(name), value):
            outcome.unknown += 1
        elif verdict.verb is Verb.JUDGE:
            outcome.judged[name] = value
        elif verdict.verb is Verb.REDUCE:
            outcome.kept[name] = REDUCTIONS[verdict.detail](value)
            outcome.reduced[verdict.row] = verdict.detail
        elif name == "applications":
            _keep_apps(value, context, managed_apps, outcome)
        else:
            _keep(name, value, verdict.row, outcome)
    return outcome


def refuse_all(facts: Mapping[str, Any], context: Context, reason: Reason) -> Minimised:
    """Refuse every known fact with `reason`; what is never collected keeps its own reason."""
    outcome = Minimised()
    for name in facts:
        verdict = _plan(context).get(name)
        if verdict is None:
            outcome.unknown += 1
        elif name == "applications":
            rows = (member.row for member in _app_plan(context, False).values())  # noqa: FBT003
            outcome.refused |= dict.fromkeys(rows, reason)
        elif verdict.verb is not Verb.JUDGE:
            never = verdict.detail == Reason.NEVER_COLLECTED
            outcome.refused[verdict.row] = Reason.NEVER_COLLECTED if never else reason
    return outcome


def keep_last4(value: str) -> str:
    """The last four digits of a telephone number."""
    return "".join(char for char in value if char in "0123456789")[-4:]


REDUCTIONS = {"keep_last4": keep_last4}


def _refuse(row: str, reason: Reason, outcome: Minimised) -> None:
    """Of several reasons for one row (apps differ) the first of the list stands."""
    reasons = {reason, outcome.refused.get(row, reason)}
    outcome.refused[row] = next(each for each in Reason if each in reasons)


def _keep(name: str, value: Any, row: str, outcome: Minimised) -> None:
    members = MEMBERS.get(name)
    if members is not None:
        kept = {
            key: item for key, item in value.items() if key in members and fits(members[key], item)
        }
        outcome.unknown += len(value) - len(kept)
        value = kept
    if value or members is None:
        outcome.kept[name] = value
        outcome.rows.add(row)


def _keep_apps(
    apps: list[dict[str, Any]], context: Context, managed: Container[str], outcome: Minimised
) -> None:
    kept = []
    for app in apps:
        identifier = app.get("id")
        is_managed = isinstance(identifier, str) and identifier in managed
        verdicts = _app_plan(context, is_managed)
        item = {}
        for name, value in app.items():
            verdict = verdicts.get(name)
            if verdict is not None and verdict.verb is Verb.REFUSE:
                _refuse(verdict.row, Reason(verdict.detail), outcome)
            elif verdict is None or not fits(MEMBERS["applications"][name], value):
                outcome.unknown += 1
            else:
                item[name] = value
                outcome.rows.add(verdict.row)
        if item:
            kept.append(item)
    if kept:
        outcome.kept["applications"] = kept


def _kind(name: str) -> Kind:
    return KINDS[name] if name in KINDS else JUDGED[name]


@lru_cache(maxsize=4096)
def _plan(context: Context) -> dict[str, Verdict]:
    """Every known name's verdict in `context`; `applications` is opened item by item."""
    verdicts = {
        name: Verdict(Verb.REFUSE, row, Reason.WRONG_CHANNEL)
        for name, row in catalogue.wrong_channel_names().items()
    }
    for name, row in catalogue.rows_by_fact(context.workload).items():
        if "/" not in name:
            verdicts[name] = judge(row, context)
    verdicts |= {name: Verdict(Verb.JUDGE) for name in JUDGED}
    verdicts["applications"] = Verdict(Verb.KEEP)
    return verdicts


@lru_cache(maxsize=4096)
def _app_plan(context: Context, managed: bool) -> dict[str, Verdict]:  # noqa: FBT001
    item = replace(context, app_managed=managed)
    rows = catalogue.rows_by_fact(context.workload)
    return {
        name.removeprefix("applications/"): judge(row, item)
        for name, row in rows.items()
        if name.startswith("applications/")
    }


def judge(row: Row, context: Context) -> Verdict:
    """What happens to the facts of `row` in `context`."""
    reason = refusal(catalogue.rule(row, context.workload), context)
    if reason is not None:
        return Verdict(Verb.REFUSE, row.id, reason)
    if row.reduction and refusal(row.reduction.unless, context) is not None:
        return Verdict(Verb.REDUCE, row.id, row.reduction.how)
    return Verdict(Verb.KEEP, row.id)
