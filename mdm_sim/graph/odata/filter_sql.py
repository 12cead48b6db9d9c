"""A filter's tree as an SQL condition over a dictionary of properties."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, true

from mdm_sim.graph.odata.filter_text import Expression, Literal, Operation, Path
from mdm_sim.graph.odata.properties import Properties, Property
from mdm_sim.messages import Malformed


def _differs(expression: ColumnElement[Any], value: Any) -> ColumnElement[bool]:
    return or_(expression != value, expression.is_(None))


_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "ne": _differs,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
MOST_MEMBERS = 500
LARGEST = 2**63 - 1
_SEARCHES = {"contains", "startswith", "endswith"}


def condition(tree: Expression, properties: Properties) -> ColumnElement[bool]:
    """`tree` as a condition. Raises Malformed for a property that the collection has not."""
    match tree:
        case Operation("and" | "or" as name, (left, right)):
            both = (condition(left, properties), condition(right, properties))
            return and_(*both) if name == "and" else or_(*both)
        case Operation("not", (inner,)):
            return not_(func.coalesce(condition(inner, properties), false()))
        case Operation("in", (Path(name), *members)):
            if len(members) > MOST_MEMBERS:
                message = f"Invalid filter clause: a list of at most {MOST_MEMBERS} is expected."
                raise Malformed(message)
            return or_(*(_equals(_find(name, properties), each) for each in members))
        case Operation(name, (Path(path), Literal(str() as part))) if name in _SEARCHES:
            return _matches(name, _find(path, properties), part)
        case Operation(name, (Path(path), Literal(value))) if name in _COMPARE:
            return _compare(name, _find(path, properties), value)
        case Path(path):
            return _find(path, properties).expression.is_(true())
    message = "Invalid filter clause: this expression is not supported."
    raise Malformed(message)


def _find(path: str, properties: Properties) -> Property:
    lower = path.lower()
    for name, prop in properties.items():
        if name.lower() == lower:
            return prop
    message = "Invalid filter clause: Could not find a property of that name."
    raise Malformed(message)


def _equals(prop: Property, member: Expression) -> ColumnElement[bool]:
    if not isinstance(member, Literal):
        message = "Invalid filter clause: a list of values is expected."
        raise Malformed(message)
    return _compare("eq", prop, member.value)


def _compare(name: str, prop: Property, value: Any) -> ColumnElement[bool]:
    if value is None:
        return _compare_null(name, prop)
    if not _fits(prop, value) or (prop.kind == "boolean" and name not in {"eq", "ne"}):
        message = "Invalid filter clause: A value of an incompatible type is compared."
        raise Malformed(message)
    expression: ColumnElement[Any] = prop.expression
    if isinstance(prop.default, (str, int)) and (name != "eq" or value == prop.default):
        expression = func.coalesce(expression, prop.default)
    if prop.any_case:
        expression, value = func.lower(expression), str(value).lower()
    compared: ColumnElement[bool] = _COMPARE[name](expression, value)
    return compared


def _compare_null(name: str, prop: Property) -> ColumnElement[bool]:
    if prop.default is not None:
        return true() if name == "ne" else false()
    missing = prop.expression.is_(None)
    return {"eq": missing, "ne": not_(missing)}.get(name, false())


def _fits(prop: Property, value: Any) -> bool:
    if prop.kind == "boolean":
        return isinstance(value, bool)
    if prop.kind in {"integer", "moment", "instant"}:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return number and abs(value) <= LARGEST
    return isinstance(value, str)


def _matches(name: str, prop: Property, part: str) -> ColumnElement[bool]:
    """Substring search without a pattern language, so that no character is special."""
    value, part = func.lower(prop.expression), part.lower()
    if name == "contains":
        return func.instr(value, part) > 0
    if name == "startswith":
        return func.substr(value, 1, len(part)) == part
    return (func.length(value) >= len(part)) & (func.substr(value, -max(len(part), 1)) == part)
