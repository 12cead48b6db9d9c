"""What is asked every day, kept: the statement of a shape, compiled, and what its rows become.

Writing a statement of many columns costs more than running it. What is kept goes by the shape of
what is asked alone. Every value is a parameter: the statement is written for nobody, so that no
value is in it, nor in what it is found by.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Integer, Select, String, bindparam

from mdm_sim.graph.asking import Ask
from mdm_sim.graph.odata import paging
from mdm_sim.graph.odata.collection import Collection
from mdm_sim.graph.odata.paging import Order
from mdm_sim.graph.odata.query import Query
from mdm_sim.graph.odata.rows import Loaded, Rows
from mdm_sim.memo import Memo
from mdm_sim.messages import Principal
from mdm_sim.store.prepared import Prepared

MOST = 256
_NOBODY = Principal("", "", "", None, None, is_admin=False, permissions=frozenset())


class Kept:
    """A statement whose parameters have names, and what its rows become."""

    def __init__(self, statement: Select[Any], shape: Rows) -> None:
        """`statement` reads at least what `shape` does."""
        self._run, self._shape = Prepared(statement), shape

    def rows(self, connection: Connection, ask: Ask, values: Mapping[str, Any]) -> list[Any]:
        """The rows for whoever asks, with these values."""
        return self._run(connection, tenant=ask.who.tenant_id, **values).all()

    def load(self, row: Any) -> Loaded:
        """An object of a row."""
        return self._shape.load(row)


KEPT: Memo[Kept] = Memo(MOST)


def is_kept(collection: Collection, query: Query | None) -> bool:
    """Whether a query's statements are kept: of an everyday collection, in its usual order."""
    if collection.kept is None or query is None:
        return collection.kept is not None
    return query.is_usual and _are_of(query.order, query.after or ())


def object_of(ask: Ask, collection: Collection, query: Query | None) -> Kept:
    """What reads the object whose `key` is given."""

    def made() -> Kept:
        rows = Rows(collection, query, everything=True)
        key = collection.key == bindparam("key", None, String())
        return Kept(rows.statement.where(*_where(ask, collection), key).limit(1), rows)

    return KEPT.of((*_shape(collection, query), "object"), made)


def part_of(ask: Ask, collection: Collection, query: Query, place: int | None) -> Kept:
    """What reads a part of a list (see `paging.part`), with the keys that it is sorted by.

    Its values are `most`, `skip` and the keys, `after_0` and so on.
    """

    def made() -> Kept:
        rows = Rows(collection, query)
        wanted = rows.statement.add_columns(*sorted_by(query.order))
        keys = [
            bindparam(f"after_{number}", None, each.expression.type)
            for number, each in enumerate(query.order)
        ]
        chosen = paging.part(wanted.where(*_where(ask, collection)), query.order, keys, place)
        most, skip = (bindparam(name, None, Integer()) for name in ("most", "skip"))
        return Kept(chosen.limit(most).offset(skip), rows)

    return KEPT.of((*_shape(collection, query), "part", place), made)


def sorted_by(order: Sequence[Order]) -> list[Any]:
    """The columns of what a list is sorted by."""
    return [each.expression.label(f"key_{place}") for place, each in enumerate(order)]


def _shape(collection: Collection, query: Query | None) -> tuple[Hashable, ...]:
    """What the columns of a statement follow from."""
    chosen = query.select if query is not None else None
    names = None if chosen is None else tuple(each.name for each in chosen)
    return (collection.kept, names)


def _where(ask: Ask, collection: Collection) -> list[Any]:
    """The conditions of a collection, for nobody: who asks is given each time."""
    tenant = bindparam("tenant", None, String())
    nobody = replace(_NOBODY, tenant_id=tenant)  # type: ignore[arg-type]
    return list(collection.where(replace(ask, who=nobody, path="", keys=(), options={})))


def _are_of(order: Sequence[Order], keys: Sequence[Any]) -> bool:
    """Whether the keys of a token are of the types that the list is sorted by."""
    return all(
        isinstance(key, each.expression.type.python_type)
        for each, key in zip(order, keys, strict=False)
    )
