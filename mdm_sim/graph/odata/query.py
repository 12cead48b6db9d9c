"""Query options: their text as a checked `Query` over a dictionary of properties."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, and_, func, or_

from mdm_sim.graph.odata.filter_sql import condition
from mdm_sim.graph.odata.filter_text import parse
from mdm_sim.graph.odata.properties import Properties
from mdm_sim.messages import Malformed

_OPTIONS = ("filter", "select", "orderby", "top", "skip", "count", "expand", "skiptoken", "search")


@dataclass(frozen=True, slots=True)
class Order:
    """One key to sort by; a missing value sorts as the smallest."""

    expression: ColumnElement[Any]
    descending: bool


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of a collection. `after` holds the sort keys of the last object seen."""

    select: tuple[str, ...] | None
    where: ColumnElement[bool] | None
    order: tuple[Order, ...]
    top: int
    skip: int
    count: bool
    expand: tuple[str, ...]
    after: tuple[Any, ...] | None


def options(arguments: Mapping[str, str], *, is_beta: bool) -> dict[str, str]:
    """The query options of a request by plain name: any case, on beta also without their `$`."""
    found = {}
    for key, text in arguments.items():
        name = key.strip("?&").lower()
        if not name.startswith("$") and not is_beta:
            continue
        if name.lstrip("$") in _OPTIONS:
            found[name.lstrip("$")] = text
    return found


def read(
    given: Mapping[str, str],
    properties: Properties,
    filters: Properties,
    key: ColumnElement[Any],
    most: int,
) -> Query:
    """Check the options of a request against a collection. Raises Malformed."""
    order = _order(given.get("orderby", ""), properties)
    text = given.get("filter")
    return Query(
        select=_select(given["select"], properties) if given.get("select") else None,
        where=condition(parse(text), properties | filters) if text else None,
        order=(*order, Order(key, descending=bool(order) and order[0].descending)),
        top=min(_number(given.get("top"), "$top"), most) if "top" in given else most,
        skip=_number(given.get("skip"), "$skip"),
        count=given.get("count", "").lower() == "true",
        expand=tuple(part.strip() for part in given.get("expand", "").split(",") if part.strip()),
        after=_after(given["skiptoken"], len(order) + 1) if given.get("skiptoken") else None,
    )


def find(name: str, properties: Properties) -> str:
    """The property that a caller means, in any case. Raises Malformed when there is none."""
    for each in properties:
        if each.lower() == name.lower():
            return each
    message = "Could not find a property of that name on this type."
    raise Malformed(message)


def _select(text: str, properties: Properties) -> tuple[str, ...]:
    names = (part.strip() for part in text.split(",") if part.strip())
    chosen = dict.fromkeys(find(name, properties) for name in names)
    return tuple({"id": None, **chosen} if "id" in properties else chosen)


def _order(text: str, properties: Properties) -> tuple[Order, ...]:
    orders = []
    for part in filter(None, (each.strip() for each in text.split(","))):
        name, _, direction = part.partition(" ")
        if direction.strip().lower() not in {"", "asc", "desc"}:
            message = "Invalid $orderby: asc or desc is expected after a property."
            raise Malformed(message)
        prop = properties[find(name, properties)]
        lowest: Any = 0 if prop.kind in {"integer", "moment", "instant", "boolean"} else ""
        missing = prop.default if isinstance(prop.default, (str, int)) else lowest
        orders.append(
            Order(func.coalesce(prop.expression, missing), direction.strip().lower() == "desc")
        )
    return tuple(orders)


def _number(text: str | None, name: str) -> int:
    if text is None:
        return 0
    if not (text.isascii() and text.strip().isdigit()) or len(text) > 9:
        message = f"Invalid value for {name}: a whole number, not negative, is expected."
        raise Malformed(message)
    return int(text)


def is_after(order: Sequence[Order], keys: Sequence[Any]) -> ColumnElement[bool]:
    """The condition of standing after an object with these sort keys (keyset paging)."""
    alternatives = []
    for place, each in enumerate(order):
        equal = [before.expression == keys[index] for index, before in enumerate(order[:place])]
        beyond = (
            (each.expression < keys[place]) if each.descending else (each.expression > keys[place])
        )
        alternatives.append(and_(*equal, beyond))
    return or_(*alternatives)


def token(keys: Sequence[Any]) -> str:
    """Sort keys as the text of a $skiptoken."""
    return base64.urlsafe_b64encode(orjson.dumps(list(keys))).decode().rstrip("=")


def _after(text: str, length: int) -> tuple[Any, ...]:
    try:
        keys = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError):
        keys = None
    scalars = isinstance(keys, list) and all(_is_key(key) for key in keys)
    if not scalars or len(keys) != length:
        message = "Invalid $skiptoken."
        raise Malformed(message)
    return tuple(keys)


def _is_key(key: Any) -> bool:
    if isinstance(key, str):
        return True
    return isinstance(key, (int, float)) and not isinstance(key, bool) and abs(key) < 2**63
