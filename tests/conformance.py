"""Answers held against the type model: names, kinds, members, `@odata.type`, what may be null.

Written apart from the service's own checking of bodies, so that one fault cannot hide the other.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from mdm_sim.graph.edm.model import Model, Shape, Type, model

_WHOLE = {"Byte": 2**8, "SByte": 2**7, "Int16": 2**15, "Int32": 2**31, "Int64": 2**63}
_PATTERNS = {
    "Guid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "Duration": r"-?P(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?",
    "Date": r"\d{4}-\d\d-\d\d",
    "TimeOfDay": r"\d\d:\d\d:\d\d(\.\d+)?",
}
_CONTEXT = re.compile(r"/(?P<version>v1\.0|beta)/\$metadata#(?P<path>.*)$", re.DOTALL)
_BESIDE = {"@odata.context", "@odata.count", "@odata.nextLink", "value"}


def problems(body: Any) -> list[str]:
    """What in an answer's body is not as the model has it."""
    if not isinstance(body, dict) or "error" in body:
        return []
    found = _CONTEXT.search(str(body.get("@odata.context", "")))
    if found is None:
        return ["no @odata.context"] if "@odata.context" not in body else ["a strange context"]
    if found["path"] == "Edm.Null":
        return [] if set(body) == {"@odata.context"} else ["more than nothing"]
    if found["path"] == "$ref":
        return [] if set(body) == {"@odata.context", "@odata.id"} else ["no single reference"]
    if found["path"] == "Collection($ref)":
        links = [set(each) for each in body["value"]]
        return [] if all(each == {"@odata.id"} for each in links) else ["no references"]
    known = model(found["version"])
    shape = named(known, found["path"])
    if shape is None:
        return [f"nothing is called {found['path']}"]
    if not shape.is_collection:
        inner = body["value"] if set(body) == {"@odata.context", "value"} else body
        return list(_value(known, Shape(shape.kind, is_nullable=True), inner, "$"))
    beyond = sorted(set(body) - _BESIDE)
    listed = [f"{name} beside value" for name in beyond]
    if not isinstance(body.get("value"), list):
        return [*listed, "value is no list"]
    for place, item in enumerate(body["value"]):
        listed += _value(known, Shape(shape.kind), item, f"$.value[{place}]")
    return listed


def named(known: Model, path: str) -> Shape | None:
    """The type that a context speaks of: `deviceManagement/x('id')/y(a,b)/$entity`."""
    is_one = path.endswith("/$entity")
    plain, before = path.removesuffix("/$entity"), ""
    while plain != before:
        plain, before = re.sub(r"\([^()]*\)", "", plain), plain
    collection = re.match(r"^Collection\((.*)\)$", path.removesuffix("/$entity"))
    if collection:
        return _of_name(known, collection[1], many=True)
    first, *rest = plain.split("/")
    here = known.roots.get(first) or _of_name(known, first, many=False)
    for segment in rest:
        here = _member(known, here, segment) if here else None
    if here is None:
        return None
    # A key, or $entity, makes one object of a collection.
    return Shape(here.kind) if is_one else here


def _of_name(known: Model, name: str, *, many: bool) -> Shape | None:
    if name.startswith("Edm."):
        return Shape(name.removeprefix("Edm."), many)
    kind = known.find(name)
    plain = name.removeprefix("microsoft.graph.")
    if kind is None:
        return Shape(plain, many) if known.is_enum(plain) else None
    return Shape(kind.name, many)


def _member(known: Model, here: Shape, segment: str) -> Shape | None:
    if here.kind not in known.types:
        return None
    for kind in known.types[here.kind].derived:
        if segment in kind.properties:
            return kind.properties[segment]
        if segment in kind.navigations:
            found = kind.navigations[segment]
            return Shape(found.kind, found.is_collection)
    cast = known.find(segment) if segment.startswith("microsoft.graph.") else None
    return Shape(cast.name, here.is_collection) if cast else None


def _value(known: Model, shape: Shape, value: Any, at: str) -> Iterator[str]:
    if shape.is_collection:
        if not isinstance(value, list):
            yield f"{at}: a list is expected, not {type(value).__name__}"
            return
        for place, each in enumerate(value):
            yield from _value(known, Shape(shape.kind), each, f"{at}[{place}]")
    elif value is None:
        if not shape.is_nullable:
            yield f"{at}: null, which {shape.kind} may not be here"
    elif shape.kind in known.types:
        yield from _object(known, known.types[shape.kind], value, at)
    elif known.is_enum(shape.kind):
        yield from _members(known, shape.kind, value, at)
    elif not _is_primitive(shape.kind, value):
        yield f"{at}: {value!r} is no {shape.kind}"


def _members(known: Model, name: str, value: Any, at: str) -> Iterator[str]:
    parts = value.split(",") if isinstance(value, str) else [value]
    if any(part not in known.members(name) for part in parts):
        yield f"{at}: {value!r} is no member of {name}"
    if len(parts) > 1 and not known.is_flags(name):
        yield f"{at}: {name} has one member at a time"


def _is_primitive(kind: str, value: Any) -> bool:
    if kind == "Untyped":
        return True
    if kind == "Boolean":
        return isinstance(value, bool)
    if kind in _WHOLE:
        whole = isinstance(value, int) and not isinstance(value, bool)
        return whole and -_WHOLE[kind] <= value < _WHOLE[kind]
    if kind in {"Double", "Single", "Decimal"}:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return number or value in {"INF", "-INF", "NaN"}
    if not isinstance(value, str):
        return False
    if kind == "DateTimeOffset":
        return value.endswith("Z") and _is_moment(value)
    if kind in {"Binary", "Stream"}:
        return base64.b64encode(base64.b64decode(value)).decode() == value
    return kind not in _PATTERNS or re.fullmatch(_PATTERNS[kind], value) is not None


def _is_moment(value: str) -> bool:
    try:
        datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", value))
    except ValueError:
        return False
    return True


def _object(known: Model, declared: Type, value: Any, at: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{at}: an object of {declared.name} is expected"
        return
    told = value.get("@odata.type")
    kind = known.find(told) if isinstance(told, str) else declared
    if kind is None or (told and told != f"#microsoft.graph.{kind.name}"):
        yield f"{at}: {told!r} is no type"
        return
    if not kind.is_a(declared.name):
        yield f"{at}: {kind.name} is no {declared.name}"
    if kind.is_abstract and len(kind.derived) > 1:
        yield f"{at}: {kind.name} is abstract"
    for name, each in value.items():
        plain = name.partition("@")[0]
        if not plain or plain.startswith("#"):
            continue
        if plain != name:
            known_name = plain in kind.properties or plain in kind.navigations
            yield from () if known_name else (f"{at}: {name} is of no member",)
        elif name in kind.properties:
            yield from _value(known, kind.properties[name], each, f"{at}.{name}")
        elif name in kind.navigations:
            found = kind.navigations[name]
            inner = Shape(found.kind, found.is_collection, is_nullable=True)
            yield from _value(known, inner, each, f"{at}.{name}")
        else:
            yield f"{at}: {kind.name} has no {name}"
