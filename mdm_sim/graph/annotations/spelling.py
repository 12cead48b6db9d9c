"""Values as a caller can read them: wide numbers as text, members that came late as unknown.

IEEE754Compatible=true is for readers whose numbers are doubles (OData JSON Format 4.01, 3.2). An
enumeration that grew after `unknownFutureValue` shows its later members to those alone who ask
`Prefer: include-unknown-enum-members`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from mdm_sim.graph.annotations.contexts import Meaning
from mdm_sim.graph.edm.model import Model, Shape, Type

UNKNOWN = "unknownFutureValue"
_WIDE = {"Int64", "Decimal"}
_COUNT, _NUMBER = "@odata.count", Shape("Int64")
# What is shown of a primitive value or a member of an enumeration.
Spell = Callable[[Shape, Any], Any]


def wide_as_text(shape: Shape, value: Any) -> Any:
    """Whole numbers of 64 bits and decimals as strings."""
    return str(value) if shape.kind in _WIDE and value is not None else value


def late_as_unknown(model: Model) -> Spell:
    """Later members of enumerations as the one that stands for them."""
    late = late_members(model)

    def spell(shape: Shape, value: Any) -> Any:
        return UNKNOWN if shape.kind in late and value in late[shape.kind] else value

    return spell


@lru_cache(maxsize=2)
def late_members(model: Model) -> Mapping[str, frozenset[str]]:
    """The members after `unknownFutureValue` by enumeration; combinations of flags have none."""
    found = {}
    for name in model.enums():
        members = model.members(name)
        if UNKNOWN in members and not model.is_flags(name):
            found[name] = frozenset(members[members.index(UNKNOWN) + 1 :])
    return {name: members for name, members in found.items() if members}


def body_spelled(model: Model, meaning: Meaning, body: dict[str, Any], spell: Spell) -> Any:
    """A whole answer with everything in it spelled."""
    if not meaning.is_wrapped:
        return spelled(model, meaning.shape, body, spell)
    count = {_COUNT: spell(_NUMBER, body[_COUNT])} if _COUNT in body else {}
    return {**body, **count, "value": spelled(model, meaning.shape, body["value"], spell)}


def spelled(model: Model, shape: Shape, value: Any, spell: Spell) -> Any:
    """A value of a shape with everything in it spelled, objects that are expanded too."""
    if isinstance(value, list):
        return [spelled(model, shape, each, spell) for each in value]
    kind = model.types.get(shape.kind)
    if kind is None:
        return spell(shape, value)
    if not isinstance(value, dict):
        return value
    kind = model.find(str(value.get("@odata.type", shape.kind))) or kind
    found = {}
    for name, each in value.items():
        inner = _inner(kind, name)
        found[name] = each if inner is None else spelled(model, inner, each, spell)
    return found


def _inner(kind: Type, name: str) -> Shape | None:
    if name in kind.properties:
        return kind.properties[name]
    if name.endswith(_COUNT):
        return _NUMBER
    way = kind.navigations.get(name)
    return Shape(way.kind, way.is_collection) if way is not None else None
