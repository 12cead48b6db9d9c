"""Paths of Graph walked through the type model: which objects a URL names, and what of them.

Segments match in any case; a key stands behind a slash or in parentheses; `microsoft.graph.x` casts
to a type or names an operation (OData URL Conventions 4.01, 4).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mdm_sim.graph.edm.model import Model, Navigation, Operation, Type

LONGEST = 2_000
TAILS = ("$count", "$ref", "$value")
_CALL = re.compile(r"^(?P<name>[^()]*)\((?P<arguments>.*)\)$", re.DOTALL)
_CAST = re.compile(r"^(?:microsoft\.)?graph\.", re.IGNORECASE)
_ARGUMENT = re.compile(
    r"\s*(?P<name>\w+)\s*=\s*(?P<value>'(?:[^']|'')*'|\[[^\]]*\]|[^,']*)\s*(?:,|$)"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where objects are: a root, or a navigation property of an object.

    `path` is the names without keys, `keys` the keys of the objects above.
    """

    path: str
    kind: Type
    is_collection: bool
    keys: tuple[str, ...] = ()
    navigation: Navigation | None = None
    above: Place | None = None

    @property
    def parent_id(self) -> str:
        """The keys above, as documents are stored under them."""
        return "/".join(self.keys)


@dataclass(frozen=True, slots=True)
class Target:
    """What a URL names. `key` is of the object itself; `members` the way into its properties."""

    place: Place
    key: str | None = None
    cast: Type | None = None
    members: tuple[str, ...] = ()
    operation: Operation | None = None
    arguments: Mapping[str, str] = field(default_factory=dict)
    tail: str = ""

    @property
    def kind(self) -> Type:
        """The type that the URL speaks of."""
        return self.cast or self.place.kind

    @property
    def is_many(self) -> bool:
        """Whether it names a collection."""
        return self.place.is_collection and self.key is None


def resolve(model: Model, path: str) -> Target | None:
    """What a path names, None where there is nothing of that name."""
    target: Target | None = None
    for segment in filter(None, path[:LONGEST].split("/")):
        if target is None:
            target = _root(model, segment)
        elif target.operation or target.tail:
            return None
        else:
            target = _step(model, target, segment)
        if target is None:
            return None
    return target


def _root(model: Model, segment: str) -> Target | None:
    name, argument = _split(segment)
    own = next((each for each in model.roots if each.lower() == name.lower()), None)
    if own is None:
        return None
    shape = model.roots[own]
    place = Place(own, model.types[shape.kind], shape.is_collection)
    return _keyed(Target(place), argument)


def _step(model: Model, target: Target, segment: str) -> Target | None:
    if segment in TAILS:
        return replace(target, tail=segment)
    name, argument = _split(segment)
    if _CAST.match(name):
        kind = model.find(name)
        if kind is not None and kind.is_a(target.place.kind.name):
            return _keyed(replace(target, cast=kind), argument)
    plain = _CAST.sub("", name)
    if operation := model.operation(target.kind, plain, of_collection=target.is_many):
        if target.members or (operation.is_action and argument):
            return None
        return replace(target, operation=operation, arguments=_arguments(argument or ""))
    if target.is_many:
        return replace(target, key=segment) if not argument else None
    if target.members:
        return replace(target, members=(*target.members, plain)) if argument is None else None
    return _member(model, target, plain, argument)


def _member(model: Model, target: Target, name: str, argument: str | None) -> Target | None:
    found = target.kind.member_anywhere(name)
    if found is None:
        return None
    owner, own = found
    if own in owner.properties:
        return replace(target, members=(own,)) if argument is None else None
    navigation = owner.navigations[own]
    if navigation.kind not in model.types:
        return None
    place = target.place
    keys = place.keys if target.key is None else (*place.keys, target.key)
    inner = Place(
        f"{place.path}/{own}",
        model.types[navigation.kind],
        navigation.is_collection,
        keys,
        navigation,
        place,
    )
    return _keyed(Target(inner), argument)


def context_of(place: Place) -> str:
    """A place as contexts name it, with the keys of the objects above."""
    name = place.path.rsplit("/", 1)[-1]
    if place.above is None:
        return name
    above = context_of(place.above)
    if place.above.is_collection:
        return f"{above}('{place.keys[-1]}')/{name}"
    return f"{above}/{name}"


def below(model: Model, target: Target, name: str) -> Target:
    """What a navigation property of the object of a target names. Raises KeyError."""
    found = _member(model, replace(target, operation=None), name, None)
    if found is None:
        raise KeyError(name)
    return found


def _keyed(target: Target, argument: str | None) -> Target | None:
    """The object of a key in parentheses; `()` after a collection names nothing."""
    if argument is None:
        return target
    key = _arguments(argument)
    if not target.is_many or len(key) != 1:
        return None
    return replace(target, key=next(iter(key.values())))


def _split(segment: str) -> tuple[str, str | None]:
    found = _CALL.match(segment)
    return (found["name"], found["arguments"]) if found else (segment, None)


def _arguments(text: str) -> dict[str, str]:
    """`a='x',b=1` by name; a key alone is called `id`."""
    if text and "=" not in text.split("'", 1)[0]:
        return {"id": _plain(text)}
    return {found["name"]: _plain(found["value"]) for found in _ARGUMENT.finditer(text)}


def _plain(text: str) -> str:
    text = text.strip()
    return text[1:-1].replace("''", "'") if text[:1] == "'" == text[-1:] else text
