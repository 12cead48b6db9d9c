"""A collection's properties: for each name an SQL expression and how its value is shown.

One dictionary of these serves $select, $filter, $orderby, $count and paging.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, literal

from mdm_sim.clock import instant, iso

NEVER = "0001-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Property:
    """`kind` is text, integer, boolean, moment, instant (with fractions) or json.

    `default` stands for a missing value; `any_case` compares without regard to case; what is
    `on_request` shows in lists only when it is selected.
    """

    expression: ColumnElement[Any]
    kind: str = "text"
    default: Any = None
    any_case: bool = False
    on_request: bool = False


def constant(value: Any, kind: str = "text") -> Property:
    """A property that is the same on every object, as Graph shows it."""
    return Property(literal(None if isinstance(value, (list, dict)) else value), kind, value)


def show(prop: Property, value: Any) -> Any:
    """A value of the database as Graph writes it."""
    if value is None:
        return prop.default
    return _SHOWN[prop.kind](value)


def _moment(value: Any) -> Any:
    return value if isinstance(value, str) else iso(value)


_SHOWN: dict[str, Callable[[Any], Any]] = {
    "text": lambda value: value,
    "integer": int,
    "boolean": bool,
    "moment": _moment,
    "instant": instant,
    "json": lambda value: orjson.loads(value) if isinstance(value, str) else value,
}

Properties = dict[str, Property]
