"""A collection's properties: for each name an SQL expression and how its value is shown.

One mapping of these serves $select, $filter, $orderby, $search, $count and paging.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, FromClause, literal, null

from mdm_sim.clock import instant, iso

NEVER = "0001-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Property:
    """One property. What `kind` may be, and what its expression gives then:

    text, guid, enum, flags (members with commas between), duration, date and time (each a text),
    integer, number, boolean; moment and instant (with fractions): seconds since 1970, or the ISO
    text of UTC where the expression's type is not a number; json (complex or a collection).

    `default` stands for a missing value; `any_case` compares without regard to case; what is
    `on_request` shows in lists only when it is selected. A complex property has `members`, and
    `casts` where its type has derived ones; a collection has `each`, which gives its rows under
    an alias of that name. An enum's `literals` are its members, in the order of their values.
    What is `always` there is never NULL; what is `lower` is stored in lower case. What is a
    `member` of a JSON column can be read from that as well, which costs less for many of them.
    """

    expression: ColumnElement[Any]
    kind: str = "text"
    default: Any = None
    any_case: bool = False
    on_request: bool = False
    members: Callable[[], Properties] | None = None
    each: Callable[[str], Items] | None = None
    literals: tuple[str, ...] = ()
    casts: Casts | None = None
    always: bool = False
    lower: bool = False
    member: Member | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a column that holds a JSON object, by its name."""

    document: ColumnElement[Any]
    name: str


@dataclass(frozen=True, slots=True)
class Items:
    """The rows of a collection, and what one of them is: a value, or an object with members."""

    source: FromClause
    item: Property
    where: tuple[ColumnElement[bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Cast:
    """A type that is looked at: the condition of being of it, and what its properties are."""

    condition: ColumnElement[bool]
    properties: Properties


Properties = Mapping[str, Property]
# By the name of a type without its namespace, in any case; None where there is no such type.
Casts = Callable[[str], Cast | None]


def constant(value: Any, kind: str = "text") -> Property:
    """A property that is the same on every object, as Graph shows it."""
    is_missing = value is None or isinstance(value, (list, dict))
    return Property(null() if is_missing else literal(value), kind, value)


def named(name: str, mapping: Mapping[str, Any]) -> str | None:
    """How a mapping spells a name that comes in any case."""
    if name in mapping:
        return name
    lower = name.lower()
    return next((each for each in mapping if each.lower() == lower), None)


def type_name(text: str) -> str | None:
    """The type that a segment such as `microsoft.graph.win32LobApp` names, if it names one."""
    space, dot, name = text.removeprefix("#").rpartition(".")
    return name if dot and space.lower() in {"microsoft.graph", "graph"} else None


def show(prop: Property, value: Any) -> Any:
    """A value of the database as Graph writes it."""
    if value is None:
        return prop.default
    convert = shower(prop)
    return value if convert is None else convert(value)


def shower(prop: Property) -> Callable[[Any], Any] | None:
    """What makes a value of the database that is not missing what Graph writes, if anything."""
    return _SHOWN.get(prop.kind)


def _moment(value: Any) -> Any:
    return value if isinstance(value, str) else iso(value)


def _instant(value: Any) -> Any:
    return value if isinstance(value, str) else instant(value)


_SHOWN: dict[str, Callable[[Any], Any]] = {
    "integer": int,
    "boolean": bool,
    "moment": _moment,
    "instant": _instant,
    "json": lambda value: orjson.loads(value) if isinstance(value, str) else value,
}
