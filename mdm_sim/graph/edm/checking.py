"""A body checked against its type: names, kinds, members of enumerations, `@odata.type` rules.

What is refused is told by a JSON pointer. A name that no type has is not repeated, since it could
be anything: its place is told, and the member it is nearest to.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mdm_sim.graph.edm.model import NAMESPACE, Model, Shape, Type
from mdm_sim.graph.edm.primitives import IS_ONE
from mdm_sim.messages import Detail, Malformed

BIND = "@odata.bind"
MOST_DETAILS = 50


@dataclass(slots=True)
class Checked:
    """A good body: `values` of its structural properties, and what it says of navigation.

    `inner` are objects to be made with it, `bound` the references that it makes, by property.
    """

    kind: Type
    values: dict[str, Any] = field(default_factory=dict)
    inner: dict[str, list[Checked]] = field(default_factory=dict)
    bound: dict[str, list[str]] = field(default_factory=dict)
    key: str | None = None

    @property
    def names(self) -> list[str]:
        """Every property that the body gives."""
        return [*self.values, *self.inner, *self.bound]


def checked(model: Model, kind: Type, body: Mapping[str, Any]) -> Checked:
    """`body` as an object of `kind` or of a type derived from it. Raises Malformed."""
    checker = _Checker(model)
    found = checker.entity(kind, body, "")
    if checker.problems:
        first = checker.problems[0]
        message = (
            f"Invalid value for '{NAMESPACE}.{kind.name}': {first.target or '/'} {first.message}"
        )
        raise Malformed(message, checker.problems[:MOST_DETAILS])
    return found


def checked_parameters(
    model: Model, parameters: Mapping[str, Shape], body: Mapping[str, Any], name: str
) -> dict[str, Any]:
    """The parameters of an action, in the model's own spelling; null is none. Raises Malformed."""
    checker = _Checker(model)
    known = {each.lower(): each for each in parameters}
    values = {}
    for place, (given, value) in enumerate(body.items()):
        if given.startswith("@"):
            continue
        own = known.get(given.lower())
        if own is None:
            checker.unknown("", place, given, parameters, f"the action {name}")
        elif value is not None:
            values[own] = checker.parameter(parameters[own], value, f"/{own}")
    if checker.problems:
        first = checker.problems[0]
        message = f"Invalid parameter of {name}: {first.target or '/'} {first.message}"
        raise Malformed(message, checker.problems[:MOST_DETAILS])
    return values


class _Checker:
    """Walks a body and notes what is wrong."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.problems: list[Detail] = []

    def wrong(self, pointer: str, text: str) -> None:
        self.problems.append(Detail(pointer, text))

    def unknown(self, pointer: str, place: int, name: str, known: Any, whose: str) -> None:
        near = difflib.get_close_matches(name[:64], list(known), 1, 0.75)
        hint = f"; did you mean {near[0]}?" if near else ""
        self.wrong(pointer, f"member {place + 1} is not a property of {whose}{hint}")

    def parameter(self, shape: Shape, value: Any, pointer: str) -> Any:
        """A parameter; of entities with what is given in them, which stay as they came."""
        kind = self._model.types.get(shape.kind)
        if kind is None or not kind.is_entity or value is None:
            return self.value(shape, value, pointer)
        if shape.is_collection and not isinstance(value, list):
            self.wrong(pointer, f"{shape.edm} is expected")
            return []
        for place, each in enumerate(value) if shape.is_collection else ():
            self.entity(kind, each, f"{pointer}/{place}")
        if not shape.is_collection:
            self.entity(kind, value, pointer)
        return value

    def entity(self, declared: Type, body: Any, pointer: str) -> Checked:
        """An object with its navigation."""
        kind = self._kind(declared, body, pointer)
        found = Checked(kind)
        if not isinstance(body, Mapping):
            return found
        for place, (name, value) in enumerate(body.items()):
            self._member(found, place, name, value, pointer)
        return found

    def _member(self, found: Checked, place: int, name: str, value: Any, pointer: str) -> None:
        plain, _, annotation = name.partition("@")
        own = found.kind.names.get(plain.lower())
        if annotation and (not plain or own):
            if name.endswith(BIND) and own:
                self._bind(found, own, value, f"{pointer}/{own}{BIND}")
            return
        if own is None:
            self.unknown(
                pointer, place, name, found.kind.names.values(), f"{NAMESPACE}.{found.kind.name}"
            )
        elif own == "id":
            if isinstance(value, str) and len(value) <= 256:
                found.key = value or None
            elif value is not None:
                self.wrong(f"{pointer}/id", "Edm.String is expected")
        elif own in found.kind.properties:
            shape = found.kind.properties[own]
            good = self.value(shape, value, f"{pointer}/{own}")
            if not shape.is_read_only:
                found.values[own] = good
        else:
            self._navigation(found, own, value, f"{pointer}/{own}")

    def _navigation(self, found: Checked, name: str, value: Any, pointer: str) -> None:
        """Objects given with their parent are made with it; references are given by their id."""
        navigation = found.kind.navigations[name]
        if navigation.is_collection and value is not None and not isinstance(value, list):
            self.wrong(pointer, "a list is expected")
            return
        items = value if isinstance(value, list) else [] if value is None else [value]
        if navigation.kind not in self._model.types:
            return
        declared = self._model.types[navigation.kind]
        if navigation.is_contained:
            found.inner[name] = [
                self.entity(declared, each, f"{pointer}/{place}")
                for place, each in enumerate(items)
            ]
            return
        ids = [each.get("id") for each in items if isinstance(each, Mapping)]
        if len(ids) != len(items) or not all(isinstance(each, str) for each in ids):
            self.wrong(pointer, "objects with an id are expected")
        else:
            found.bound[name] = [str(each) for each in ids]

    def _bind(self, found: Checked, name: str, value: Any, pointer: str) -> None:
        many = value if isinstance(value, list) else [value]
        if name not in found.kind.navigations or not all(isinstance(each, str) for each in many):
            self.wrong(pointer, "a URL of an object, or a list of them, is expected")
            return
        found.bound[name] = [key_of(each) for each in many]

    def _kind(self, declared: Type, body: Any, pointer: str) -> Type:
        """The type that an object says it is of. An abstract one has to be told."""
        if not isinstance(body, Mapping):
            self.wrong(pointer, f"an object of {NAMESPACE}.{declared.name} is expected")
            return declared
        stated = body.get("@odata.type")
        if stated is None:
            if declared.is_abstract and len(declared.derived) > 1:
                self.wrong(
                    f"{pointer}/@odata.type", f"a type derived from {declared.name} is expected"
                )
            return declared
        kind = self._model.find(stated) if isinstance(stated, str) else None
        if kind is None or not kind.is_a(declared.name) or kind.is_abstract:
            self.wrong(f"{pointer}/@odata.type", f"a type derived from {declared.name} is expected")
            return declared
        return kind

    def value(self, shape: Shape, value: Any, pointer: str) -> Any:
        """A structural value, with enumerations and names in the model's own spelling."""
        if shape.is_collection:
            if value is None:
                return []
            if not isinstance(value, list):
                self.wrong(pointer, f"{shape.edm} is expected")
                return []
            return [self._one(shape, each, f"{pointer}/{n}") for n, each in enumerate(value)]
        if value is None:
            if not shape.is_nullable:
                self.wrong(pointer, f"{shape.edm} is expected and may not be null")
            return None
        return self._one(shape, value, pointer)

    def _one(self, shape: Shape, value: Any, pointer: str) -> Any:
        if shape.kind in IS_ONE:
            if not IS_ONE[shape.kind](value):
                self.wrong(pointer, f"Edm.{shape.kind} is expected")
            return value
        if self._model.is_enum(shape.kind):
            return self._enum(shape.kind, value, pointer)
        return self._complex(self._model.types[shape.kind], value, pointer)

    def _enum(self, name: str, value: Any, pointer: str) -> Any:
        known = {member.lower(): member for member in self._model.members(name)}
        words = value.split(",") if isinstance(value, str) else []
        found = [known.get(word.strip().lower()) for word in words]
        if not found or None in found or (len(found) > 1 and not self._model.is_flags(name)):
            self.wrong(pointer, f"a member of {NAMESPACE}.{name} is expected")
        return ",".join(filter(None, found))

    def _complex(self, declared: Type, value: Any, pointer: str) -> dict[str, Any]:
        kind = self._kind(declared, value, pointer)
        found: dict[str, Any] = {}
        if kind is not declared:
            found["@odata.type"] = f"#{NAMESPACE}.{kind.name}"
        for place, (name, each) in enumerate(value.items() if isinstance(value, Mapping) else ()):
            own = kind.names.get(name.partition("@")[0].lower())
            if "@" in name and (own or name.startswith("@")):
                continue
            if own is None or own not in kind.properties:
                self.unknown(pointer, place, name, kind.properties, f"{NAMESPACE}.{kind.name}")
                continue
            found[own] = self.value(kind.properties[own], each, f"{pointer}/{own}")
        return found


def key_of(url: str) -> str:
    """The key at the end of a URL: `…/users('x')` and `…/users/x` alike."""
    last = url.rstrip("/").rsplit("/", 1)[-1]
    if last.endswith("')") and "('" in last:
        return last[last.index("('") + 2 : -2].replace("''", "'")
    return last


def key_given(url: Any) -> str:
    """The key at the end of a body's `@odata.id`. Raises Malformed where it is no URL."""
    if not isinstance(url, str) or not url.strip("/"):
        message = "An @odata.id is required."
        raise Malformed(message, [Detail("/@odata.id", "a URL is expected")])
    return key_of(url)


def texts(value: Any) -> Iterator[str]:
    """Every name that a body has, at any depth."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield name
            yield from texts(inner)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
