"""The functions and the arithmetic of a filter (OData 4.01 URL conventions, 5.1.1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal

from mdm_sim.graph.odata import dialect
from mdm_sim.graph.odata.filter_tree import wrong
from mdm_sim.graph.odata.operands import Operand, of_condition
from mdm_sim.store.dialects.functions import nearest

Column = ColumnElement[Any]
# What a database reads without trouble: it copies what is nested, and its own stack is bounded.
HEAVIEST = 600
DEEPEST = 8
_OPERAND = "An operand of another type is expected"


@dataclass(frozen=True, slots=True)
class Method:
    """A function: the families of its arguments, the kind of its result, and its SQL.

    `last` tells how many times the last argument may come, `copies` how often each stands in it.
    """

    takes: tuple[frozenset[str], ...]
    kind: str
    sql: Callable[..., Column]
    last: range = range(1, 2)
    copies: int = 1


def contains(text: Column, part: Column) -> Column:
    """Searches know no case and no wildcards."""
    return dialect.position_of(func.lower(text), func.lower(part)) > 0


def _starts(text: Column, part: Column) -> Column:
    text, part = func.lower(text), func.lower(part)
    return func.substr(text, 1, func.length(part)) == part


def _ends(text: Column, part: Column) -> Column:
    text, part = func.lower(text), func.lower(part)
    begins = func.length(text) - func.length(part)
    return (begins >= 0) & (func.substr(text, begins + 1) == part)


def _index(text: Column, part: Column) -> Column:
    return dialect.position_of(func.lower(text), func.lower(part)) - 1


def _substring(text: Column, start: Column, length: Column | None = None) -> Column:
    begins = case((start < 0, 0), else_=start) + 1
    if length is None:
        return func.substr(text, begins)
    return func.substr(text, begins, case((length < 0, 0), else_=length))


def _concat(*texts: Column) -> Column:
    joined = texts[0]
    for text in texts[1:]:
        joined = joined.concat(text)
    return joined


def _part(name: str) -> Callable[[Column], Column]:
    return lambda ticks: dialect.part_of(name, ticks)


_TEXT, _NUMBER = frozenset({"text"}), frozenset({"number"})
_MOMENT, _CLOCK = frozenset({"moment"}), frozenset({"moment", "time"})
METHODS: dict[str, Method] = {
    "contains": Method((_TEXT, _TEXT), "condition", contains),
    "startswith": Method((_TEXT, _TEXT), "condition", _starts, copies=2),
    "endswith": Method((_TEXT, _TEXT), "condition", _ends, copies=2),
    "tolower": Method((_TEXT,), "text", func.lower),
    "toupper": Method((_TEXT,), "text", func.upper),
    "trim": Method((_TEXT,), "text", func.trim),
    "length": Method((_TEXT,), "integer", func.length),
    "indexof": Method((_TEXT, _TEXT), "integer", _index),
    "substring": Method((_TEXT, _NUMBER), "text", _substring, range(1, 3), copies=2),
    "concat": Method((_TEXT, _TEXT), "text", _concat, range(1, 20)),
    "year": Method((_MOMENT,), "integer", _part("year"), copies=2),
    "month": Method((_MOMENT,), "integer", _part("month"), copies=2),
    "day": Method((_MOMENT,), "integer", _part("day"), copies=2),
    "hour": Method((_CLOCK,), "integer", _part("hour"), copies=2),
    "minute": Method((_CLOCK,), "integer", _part("minute"), copies=2),
    "second": Method((_CLOCK,), "integer", _part("second"), copies=2),
    "date": Method((_MOMENT,), "moment", dialect.day_of, copies=2),
    "time": Method((_MOMENT,), "time", dialect.time_of),
    "round": Method((_NUMBER,), "number", nearest),
    "floor": Method((_NUMBER,), "number", dialect.floor, copies=3),
    "ceiling": Method((_NUMBER,), "number", lambda number: -dialect.floor(-number), copies=3),
}


def call(method: Method, operands: Sequence[Operand], position: int) -> Operand:
    """A function of operands. Raises Malformed for another number of them, or other types."""
    more = len(operands) - len(method.takes) + 1
    if more not in method.last:
        raise wrong(position, "Another number of arguments is expected")
    takes = [*method.takes, *[method.takes[-1]] * (more - 1)]
    for family, operand in zip(takes, operands, strict=True):
        if operand.family not in family:
            raise wrong(operand.position, _OPERAND)
    found = method.sql(*(operand.shown for operand in operands))
    if method.kind == "condition":
        return of_condition(found, position)
    return _nested(Operand(method.kind, found, position), operands, method.copies)


def _nested(found: Operand, operands: Sequence[Operand], copies: int = 1) -> Operand:
    """A value with its weight and depth. Raises Malformed where they are too large."""
    weight = 1 + copies * sum(each.weight for each in operands)
    depth = 1 + max((each.depth for each in operands), default=0)
    if weight > HEAVIEST or depth > DEEPEST:
        raise wrong(found.position, "Too complex an expression")
    return replace(found, weight=weight, depth=depth)


_SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "divby": "/", "mod": "%"}
ARITHMETIC = frozenset(_SIGNS)
# The kind that two families give; what is not listed has no result.
_RESULTS = {
    ("moment", "sub", "moment"): "duration",
    ("moment", "add", "duration"): "moment",
    ("moment", "sub", "duration"): "moment",
    ("duration", "add", "moment"): "moment",
    ("duration", "add", "duration"): "duration",
    ("duration", "sub", "duration"): "duration",
    ("duration", "mul", "number"): "duration",
    ("duration", "div", "number"): "duration",
    ("number", "mul", "duration"): "duration",
}


def calculate(name: str, left: Operand, right: Operand, position: int) -> Operand:
    """Two operands with an operator of arithmetic between. Raises Malformed."""
    kind = _RESULTS.get((left.family, name, right.family))
    if left.family == right.family == "number":
        both = left.kind == right.kind == "integer" and name != "divby"
        kind = "integer" if both else "number"
    if kind is None:
        raise wrong(position, _OPERAND)
    one = dialect.real(left.shown) if name == "divby" else left.shown
    found = Operand(kind, dialect.calculate(_SIGNS[name], one, right.shown), position)
    return _nested(found, (left, right))


def negated(operand: Operand, position: int) -> Operand:
    """A number or a duration with a minus before it. Raises Malformed."""
    if operand.family not in {"number", "duration"}:
        raise wrong(position, _OPERAND)
    zero = literal(0)
    found = Operand(operand.kind, dialect.calculate("-", zero, operand.shown), position)
    return _nested(found, (operand,))
