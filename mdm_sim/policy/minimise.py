"""The decision: of what a device or an app says, what is kept, reduced, judged and refused.

Pure: facts and a context in, a verdict out. Decision 1 (closed world): a name that is in no table
is counted and nothing else is known of it, since a name can itself be personal.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
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


@dataclass(frozen=True, slots=True)
class AppPlan:
    """What happens to each member of an app, and which of them are kept."""

    verdicts: Mapping[str, Verdict]
    kept: frozenset[str]


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens to each fact in one context; apps are looked up by whether they are managed."""

    verdicts: Mapping[str, Verdict]
    apps: Mapping[bool, AppPlan]


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
    facts: Mapping[str, Any],
    context: Context,
    managed_apps: Collection[str] = frozenset(),
    *,
    is_checked: bool = False,
) -> Minimised:
    """Judge every fact in `facts` by server state alone.

    `managed_apps` holds the identifiers of the apps that the tenant manages; each entry of
    `applications` is judged on its own, as a managed app or not. A value whose JSON type is not
    its fact's counts as unknown; `is_checked` says that a door has seen to the types already.
    Idempotent on what it keeps; the order of facts is of no matter.
    """
    outcome = Minimised()
    plan = _plan(context)
    for name, value in facts.items():
        verdict = plan.verdicts.get(name)
        if verdict is None:
            outcome.unknown += 1
        elif verdict.verb is Verb.REFUSE:
            _refuse(verdict.row, verdict.detail, outcome)
        elif not (is_checked or fits(_kind(name), value)):
            outcome.unknown += 1
        elif verdict.verb is Verb.JUDGE:
            outcome.judged[name] = value
        elif verdict.verb is Verb.REDUCE:
            outcome.kept[name] = REDUCTIONS[verdict.detail](value)
            outcome.reduced[verdict.row] = verdict.detail
        elif name == "applications":
            _keep_apps(value, managed_apps, plan.apps, outcome, is_checked=is_checked)
        elif name in MEMBERS:
            _keep_members(name, value, verdict.row, outcome)
        else:
            outcome.kept[name] = value
            outcome.rows.add(verdict.row)
    return outcome


def refuse_all(facts: Mapping[str, Any], context: Context, reason: Reason) -> Minimised:
    """Refuse every known fact with `reason`; what is never collected keeps its own reason."""
    outcome, plan = Minimised(), _plan(context)
    for name in facts:
        verdict = plan.verdicts.get(name)
        if verdict is None:
            outcome.unknown += 1
        elif name == "applications":
            rows = (member.row for member in plan.apps[False].verdicts.values())
            outcome.refused |= dict.fromkeys(rows, reason)
        elif verdict.verb is not Verb.JUDGE:
            never = verdict.detail == Reason.NEVER_COLLECTED
            outcome.refused[verdict.row] = Reason.NEVER_COLLECTED if never else reason
    return outcome


def keep_last4(value: str) -> str:
    """The last four digits of a telephone number."""
    return "".join(char for char in value if char in "0123456789")[-4:]


REDUCTIONS = {"keep_last4": keep_last4}


def _refuse(row: str, reason: str, outcome: Minimised) -> None:
    """Of several reasons for one row (apps differ) the first of the list stands."""
    before = outcome.refused.get(row)
    if before is None:
        outcome.refused[row] = Reason(reason)
    elif before != reason:
        outcome.refused[row] = next(each for each in Reason if each in {before, reason})


def _keep_members(name: str, value: Mapping[str, Any], row: str, outcome: Minimised) -> None:
    members = MEMBERS[name]
    kept = {key: item for key, item in value.items() if key in members and fits(members[key], item)}
    outcome.unknown += len(value) - len(kept)
    if kept:
        outcome.kept[name] = kept
        outcome.rows.add(row)


def _keep_apps(
    apps: list[dict[str, Any]],
    managed: Collection[str],
    plans: Mapping[bool, AppPlan],
    outcome: Minimised,
    *,
    is_checked: bool,
) -> None:
    """Judge apps, in their order, each by the plan of its kind: a managed app or not.

    What is asked of every app is asked of all of a kind at once: which names there are.
    """
    kinds = [_is_managed(app, managed) for app in apps] if managed else [False] * len(apps)
    if not is_checked:
        apps = [_fit(app, plans[kind], outcome) for app, kind in zip(apps, kinds, strict=True)]
    seen: dict[bool, set[str]] = {}
    for kind in set(kinds):
        mine = [app for app, other in zip(apps, kinds, strict=True) if other is kind]
        seen[kind] = set().union(*mine)
        _judge_names(seen[kind], mine, plans[kind], outcome)
    kept = apps
    if not all(names <= plans[kind].kept for kind, names in seen.items()):
        kept = [
            {name: app[name] for name in app if name in plans[kind].kept}
            for app, kind in zip(apps, kinds, strict=True)
        ]
    if kept := [app for app in kept if app]:
        outcome.kept["applications"] = kept


def _judge_names(
    seen: Set[str], apps: Sequence[Mapping[str, Any]], plan: AppPlan, outcome: Minimised
) -> None:
    """Rows and reasons for the names that stand in `apps`, and the number of unknown ones."""
    for name in seen & plan.verdicts.keys():
        verdict = plan.verdicts[name]
        if verdict.verb is Verb.REFUSE:
            _refuse(verdict.row, verdict.detail, outcome)
        else:
            outcome.rows.add(verdict.row)
    if not seen <= plan.verdicts.keys():
        outcome.unknown += sum(len(app.keys() - plan.verdicts.keys()) for app in apps)


def _is_managed(app: Mapping[str, Any], managed: Collection[str]) -> bool:
    identifier = app.get("id")
    return isinstance(identifier, str) and identifier in managed


def _fit(app: dict[str, Any], plan: AppPlan, outcome: Minimised) -> dict[str, Any]:
    """An app without what would be kept and has another JSON type than its name's."""
    kinds = MEMBERS["applications"]
    wrong = {name for name in app if name in plan.kept and not fits(kinds[name], app[name])}
    outcome.unknown += len(wrong)
    return {name: app[name] for name in app if name not in wrong} if wrong else app


def _kind(name: str) -> Kind:
    return KINDS[name] if name in KINDS else JUDGED[name]


@lru_cache(maxsize=4096)
def _plan(context: Context) -> Plan:
    """Every known name's verdict in `context`, looked up once for each context there is."""
    verdicts = {
        name: Verdict(Verb.REFUSE, row, Reason.WRONG_CHANNEL)
        for name, row in catalogue.wrong_channel_names().items()
    }
    for name, row in catalogue.rows_by_fact(context.workload).items():
        if "/" not in name:
            verdicts[name] = judge(row, context)
    verdicts |= {name: Verdict(Verb.JUDGE) for name in JUDGED}
    verdicts["applications"] = Verdict(Verb.KEEP)
    return Plan(
        verdicts, {kind: _app_plan(replace(context, app_managed=kind)) for kind in (False, True)}
    )


def _app_plan(context: Context) -> AppPlan:
    rows = catalogue.rows_by_fact(context.workload)
    verdicts = {
        name.removeprefix("applications/"): judge(row, context)
        for name, row in rows.items()
        if name.startswith("applications/")
    }
    kept = frozenset(name for name, each in verdicts.items() if each.verb is Verb.KEEP)
    return AppPlan(verdicts, kept)


def judge(row: Row, context: Context) -> Verdict:
    """What happens to the facts of `row` in `context`."""
    reason = refusal(catalogue.rule(row, context.workload), context)
    if reason is not None:
        return Verdict(Verb.REFUSE, row.id, reason)
    if row.reduction and refusal(row.reduction.unless, context) is not None:
        return Verdict(Verb.REDUCE, row.id, row.reduction.how)
    return Verdict(Verb.KEEP, row.id)
