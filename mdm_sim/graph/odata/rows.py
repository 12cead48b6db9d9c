"""Rows of the database as objects of Graph: which columns a query needs, and what they become."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import BindParameter, ColumnElement, Null, Select, case, select

from mdm_sim.graph.odata.collection import Collection
from mdm_sim.graph.odata.properties import Member, Property, show, shower
from mdm_sim.graph.odata.query import Expansion, Query
from mdm_sim.graph.odata.selection import prune

Item = dict[str, Any]
Convert = Callable[[Any], Any]


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


@dataclass(slots=True)
class _Field:
    """A property, the column that it is in, how that is shown, and the column of its type."""

    name: str
    column: int
    convert: Convert | None
    default: Any
    flag: int | None


@dataclass(slots=True)
class _Document:
    """A column that holds a JSON object, and what of it is shown: as what, which, and how."""

    column: int
    members: list[tuple[str, str, Convert | None]]

    def fill(self, item: Item, row: Any) -> None:
        """Put into an object what a row has of it."""
        held = orjson.loads(row[self.column])
        for name, member, convert in self.members:
            value = held.get(member)
            if value is not None:
                item[name] = value if convert is None else convert(value)


class Rows:
    """What a query reads of a collection, and the objects that rows of it become.

    Columns are walked through once, rows many times: a property that is the same on every object
    is no column at all.
    """

    def __init__(
        self, collection: Collection, query: Query | None, *, everything: bool = False
    ) -> None:
        """`everything` is that properties are shown which lists show on request only."""
        way = collection.key if collection.way is None else collection.way
        chosen = query.select if query is not None else None
        self.columns: list[ColumnElement[Any]] = [
            collection.key.label("row_key"),
            way.label("row_way"),
        ]
        self._source = collection.source
        self._usual: Item = {}
        self._fields: list[_Field] = []
        self._documents: dict[str, _Document] = {}
        self._whole = collection.whole if chosen is None else None
        self._is_mixed = any(each.condition is not None for each in chosen or ())
        if collection.odata_type:
            self._usual["@odata.type"] = collection.odata_type
        if chosen is not None:
            for each in chosen:
                self._add(each.name, each.prop, each.condition)
        elif self._whole is not None:
            self.columns += collection.whole_columns
        else:
            for name, prop in collection.properties.items():
                if everything or not prop.on_request:
                    self._add(name, prop)
                else:
                    self._usual[name] = prop.default
        for expansion in query.expand if query else ():
            if expansion.condition is not None:
                self.columns.append(_flag(expansion.condition).label(_type_label(expansion)))

    def _add(self, name: str, prop: Property, condition: ColumnElement[bool] | None = None) -> None:
        sql, place = prop.expression, len(self.columns)
        if not self._is_mixed:
            self._usual[name] = prop.default
            if isinstance(sql, Null):
                return
            if isinstance(sql, BindParameter):
                self._usual[name] = show(prop, sql.value)
                return
            if prop.member is not None:
                self._add_member(name, prop, prop.member)
                return
        flag = None if condition is None else place + 1
        self._fields.append(_Field(name, place, shower(prop), prop.default, flag))
        self.columns.append(sql.label(f"value_{place}"))
        if condition is not None:
            self.columns.append(_flag(condition).label(f"is_{place}"))

    def _add_member(self, name: str, prop: Property, member: Member) -> None:
        label = f"document_{member.document}"
        if label not in self._documents:
            self._documents[label] = _Document(len(self.columns), [])
            self.columns.append(member.document.label(label.replace(".", "_")))
        self._documents[label].members.append((name, member.name, shower(prop)))

    @property
    def statement(self) -> Select[Any]:
        """The query for whole objects; `load` makes them of its rows."""
        return select(*self.columns).select_from(self._source)

    def load(self, row: Any) -> Loaded:
        """An object of a row of the statement."""
        if self._whole is not None:
            item = self._usual | self._whole(row)
        elif self._is_mixed:
            item = self._usual | self._mixed(row)
        else:
            item = self._usual.copy()
            for each in self._fields:
                value = row[each.column]
                if value is not None:
                    item[each.name] = value if each.convert is None else each.convert(value)
            for document in self._documents.values():
                document.fill(item, row)
        if item.get("@odata.type", "") is None:
            del item["@odata.type"]
        return Loaded(str(row[0]), item, row, str(row[1]))

    def _mixed(self, row: Any) -> Item:
        """What is chosen of a row where some of it is of one type alone."""
        item = {}
        for each in self._fields:
            if each.flag is None or row[each.flag]:
                value = row[each.column]
                if value is None:
                    value = each.default
                elif each.convert is not None:
                    value = each.convert(value)
                item[each.name] = value
        return item


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
