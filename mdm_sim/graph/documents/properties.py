"""The properties of a type as SQL over a JSON document: what lists filter, sort and search by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from sqlalchemy import ColumnElement, func

from mdm_sim.graph.edm.model import NAMESPACE, Model, Shape, Type
from mdm_sim.graph.edm.shaping import default
from mdm_sim.graph.odata.dialect import json_items
from mdm_sim.graph.odata.properties import Cast, Casts, Items, Property
from mdm_sim.store.dialects.functions import as_kind, json_value

Column = ColumnElement[Any]
_KINDS = {
    "Boolean": "boolean",
    "Double": "number",
    "Single": "number",
    "Decimal": "number",
    "Guid": "guid",
    "DateTimeOffset": "instant",
    "Date": "date",
    "TimeOfDay": "time",
    "Duration": "duration",
    **dict.fromkeys(("Byte", "SByte", "Int16", "Int32", "Int64"), "integer"),
}


class DocumentProperties(Mapping[str, Property]):
    """The properties of a type in a JSON document, each made when it is first asked for.

    `own` are properties that are kept elsewhere: columns, or what is computed.
    """

    def __init__(
        self, model: Model, kind: Type, document: Column, own: Mapping[str, Property] | None = None
    ) -> None:
        """`document` is the SQL of the document."""
        self._model, self._kind, self._document = model, kind, document
        self._made: dict[str, Property] = dict(own or {})

    def __getitem__(self, name: str) -> Property:
        if name not in self._made:
            shape = self._kind.properties[name]
            self._made[name] = property_of(self._model, shape, self._document, name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kind.properties)

    def __len__(self) -> int:
        return len(self._kind.properties)


def property_of(model: Model, shape: Shape, document: Column, name: str) -> Property:
    """A property of a document."""
    if not shape.is_collection:
        return _one(model, shape, json_value(document, name), default(model, shape, name))

    missing = default(model, shape, name)
    given = json_value(document, name)
    listed = func.coalesce(given, orjson.dumps(missing).decode()) if missing else given

    def each(alias: str) -> Items:
        source, value, condition = json_items(listed, None, alias)
        return Items(source, _one(model, shape, value, None), (condition,))

    return Property(given, "json", missing, each=each)


def _one(model: Model, shape: Shape, expression: Column, missing: Any) -> Property:
    if model.is_enum(shape.kind):
        kind = "flags" if model.is_flags(shape.kind) else "enum"
        return Property(expression, kind, missing, literals=model.members(shape.kind))
    if shape.kind in model.types:
        inner = model.types[shape.kind]
        return Property(
            expression,
            "json",
            missing,
            members=lambda: DocumentProperties(model, inner, expression),
            casts=_casts(model, inner, expression),
        )
    kind = _KINDS.get(shape.kind, "text")
    return Property(as_kind(expression, kind), kind, missing, any_case=shape.kind == "String")


def _casts(model: Model, kind: Type, expression: Column) -> Casts:
    """Derived types of a complex value, which says itself of which it is."""

    def cast(name: str) -> Cast | None:
        wanted = model.find(name)
        if wanted is None or not wanted.is_a(kind.name):
            return None
        named = json_value(expression, "@odata.type")
        condition = is_of(wanted, named)
        if wanted is kind:
            condition = condition | named.is_(None)
        return Cast(condition, DocumentProperties(model, wanted, expression))

    return cast


def is_of(kind: Type, named: Column) -> ColumnElement[bool]:
    """SQL: whether the name of a type is that of `kind` or of one derived from it."""
    return named.in_([f"#{NAMESPACE}.{each.name}" for each in kind.derived])
