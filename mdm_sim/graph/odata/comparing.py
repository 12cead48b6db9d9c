"""The comparisons of a filter as SQL: eq ne gt ge lt le, in, has.

A missing value equals null alone, differs from every other, and is neither above nor below one.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, literal, not_, or_, true

from mdm_sim.graph.odata.dialect import position_of
from mdm_sim.graph.odata.filter_tree import wrong
from mdm_sim.graph.odata.literals import TICKS
from mdm_sim.graph.odata.operands import INCOMPATIBLE, Operand, member_of

Condition = ColumnElement[bool]

_ORDERED: dict[str, Callable[[Any, Any], Any]] = {
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
COMPARISONS = {"eq", "ne", *_ORDERED}
_MIRRORED = {"gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}


def compare(name: str, left: Operand, right: Operand, position: int) -> Condition:
    """Two operands compared. Raises Malformed for types that do not compare."""
    if left.is_literal and not right.is_literal:
        return compare(_MIRRORED.get(name, name), right, left, position)
    if right.kind == "null":
        return _compare_null(name, left)
    if left.family != right.family or left.family == "json":
        raise wrong(position, INCOMPATIBLE)
    if left.family == "boolean":
        return _compare_truth(name, left, right, position)
    if left.kind in {"enum", "flags"} and right.is_literal:
        return _compare_members(name, left, right, position)
    if left.members and right.is_literal:
        left, right = _in_words(left, right)
    return _compare_values(name, left, right)


def _compare_null(name: str, left: Operand) -> Condition:
    if left.kind == "null" or name not in {"eq", "ne"}:
        return true() if name == "eq" else false()
    if left.default is not None or left.is_literal or left.kind == "condition":
        return true() if name == "ne" else false()
    missing = left.expression.is_(None)
    return missing if name == "eq" else not_(missing)


def _compare_values(name: str, left: Operand, right: Operand) -> Condition:
    is_plain = name == "eq" and right.is_literal
    one, other = left.matched(right.value) if is_plain else left.shown, right.shown
    if left.any_case or right.any_case:
        one, other = left.in_lower(one), right.in_lower(other)
    if name in _ORDERED:
        compared: Condition = _ORDERED[name](one, other)
        return and_(compared, *_nearby(name, left, right))
    if name == "ne":
        return one.is_distinct_from(other)
    if not right.is_literal:
        return one.is_not_distinct_from(other)
    return and_(one == other, *_nearby("ge", left, right), *_nearby("le", left, right))


def _in_words(left: Operand, right: Operand) -> tuple[Operand, Operand]:
    """A text from a closed list compares as the list spells it, which an index has."""
    spelled = {word.lower(): word for word in left.members}.get(str(right.value).lower())
    if spelled is None:
        return left, right
    return replace(left, any_case=False), replace(
        right, value=spelled, expression=literal(spelled), any_case=False
    )


def _nearby(name: str, left: Operand, right: Operand) -> list[Condition]:
    """What a comparison of moments implies of the seconds that are stored, as an index has them."""
    if left.seconds is None or not right.is_literal:
        return []
    bound = right.value // TICKS
    return [left.seconds >= bound - 1 if name in {"gt", "ge"} else left.seconds <= bound + 2]


def _compare_truth(name: str, left: Operand, right: Operand, position: int) -> Condition:
    if name not in {"eq", "ne"}:
        raise wrong(position, INCOMPATIBLE)
    if right.is_literal:
        equal = is_true(left) if right.value else is_false(left)
    else:
        one, other = _truth(left), _truth(right)
        return one.is_not_distinct_from(other) if name == "eq" else one.is_distinct_from(other)
    return equal if name == "eq" else not_(func.coalesce(equal, false()))


def is_true(operand: Operand) -> Condition:
    """The condition that something is true."""
    if operand.kind == "condition":
        return operand.expression
    return operand.shown.is_(true())


def is_false(operand: Operand) -> Condition:
    """The condition that something is false, and not missing."""
    if operand.kind == "condition":
        return not_(func.coalesce(operand.expression, false()))
    return operand.shown.is_(false())


def _truth(operand: Operand) -> ColumnElement[Any]:
    """1 for true, 0 for false, NULL for what is missing."""
    if operand.kind == "condition":
        return case((operand.expression, 1), else_=0)
    return case((is_true(operand), 1), (is_false(operand), 0), else_=None)


def _compare_members(name: str, left: Operand, right: Operand, position: int) -> Condition:
    """A member of an enum, in any case; of flags all members and no others, in any order."""
    if name not in {"eq", "ne"}:
        raise wrong(position, INCOMPATIBLE)
    members = member_of(left, right)
    if left.kind == "enum":
        equal: Condition = left.shown == ",".join(members)
    else:
        length = sum(map(len, members)) + len(members) - 1
        plain = func.replace(left.shown, " ", "")
        equal = and_(*_holds(left, members), func.length(plain) == length)
    return equal if name == "eq" else not_(func.coalesce(equal, false()))


def has(left: Operand, right: Operand, position: int) -> Condition:
    """Whether flags have every member that is named. Raises Malformed."""
    if left.family != "text" or right.family != "text" or not right.is_literal:
        raise wrong(position, INCOMPATIBLE)
    return and_(*_holds(left, member_of(left, right)))


def _holds(left: Operand, members: Sequence[str]) -> list[Condition]:
    listed = literal(",").concat(func.replace(left.shown, " ", "")).concat(",")
    return [position_of(listed, literal(f",{member},")) > 0 for member in members]


def is_in(left: Operand, members: Sequence[Operand], position: int) -> Condition:
    """Whether a value is one of those in a list. Raises Malformed."""
    simple = left.family not in {"boolean", "json"} and left.kind not in {"enum", "flags"}
    if not simple or left.is_literal:
        return or_(*(compare("eq", left, each, position) for each in members))
    values = [each for each in members if each.kind != "null"]
    if any(each.family != left.family for each in values):
        raise wrong(position, INCOMPATIBLE)
    found = [_compare_null("eq", left)] if len(values) < len(members) else []
    if values:
        given = [each.value for each in values]
        found.append(_one_of(left.matched(*given), given, left))
    return or_(*found)


def _one_of(expression: ColumnElement[Any], values: list[Any], left: Operand) -> Condition:
    if left.any_case:
        return left.in_lower(expression).in_([value.lower() for value in values])
    return expression.in_(values)
