"""What a filter compares and calculates with: SQL expressions, each of one family of values.

Whatever is of time is a number of ticks here, so that moments that are stored as seconds and as
texts, and literals, compare exactly. Every literal is a bound parameter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, literal, null

from mdm_sim.graph.odata import dialect, literals
from mdm_sim.graph.odata.filter_tree import Literal, wrong
from mdm_sim.graph.odata.properties import Property

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
INCOMPATIBLE = "A value of an incompatible type is compared"


@dataclass(frozen=True, slots=True)
class Operand:
    """An expression, its kind, and what is known of it; `value` is a literal's.

    `weight` is about how many times a column is read in it, `depth` how deeply it is nested.
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

    @property
    def family(self) -> str:
        """Text, number, boolean, moment, time, duration, json or null."""
        return _FAMILIES.get(self.kind, self.kind)

    @property
    def shown(self) -> ColumnElement[Any]:
        """The expression, or what stands for a missing value."""
        if isinstance(self.default, (str, int, float)):
            return func.coalesce(self.expression, self.default)
        return self.expression


def of_literal(found: Literal) -> Operand:
    """A literal as a bound parameter."""
    value = found.value.lower() if found.kind == "guid" else found.value
    expression = null() if found.kind == "null" else literal(value)
    return Operand(found.kind, expression, found.position, is_literal=True, value=value)


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
