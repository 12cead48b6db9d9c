"""What differs between two exports of the catalogue: rows, words, and what is kept in which case.

Rules are compared by what they decide: every case of the fields that either asks about is tried,
and the cases that differ are told in as few words as they need.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from mdm_sim.policy.context import Context, Ownership, Platform, Workload
from mdm_sim.policy.exports.catalogue_document import FORMAT
from mdm_sim.policy.preview import Fate
from mdm_sim.policy.rules import AllOf, Rule, refusal
from mdm_sim.policy.trees import DOMAINS, fields_of, rule_of

# What a comparison tells of a row beside its rules, of facts and of the register.
_PLAIN = ("labels", "mamCell", "reduction", "origin", "facts", "otherNames", "tag")
_TABLES = ("facts", "judged", "register")
_UNREADABLE = "this is not an export of --as catalogue that this version can read"
# A case: the values that each field may have, for as many contexts as they make together.
Case = tuple[frozenset[str | bool], ...]


class Unreadable(ValueError):
    """A document that is no export of the catalogue; the text quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Shift:
    """In these cases of a workload a row's values were treated as `before` and now as `after`."""

    before: Fate
    after: Fate
    workload: Workload
    cases: tuple[Mapping[str, tuple[str | bool, ...]], ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """How a row is decided in a workload: its rule, and the rule under which it stays whole."""

    rule: Rule
    whole: Rule

    def fate(self, context: Context) -> Fate:
        """What becomes of the row's values in a context."""
        if refusal(self.rule, context) is not None:
            return Fate.REFUSED
        return Fate.KEPT if refusal(self.whole, context) is None else Fate.REDUCED


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The differences between two exports; every list is empty when there are none.

    `{"from", "to", "added", "removed", "changed": [{"row", "what", "before", "after"}],
    "rules": [{"row", "workload", "before", "after", "shifts"}], "tables": [{"table", "name",
    "before", "after"}]}`, rules in words, in both languages. Raises Unreadable.
    """
    try:
        return _compared(_document(old), _document(new))
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        raise Unreadable(_UNREADABLE) from None


def is_same(found: Mapping[str, Any]) -> bool:
    """Whether a comparison found nothing. The version's digest alone is no difference."""
    return not any(found[part] for part in ("added", "removed", "changed", "rules", "tables"))


def _document(document: Mapping[str, Any]) -> Mapping[str, Any]:
    if document["format"] != FORMAT or not all(_printable(document)):
        raise Unreadable(_UNREADABLE)
    return document


def _printable(value: Any) -> Iterator[bool]:
    """Whether each text may go to a terminal: a file may come from afar."""
    if isinstance(value, str):
        yield value.isprintable()
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name.isprintable()
            yield from _printable(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _printable(inner)


def _compared(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    before = {row["id"]: row for row in old["rows"]}
    after = {row["id"]: row for row in new["rows"]}
    both = [(before[id_], row) for id_, row in after.items() if id_ in before]
    return {
        "from": old["version"],
        "to": new["version"],
        "added": [_summary(row) for id_, row in after.items() if id_ not in before],
        "removed": [_summary(row) for id_, row in before.items() if id_ not in after],
        "changed": [change for was, row in both for change in _changes(was, row)],
        "rules": [rule for was, row in both for rule in _rules(was, row)],
        "tables": [change for table in _TABLES for change in _table(table, old, new)],
    }


def _summary(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "row": row["id"],
        "labels": row["labels"],
        **{workload.value: _words(row[workload]) for workload in Workload},
    }


def _words(rule: Mapping[str, Any]) -> dict[str, str]:
    return {"en": rule["en"], "nl": rule["nl"]}


def _changes(was: Mapping[str, Any], row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for what in _PLAIN:
        if was[what] != row[what]:
            yield {"row": row["id"], "what": what, "before": was[what], "after": row[what]}


def _rules(was: Mapping[str, Any], row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for workload in Workload:
        is_other = was[workload]["rule"] != row[workload]["rule"]
        shifts = list(_shifts(_decision(was, workload), _decision(row, workload), workload))
        if is_other or shifts:
            yield {
                "row": row["id"],
                "workload": workload,
                "before": _words(was[workload]),
                "after": _words(row[workload]),
                "shifts": [_shift(shift) for shift in shifts],
            }


def _decision(row: Mapping[str, Any], workload: Workload) -> Decision:
    reduction = row["reduction"]
    whole = rule_of(reduction["unless"]) if reduction else AllOf(())
    return Decision(rule_of(row[workload]["rule"]), whole)


def _shifts(was: Decision, now: Decision, workload: Workload) -> Iterator[Shift]:
    """Every way in which some cases are treated otherwise, most of what is now kept first."""
    asked = fields_of(was.rule, was.whole, now.rule, now.whole)
    fields = [field for field in asked if field != "workload"]
    differing: dict[tuple[Fate, Fate], set[Case]] = {}
    for values in product(*(DOMAINS[field] for field in fields)):
        context = _context(workload, dict(zip(fields, values, strict=True)))
        pair = (was.fate(context), now.fate(context))
        if pair[0] is not pair[1]:
            differing.setdefault(pair, set()).add(tuple(frozenset({value}) for value in values))
    for (before, after), cases in differing.items():
        named = [_named(fields, case) for case in _fewest(cases, fields)]
        yield Shift(before, after, workload, tuple(sorted(named, key=repr)))


def _context(workload: Workload, said: Mapping[str, Any]) -> Context:
    known = {"ownership": Ownership.PERSONAL, "platform": Platform.IOS, **said}
    return Context(workload, **known)


def _fewest(cases: set[Case], fields: list[str]) -> set[Case]:
    """The same contexts in fewer and wider cases, which may overlap.

    Cases that differ in one field alone become one; then a field of which a case asks for no need
    is dropped, and so is a case that lies within another.
    """
    merged = cases
    for place in range(len(fields)):
        joined: dict[Case, frozenset[str | bool]] = {}
        for case in merged:
            rest = case[:place] + case[place + 1 :]
            joined[rest] = joined.get(rest, frozenset()) | case[place]
        merged = {(*rest[:place], values, *rest[place:]) for rest, values in joined.items()}
    wide = {_widened(case, cases, fields) for case in merged}
    return {case for case in wide if not any(_is_within(case, other) for other in wide - {case})}


def _widened(case: Case, cases: set[Case], fields: list[str]) -> Case:
    for place, field in enumerate(fields):
        wider = (*case[:place], frozenset(DOMAINS[field]), *case[place + 1 :])
        singles = (tuple(frozenset({value}) for value in values) for values in product(*wider))
        if all(single in cases for single in singles):
            case = wider
    return case


def _is_within(case: Case, other: Case) -> bool:
    return all(mine <= theirs for mine, theirs in zip(case, other, strict=True))


def _named(fields: list[str], case: Case) -> dict[str, tuple[str | bool, ...]]:
    """A case by the fields that matter in it: one that may be anything is left out."""
    return {
        field: tuple(value for value in DOMAINS[field] if value in values)
        for field, values in zip(fields, case, strict=True)
        if len(values) < len(DOMAINS[field])
    }


def _shift(shift: Shift) -> dict[str, Any]:
    return {
        "before": shift.before,
        "after": shift.after,
        "workload": shift.workload,
        "cases": [{field: list(values) for field, values in case.items()} for case in shift.cases],
    }


def _table(table: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name in dict.fromkeys((*old[table], *new[table])):
        was, now = old[table].get(name), new[table].get(name)
        if was != now:
            yield {"table": table, "name": name, "before": was, "after": now}
