"""`@odata.context` read back: of which type a body is, and where its objects are (Protocol 10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mdm_sim.graph.edm.model import Model, Shape
from mdm_sim.graph.resolving import Target, resolve

_ENTITY = "/$entity"
_MANY = "Collection("
_TYPES = ("microsoft.graph.", "Edm.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where objects are: `url` is that of their collection, or of the object where it is alone.

    Without `url` nobody knows, as of what an action returns.
    """

    url: str | None = None
    is_collection: bool = False


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a body holds: a value of `shape`, from `place`; `chosen` is what $select left of it.

    `is_wrapped` is that it stands under `value` in the body, `is_property` that it is a property.
    """

    shape: Shape
    place: Place = field(default_factory=Place)
    chosen: str = ""
    is_wrapped: bool = False
    is_property: bool = False

    def fits(self, body: Mapping[str, Any]) -> bool:
        """Whether a body looks like it."""
        if not self.is_wrapped:
            return True
        return isinstance(body.get("value"), list) if self.shape.is_collection else "value" in body


def meaning(model: Model, context: str) -> Meaning | None:
    """What a context says; None for references, and for what the model does not have."""
    text = context.partition("#")[2]
    if text.startswith((_MANY, *_TYPES)):
        return _of_type(model, text)
    is_entity = text.endswith(_ENTITY)
    path, chosen = _parted(text.removesuffix(_ENTITY))
    target = resolve(model, path)
    if target is None or target.operation or target.tail:
        return None
    if target.members:
        shape = _member(model, target)
        if shape is None:
            return None
        is_wrapped = shape.is_collection or shape.kind not in model.types
        return Meaning(shape, is_wrapped=is_wrapped, is_property=True)
    shape = Shape(target.kind.name, target.is_many and not is_entity)
    place = Place(path, target.is_many)
    return Meaning(shape, place, chosen, is_wrapped=shape.is_collection)


def _of_type(model: Model, text: str) -> Meaning | None:
    """A type's own name: what an operation returns."""
    name = text.removeprefix(_MANY).partition(")")[0].partition("(")[0]
    kind = model.find(name)
    if kind is None:
        return None
    is_many = text.startswith(_MANY)
    return Meaning(Shape(kind.name, is_many), is_wrapped=is_many)


def _member(model: Model, target: Target) -> Shape | None:
    """The shape at the end of a way into an object."""
    kind, shape = target.kind, None
    for member in target.members:
        found = kind.member_anywhere(member)
        if found is None or found[1] not in found[0].properties:
            return None
        shape = found[0].properties[found[1]]
        kind = model.types.get(shape.kind, kind)
    return shape


def _parted(text: str) -> tuple[str, str]:
    """A path, and what is selected of it in the parentheses at its end; a key stays in the path."""
    depth = 0
    for place in range(len(text) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(text[place], 0)
        if not depth:
            break
    else:
        return text, ""
    inside = text[place + 1 : -1]
    return (text, "") if not inside or inside.startswith("'") else (text[:place], inside)


def choices(chosen: str) -> Mapping[str, str | None]:
    """What is chosen by name, with what is chosen of it where it is expanded: `a,b(c)`."""
    found: dict[str, str | None] = {}
    begins = depth = 0
    for place, sign in enumerate(f"{chosen},"):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "," and not depth:
            name, mark, inside = chosen[begins:place].partition("(")
            if name:
                found[name] = inside.removesuffix(")") if mark else None
            begins = place + 1
    return found
