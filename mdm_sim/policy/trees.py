"""Rules as trees of plain JSON, and back: `{"is": …}`, `{"all": […]}`, `{"any": […]}`."""

from __future__ import annotations

from typing import Any

from mdm_sim.policy.context import CONDITIONS, Ownership, Platform, Workload
from mdm_sim.policy.rules import AllOf, AnyOf, Is, Reason, Rule

# What each field of a context may be: the finite space that rules are asked in.
DOMAINS: dict[str, tuple[str | bool, ...]] = {
    "workload": tuple(Workload),
    "ownership": tuple(Ownership),
    "platform": tuple(Platform),
    **dict.fromkeys(CONDITIONS, (False, True)),
}
_DEEPEST = 16


def tree_of(rule: Rule) -> dict[str, Any]:
    """A rule as plain JSON."""
    match rule:
        case Is(field, values, reason):
            return {"is": field, "in": list(values), "reason": reason}
        case AllOf(parts):
            return {"all": [tree_of(part) for part in parts]}
        case AnyOf(parts, reason):
            return {"any": [tree_of(part) for part in parts], "reason": reason}


def rule_of(tree: Any, depth: int = 0) -> Rule:
    """The rule that a tree stands for. Raises ValueError, which quotes nothing of the tree."""
    match tree:
        case {"is": str(field), "in": [*values], "reason": str(reason)} if field in DOMAINS:
            return Is(field, tuple(_member(field, value) for value in values), _reason(reason))
        case {"all": [*parts]} if depth < _DEEPEST:
            return AllOf(tuple(rule_of(part, depth + 1) for part in parts))
        case {"any": [*parts], "reason": str(reason)} if depth < _DEEPEST:
            return AnyOf(tuple(rule_of(part, depth + 1) for part in parts), _reason(reason))
        case _:
            message = "a rule is not in the form that exports have"
            raise ValueError(message)


def _member(field: str, value: Any) -> str | bool:
    for member in DOMAINS[field]:
        if isinstance(value, bool) is isinstance(member, bool) and member == value:
            return member
    message = "a rule asks for a value that no context has"
    raise ValueError(message)


def _reason(text: str) -> Reason:
    for reason in Reason:
        if reason == text:
            return reason
    message = "a rule has a reason that this version does not know"
    raise ValueError(message)


def fields_of(*rules: Rule) -> list[str]:
    """The fields of a context that rules ask about, in the order of the context."""
    asked = {field for rule in rules for field in _asked(rule)}
    return [field for field in DOMAINS if field in asked]


def _asked(rule: Rule) -> set[str]:
    match rule:
        case Is(field, _, _):
            return {field}
        case AllOf(parts) | AnyOf(parts, _):
            return {field for part in parts for field in _asked(part)}
