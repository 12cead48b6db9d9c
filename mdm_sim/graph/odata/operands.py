"""What a filter compares and calculates with: SQL expressions, each of one family of values.

Whatever is of time is a number of ticks here, so that moments that are stored as seconds and as
texts, and literals, compare exactly. Every literal is a bound parameter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnClause, ColumnElement, func, literal, literal_column, null

from mdm_sim.graph.odata import dialect, literals
from mdm_sim.graph.odata.filter_tree import Literal, wrong
from mdm_sim.graph.odata.properties import Property
from mdm_sim.store.expressions import ranked

# The families of kinds that compare with each other.
_FAMILIES = {
    "guid": "text",
    "enum": "text",
    "flags": "text",
    "binary": "text",
    "integer": "number",
    "instant": "moment",
    "date": "moment",
    "condition": "boolean",
}
# What stands for a missing number in a sort.
LOWEST: ColumnElement[Any] = literal_column(str(-(2**63)))
INCOMPATIBLE = "A value of an incompatible type is compared"


@dataclass(frozen=True, slots=True)
class Operand:
    """An expression, its kind, and what is known of it; `value` is a literal's.

    `weight` is about how many times a column is read in it, `depth` how deeply it is nested.
    `seconds` is the number that a moment's ticks come from.
    """

    kind: str
    expression: ColumnElement[Any]
    position: int
    is_literal: bool = False
    value: Any = None
    default: Any = None
    any_case: bool = False
    members: tuple[str, ...] = ()
    weight: int = 1
    depth: int = 0
    always: bool = False
    lower: bool = False
    seconds: ColumnElement[Any] | None = None

    @property
    def family(self) -> str:
        """Text, number, boolean, moment, time, duration, json or null."""
        return _FAMILIES.get(self.kind, self.kind)

    @property
    def shown(self) -> ColumnElement[Any]:
        """The expression, or what stands for a missing value."""
        if self.default == "" and not self.always:
            return ranked(self.expression)
        if isinstance(self.default, (str, int, float)) and not self.always:
            return func.coalesce(self.expression, self.default)
        return self.expression

    @property
    def sortable(self) -> ColumnElement[Any]:
        """What stands for the value in a sort: never NULL, the smallest where it is missing."""
        shown = self.in_lower(self.shown) if self.any_case else self.shown
        if self.always or isinstance(self.default, (str, int, float)):
            return shown
        return ranked(shown) if self.family == "text" else func.coalesce(shown, LOWEST)

    def in_lower(self, expression: ColumnElement[Any]) -> ColumnElement[Any]:
        """The value in lower case, which it may be stored in."""
        return expression if self.lower else func.lower(expression)

    def matched(self, *values: Any) -> ColumnElement[Any]:
        """What equals these literals where the value does, in the form that indexes have.

        A column is in an index as it is; what is computed is as it is sorted.
        """
        if self.default in values and not self.always:
            return self.shown
        is_computed = not isinstance(self.expression, ColumnClause)
        is_plain = self.family == "text" and "" not in values and self.default in (None, "")
        return self.sortable if is_computed and is_plain and not self.any_case else self.expression


def of_literal(found: Literal) -> Operand:
    """A literal as a bound parameter."""
    value = found.value.lower() if found.kind == "guid" else found.value
    expression = null() if found.kind == "null" else bound(value)
    return Operand(found.kind, expression, found.position, is_literal=True, value=value)


def bound(value: Any) -> ColumnElement[Any]:
    """A bound parameter; a whole number is one of 64 bits, of which sums have room."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return literal(value, BigInteger()) if is_whole else literal(value)


def of_property(prop: Property, position: int) -> Operand:
    """A property, in the form that it compares in."""
    expression, default = prop.expression, prop.default
    convert = _CONVERTED.get(prop.kind)
    if convert:
        expression, default = convert(prop), _ticks(prop.kind, default)
    return Operand(
        prop.kind,
        expression,
        position,
        default=default,
        any_case=prop.any_case,
        members=prop.literals,
        weight=_WEIGHTS.get(prop.kind, 1),
        always=prop.always,
        lower=prop.lower,
        seconds=_seconds(prop),
    )


def of_condition(condition: ColumnElement[bool], position: int) -> Operand:
    """A condition as a value that is true or false and never missing."""
    return Operand("condition", condition, position)


def member_of(operand: Operand, given: Operand) -> list[str]:
    """The members of an enum that a literal names, as the enum spells them. Raises Malformed."""
    names = [name.strip() for name in str(given.value).split(",")]
    if not operand.members:
        return names
    spelled = {member.lower(): member for member in operand.members}
    if any(name.lower() not in spelled for name in names):
        raise wrong(given.position, "A member of the property's type is expected")
    return [spelled[name.lower()] for name in names]


def _seconds(prop: Property) -> ColumnElement[Any] | None:
    is_moment = prop.kind in {"moment", "instant"}
    return prop.expression if is_moment and dialect.is_number(prop.expression) else None


def _moment(prop: Property) -> ColumnElement[Any]:
    if dialect.is_number(prop.expression):
        exact = prop.kind == "instant"
        return dialect.ticks_of_seconds(prop.expression, with_fraction=exact)
    return dialect.ticks_of_text(prop.expression)


_CONVERTED: dict[str, Callable[[Property], ColumnElement[Any]]] = {
    "moment": _moment,
    "instant": _moment,
    "date": lambda prop: dialect.ticks_of_text(prop.expression),
    "time": lambda prop: dialect.ticks_of_time(prop.expression),
    "duration": lambda prop: dialect.ticks_of_duration(prop.expression),
}
_WEIGHTS = {"moment": 6, "instant": 6, "date": 6, "time": 4, "duration": 40}
_READERS = {"time": literals.time_of_day, "duration": literals.duration}


def _ticks(kind: str, default: Any) -> int | None:
    if not isinstance(default, str):
        return None
    return _READERS.get(kind, literals.moment)(default)
