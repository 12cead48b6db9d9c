"""Keyset paging: what a list is sorted by, and the token that tells where a page ended."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    UnaryExpression,
    case,
    literal,
)

from mdm_sim.graph.odata.comparing import is_true
from mdm_sim.graph.odata.filter_sql import operand
from mdm_sim.graph.odata.filter_text import parse_order
from mdm_sim.graph.odata.filter_tree import Expression, Literal, Operation, Path, wrong
from mdm_sim.graph.odata.scope import Scope
from mdm_sim.messages import Malformed

MOST_KEYS = 20


@dataclass(frozen=True, slots=True)
class Order:
    """One key to sort by, which is never NULL."""

    expression: ColumnElement[Any]
    descending: bool

    @property
    def sorted(self) -> UnaryExpression[Any]:
        """The key in an ORDER BY."""
        return self.expression.desc() if self.descending else self.expression.asc()


def orders(text: str, scope: Scope) -> tuple[Order, ...]:
    """The keys of an $orderby; a missing value sorts as the smallest. Raises Malformed."""
    keys = parse_order(text)
    if len(keys) > MOST_KEYS:
        message = f"Invalid $orderby: at most {MOST_KEYS} keys are expected."
        raise Malformed(message)
    return tuple(
        Order(_sortable(tree, scope, is_last=place == len(keys)), descending)
        for place, (tree, descending) in enumerate(keys, 1)
    )


def _sortable(tree: Expression, scope: Scope, *, is_last: bool) -> ColumnElement[Any]:
    found = operand(tree, scope)
    if found.family in {"json", "null"}:
        raise wrong(found.position, "A value that can be sorted is expected")
    if found.family == "boolean":
        return case((is_true(found), 1), else_=0)
    # Seconds sort as what is shown of them does, but for what another key is to decide.
    is_plain = found.seconds is not None and found.always and is_last
    return found.seconds if is_plain and found.seconds is not None else found.sortable


def of_range(tree: Expression, scope: Scope) -> ColumnElement[Any] | None:
    """The moment, in seconds, that a filter has bounds for, if it is one that is always there.

    A list that is sorted by it reads what is inside of the bounds and no more.
    """
    match tree:
        case Operation("and", parts):
            found = (of_range(part, scope) for part in parts)
            return next((each for each in found if each is not None), None)
        case Operation("gt" | "ge" | "lt" | "le", (Path(), Literal("moment"))):
            bounded = operand(tree.operands[0], scope)
            return bounded.seconds if bounded.always else None
    return None


def rows_after(
    read: Callable[[int | None, int], Sequence[Any]], order: Sequence[Order], keys: Any, most: int
) -> list[Any]:
    """The first rows of a list in an order, after the one that has these keys if there are.

    First those that are like it in every key but the last, then in all but the last two, and so
    on: each part is one range of an index that is sorted already, and they follow one another.
    `read` gives the rows of the part that ends the likeness at a place (see `part`), at most so
    many.
    """
    found: list[Any] = []
    for place in reversed(range(len(order))) if keys is not None else (None,):
        found += read(place, most - len(found))
        if len(found) >= most:
            break
    return found


def part(
    wanted: Select[Any], order: Sequence[Order], keys: Sequence[Any], place: int | None
) -> Select[Any]:
    """The part of a list that is alike in the keys before a place; without one all of it.

    `keys` are values, or what stands for them in SQL.
    """
    chosen = wanted if place is None else wanted.where(*_beyond(order, keys, place))
    return chosen.order_by(*(each.sorted for each in order[place or 0 :]))


def reading(
    connection: Connection, wanted: Select[Any], order: Sequence[Order], keys: Any
) -> Callable[[int | None, int], Sequence[Any]]:
    """Reads parts of a statement's rows, as `rows_after` wants it."""
    return lambda place, most: connection.execute(
        part(wanted, order, keys, place).limit(most)
    ).all()


def _beyond(
    order: Sequence[Order], keys: Sequence[Any], place: int
) -> Iterator[ColumnElement[bool]]:
    """The conditions of being alike in the keys before a place, and standing after in that."""
    for each, key in zip(order[:place], keys, strict=False):
        yield each.expression == _bound(key, each)
    last = order[place]
    key = _bound(keys[place], last)
    yield last.expression < key if last.descending else last.expression > key


def _bound(key: Any, order: Order) -> ColumnElement[Any]:
    return key if isinstance(key, BindParameter) else literal(key, order.expression.type)


def token(keys: Sequence[Any]) -> str:
    """Sort keys as the text of a $skiptoken."""
    return base64.urlsafe_b64encode(orjson.dumps(list(keys))).decode().rstrip("=")


def after(text: str, length: int) -> tuple[Any, ...]:
    """The sort keys of a $skiptoken. Raises Malformed."""
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
    return isinstance(key, (int, float)) and not isinstance(key, bool) and -(2**63) <= key < 2**63
