"""Properties of objects that are no documents, as their type in the model has them.

An entity says where the values are; names, order, kinds and what stands for nothing are the
model's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, false, true

from mdm_sim.graph.documents.properties import DocumentProperties
from mdm_sim.graph.edm.model import Model, Shape, Type
from mdm_sim.graph.edm.shaping import default
from mdm_sim.graph.odata.dialect import json_items
from mdm_sim.graph.odata.properties import Cast, Casts, Items, Properties, Property, constant

# Whether a row is of a derived type, by the type's name.
Conditions = Mapping[str, ColumnElement[bool]]

_KINDS = {
    "Boolean": "boolean",
    "DateTimeOffset": "moment",
    "Double": "number",
    "Guid": "guid",
    "Int32": "integer",
    "Int64": "integer",
}


def modelled(
    model: Model, kind: Type, known: Mapping[str, Property], odata_type: Property | None = None
) -> Properties:
    """Every property of a type, in the model's order.

    `known` are those that have a value somewhere; `odata_type` is shown where the type has derived
    ones. What `known` names and the type has not is left out: a version may lack it.
    """
    own = {"@odata.type": odata_type} if odata_type is not None and len(kind.derived) > 1 else {}
    return own | {
        name: _property(model, shape, name, known.get(name))
        for name, shape in kind.properties.items()
    }


def _property(model: Model, shape: Shape, name: str, known: Property | None) -> Property:
    missing = default(model, shape, name)
    if known is None:
        known = constant(missing)
    elif known.default is None:
        known = replace(known, default=missing)
    if shape.is_collection:
        return replace(known, kind="json", each=known.each or _each(model, shape, known.expression))
    if model.is_enum(shape.kind):
        kind = "flags" if model.is_flags(shape.kind) else "enum"
        return replace(known, kind=kind, literals=model.members(shape.kind))
    if shape.kind in model.types:
        inner = model.types[shape.kind]
        return replace(known, kind="json", members=_members(model, inner, known.expression))
    return replace(known, kind=_KINDS.get(shape.kind, "text")) if known.kind == "text" else known


def _members(
    model: Model, kind: Type, expression: ColumnElement[Any]
) -> Callable[[], Mapping[str, Property]]:
    return lambda: DocumentProperties(model, kind, expression)


def _each(model: Model, shape: Shape, expression: ColumnElement[Any]) -> Callable[[str], Items]:
    """The items of a list that an expression gives as JSON."""

    def each(alias: str) -> Items:
        source, value, condition = json_items(expression, None, alias)
        item = Property(value)
        if shape.kind in model.types:
            members = _members(model, model.types[shape.kind], value)
            item = Property(value, "json", members=members)
        return Items(source, item, (condition,))

    return each


def casts(
    model: Model,
    kind: Type,
    conditions: Conditions,
    properties: Callable[[Type], Properties],
) -> Casts:
    """Looking at objects as of a derived type; `conditions` tell of which each of them is."""

    def cast(name: str) -> Cast | None:
        wanted = model.find(name)
        if wanted is None or not wanted.is_a(kind.name):
            return None
        if wanted is kind:
            return Cast(true(), properties(wanted))
        return Cast(conditions.get(wanted.name, false()), properties(wanted))

    return cast
