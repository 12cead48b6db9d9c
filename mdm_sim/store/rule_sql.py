"""The catalogue's rules as SQL over the context columns of a row."""

from __future__ import annotations

from collections.abc import Iterable

from mdm_sim.policy.rules import AllOf, AnyOf, Is, Rule
from mdm_sim.store.columns import InContext

COLUMNS = set(InContext.__annotations__)
FALSE, TRUE = "FALSE", "TRUE"


def condition(rule: Rule, row: str = "NEW") -> str:
    """`rule` as SQL over the context columns of `row`; what no column tells counts as false."""
    match rule:
        case Is(field, values, _):
            if field not in COLUMNS:
                return TRUE if False in values else FALSE
            listed = ", ".join(_literal(value) for value in values)
            return f"{row}.{field} IN ({listed})"
        case AllOf(parts):
            return _join(" AND ", TRUE, parts, row)
        case AnyOf(parts, _):
            return _join(" OR ", FALSE, parts, row)


def _join(word: str, empty: str, parts: tuple[Rule, ...], row: str) -> str:
    return "(" + word.join(condition(part, row) for part in parts) + ")" if parts else empty


def _literal(value: str | bool) -> str:  # noqa: FBT001
    if isinstance(value, bool):
        return TRUE if value else FALSE
    return f"'{value}'"


def paths(names: Iterable[str]) -> str:
    """Names as JSON paths, for `json_remove`."""
    return ", ".join(f"'$.{name}'" for name in names)
