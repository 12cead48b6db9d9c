"""Keyset paging: what a list is sorted by, and the token that tells where a page ended."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, UnaryExpression, and_, case, func, or_

from mdm_sim.graph.odata.comparing import is_true
from mdm_sim.graph.odata.filter_sql import operand
from mdm_sim.graph.odata.filter_text import parse_order
from mdm_sim.graph.odata.filter_tree import Expression, wrong
from mdm_sim.graph.odata.scope import Scope
from mdm_sim.messages import Malformed

MOST_KEYS = 20
_LOWEST = -(2**63)


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
    return tuple(Order(_sortable(tree, scope), descending) for tree, descending in keys)


def _sortable(tree: Expression, scope: Scope) -> ColumnElement[Any]:
    found = operand(tree, scope)
    if found.family in {"json", "null"}:
        raise wrong(found.position, "A value that can be sorted is expected")
    if found.family == "boolean":
        return case((is_true(found), 1), else_=0)
    shown = func.lower(found.shown) if found.any_case else found.shown
    return func.coalesce(shown, "" if found.family == "text" else _LOWEST)


def is_after(order: Sequence[Order], keys: Sequence[Any]) -> ColumnElement[bool]:
    """The condition of standing after an object with these sort keys."""
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
