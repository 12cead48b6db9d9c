"""Objects as the service shows them: every property of their type, with what stands for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from mdm_sim.graph.edm.model import NAMESPACE, Model, Shape, Type
from mdm_sim.graph.edm.primitives import DEFAULTS

SENTINEL = "unknownFutureValue"
# Every object of an Intune type has the default scope tag where no other is given.
_OF_NAME: Mapping[str, Any] = {"roleScopeTagIds": ["0"]}


def default(model: Model, shape: Shape, name: str = "") -> Any:
    """What a property shows that was never given."""
    if shape.is_collection:
        return list(_OF_NAME.get(name, []))
    if shape.is_nullable:
        return None
    if shape.kind in DEFAULTS:
        return DEFAULTS[shape.kind]
    if model.is_enum(shape.kind):
        return model.members(shape.kind)[0]
    kind = model.types[shape.kind]
    return None if kind.is_abstract else completed(model, kind, {})


def completed(model: Model, kind: Type, stored: Mapping[str, Any]) -> dict[str, Any]:
    """`stored` with every property of `kind`, in the model's order; so are the values in it."""
    found = {}
    for name, shape, is_primitive, is_fixed, missing in _plan(model, kind):
        if name not in stored:
            found[name] = missing if is_fixed else default(model, shape, name)
        else:
            found[name] = stored[name] if is_primitive else _shown(model, shape, stored[name])
    return found


@lru_cache(maxsize=4096)
def _plan(model: Model, kind: Type) -> tuple[tuple[str, Shape, bool, bool, Any], ...]:
    """The properties of a type: is a value shown as it is, is what stands for none always it."""
    missing = {name: default(model, shape, name) for name, shape in kind.properties.items()}
    return tuple(
        (name, shape, shape.kind in DEFAULTS, not isinstance(value, (list, dict)), value)
        for (name, shape), value in zip(kind.properties.items(), missing.values(), strict=True)
    )


def given(model: Model, kind: Type, name: str, value: Any) -> Any:
    """The value of one property of `kind`, as `completed` shows it."""
    return _shown(model, kind.properties[name], value)


def _shown(model: Model, shape: Shape, value: Any) -> Any:
    if shape.kind in DEFAULTS or value is None:
        return value
    if model.is_enum(shape.kind):
        return _members(model, shape, value)
    if shape.kind not in model.types:
        return value
    if isinstance(value, list):
        return [_complex(model, shape, each) for each in value]
    return _complex(model, shape, value)


def _members(model: Model, shape: Shape, value: Any) -> Any:
    """A member that the version does not know shows as the one that stands for such members."""
    known = model.members(shape.kind)
    if isinstance(value, list):
        return [each for each in value if each in known]
    words = [word for word in value.split(",") if word in known]
    if not words:
        return SENTINEL if SENTINEL in known else default(model, shape)
    return ",".join(words)


def _complex(model: Model, shape: Shape, value: Mapping[str, Any]) -> dict[str, Any]:
    """A complex value; its type is told where it is not the one declared."""
    kind = model.find(value.get("@odata.type", shape.kind)) or model.types[shape.kind]
    shown = completed(model, kind, value)
    if kind.name == shape.kind:
        return shown
    return {"@odata.type": f"#{NAMESPACE}.{kind.name}", **shown}
