"""Rows of the database as objects of Graph: which columns a query needs, and what they become."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, select

from mdm_sim.graph.odata.collection import Collection
from mdm_sim.graph.odata.properties import show
from mdm_sim.graph.odata.query import Expansion, Query
from mdm_sim.graph.odata.selection import Selected, prune

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Loaded:
    """An object, the key of its row, what it is sorted by, and the row itself for more of it."""

    key: str
    item: Item
    row: Any
    way: str

    def has(self, expansion: Expansion) -> bool:
        """Whether the object is of the type that has this navigation."""
        return expansion.condition is None or bool(getattr(self.row, _type_label(expansion)))


def statement(
    collection: Collection, query: Query | None, *, everything: bool = False
) -> Select[Any]:
    """The query for whole objects; `load` makes them of its rows.

    `everything` is that properties are shown which lists show on request only.
    """
    way = collection.key if collection.way is None else collection.way
    columns = [
        collection.key.label("row_key"),
        way.label("row_way"),
        *_columns(collection, query, everything=everything),
    ]
    columns += [
        _flag(each.condition).label(_type_label(each))
        for each in (query.expand if query else ())
        if each.condition is not None
    ]
    return select(*columns).select_from(collection.source)


def load(
    collection: Collection, query: Query | None, row: Any, *, everything: bool = False
) -> Loaded:
    """An object of a row of its `statement`."""
    chosen = query.select if query else None
    if chosen is not None:
        item = _chosen(chosen, row)
    elif collection.whole:
        item = collection.whole(row)
    else:
        item = _every(collection, row, everything=everything)
    if collection.odata_type:
        item = {"@odata.type": collection.odata_type, **item}
    if item.get("@odata.type", "") is None:
        del item["@odata.type"]
    return Loaded(str(row.row_key), item, row, str(row.row_way))


def trim(items: Sequence[Item], query: Query | None) -> None:
    """Leave of each property what a query chooses of it."""
    parts = [each for each in (query.select if query else None) or () if each.paths]
    for item in items:
        for each in parts:
            if each.name in item:
                item[each.name] = prune(item[each.name], each.paths)


def _type_label(expansion: Expansion) -> str:
    return f"has_{expansion.name}"


def _flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def _columns(
    collection: Collection, query: Query | None, *, everything: bool
) -> list[ColumnElement[Any]]:
    if query and query.select is not None:
        found: list[ColumnElement[Any]] = []
        for place, each in enumerate(query.select):
            found.append(each.prop.expression.label(f"value_{place}"))
            if each.condition is not None:
                found.append(_flag(each.condition).label(f"is_{place}"))
        return found
    if collection.whole:
        return list(collection.whole_columns)
    return [
        prop.expression.label(f"value_{place}")
        for place, prop in enumerate(collection.properties.values())
        if everything or not prop.on_request
    ]


def _chosen(chosen: Sequence[Selected], row: Any) -> Item:
    item = {}
    for place, each in enumerate(chosen):
        if each.condition is None or getattr(row, f"is_{place}"):
            item[each.name] = show(each.prop, getattr(row, f"value_{place}"))
    return item


def _every(collection: Collection, row: Any, *, everything: bool) -> Item:
    return {
        name: (
            show(prop, getattr(row, f"value_{place}"))
            if everything or not prop.on_request
            else prop.default
        )
        for place, (name, prop) in enumerate(collection.properties.items())
    }
