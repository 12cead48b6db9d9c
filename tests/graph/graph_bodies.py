"""Bodies made from the type model: every property that a caller may write, with a good value.

Deterministic: the same type gives the same body, and another `turn` gives other values.
"""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

from mdm_sim.graph.edm.model import Model, Shape, Type

DEEPEST = 4
# What the service sets, whatever a body says.
COMPUTED = {
    "id",
    "createdDateTime",
    "lastModifiedDateTime",
    "version",
    "isAssigned",
    "settingCount",
}


# Values of properties whose kind alone does not say what is good.
_OF_NAME = {
    "valueJson": lambda turn: f'"{turn}"',
    "size": lambda turn: 1_000 + turn,
    "sizeEncrypted": lambda turn: 2_000 + turn,
}


def concrete(kind: Type) -> Type:
    """The type itself, or the first derived one that is not abstract."""
    return next(each for each in kind.derived if not each.is_abstract)


def body(known: Model, kind: Type, turn: int = 0) -> dict[str, Any]:
    """A good body for an object of a type."""
    chosen = concrete(kind)
    made = {
        name: _OF_NAME[name](turn) if name in _OF_NAME else value(known, shape, turn, 0)
        for name, shape in chosen.properties.items()
        if not shape.is_read_only and name not in COMPUTED
    }
    if chosen is not kind or len(kind.derived) > 1:
        return {"@odata.type": f"#microsoft.graph.{chosen.name}", **made}
    return made


def value(known: Model, shape: Shape, turn: int, depth: int) -> Any:
    """A value of a kind; deep values that may be null or empty are."""
    if shape.is_collection:
        if depth >= DEEPEST:
            return []
        return [value(known, Shape(shape.kind), turn + n, depth + 1) for n in range(2)]
    if known.is_enum(shape.kind):
        members = known.members(shape.kind)
        return members[(turn + 1) % len(members)]
    if shape.kind not in known.types:
        return _PRIMITIVES[shape.kind](turn)
    if depth >= DEEPEST and shape.is_nullable:
        return None
    return _complex(known, known.types[shape.kind], turn, depth + 1)


def _complex(known: Model, declared: Type, turn: int, depth: int) -> dict[str, Any]:
    chosen = concrete(declared)
    head = {"@odata.type": f"#microsoft.graph.{chosen.name}"} if chosen is not declared else {}
    deep = depth >= DEEPEST
    return head | {
        name: value(known, shape, turn, depth)
        for name, shape in chosen.properties.items()
        if not (deep and shape.kind in known.types and (shape.is_nullable or shape.is_collection))
    }


def _moment(turn: int) -> str:
    return f"2026-02-{turn % 27 + 1:02}T10:20:30Z"


_PRIMITIVES: dict[str, Any] = {
    "String": lambda turn: f"text {turn}'s é",
    "Boolean": lambda turn: turn % 2 == 0,
    "Byte": lambda turn: turn % 200,
    "Int16": lambda turn: 100 + turn,
    "Int32": lambda turn: 1_000 + turn,
    "Int64": lambda turn: 2**40 + turn,
    "Double": lambda turn: turn + 0.5,
    "Single": lambda turn: turn + 0.25,
    "Decimal": lambda turn: turn + 0.125,
    "Guid": lambda turn: str(UUID(int=turn + 2**100, version=4)),
    "DateTimeOffset": _moment,
    "Date": lambda turn: _moment(turn)[:10],
    "TimeOfDay": lambda turn: f"10:{turn % 60:02}:30.0000000",
    "Duration": lambda turn: f"P{turn % 9 + 1}DT12H",
    "Binary": lambda turn: base64.b64encode(f"bytes {turn}".encode()).decode(),
    "Stream": lambda turn: base64.b64encode(f"bytes {turn}".encode()).decode(),
}


def literal(known: Model, shape: Shape, given: Any) -> str | None:
    """A value as filters write it; None where filters cannot compare values of its kind."""
    if shape.is_collection or given is None or shape.kind in known.types:
        return None
    if known.is_enum(shape.kind):
        return f"'{given}'"
    match shape.kind:
        case "String":
            return "'" + given.replace("'", "''") + "'"
        case "Boolean":
            return str(given).lower()
        case "Duration":
            return f"duration'{given}'"
        case "Binary" | "Stream":
            return None
        case _:
            return str(given)
