"""Every path of the type model: its sets and objects, what is below them, and its operations."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from mdm_sim.graph.edm.model import NAMESPACE, Model, Navigation, Operation, Type
from mdm_sim.graph.resolving import resolve
from mdm_sim.proving.routes import KEY


@dataclass(frozen=True, slots=True)
class _Place:
    """A set or a single object, and the navigation property that leads to it."""

    path: str
    kind: Type
    is_collection: bool
    navigation: Navigation | None = None

    @property
    def one(self) -> str:
        """The path of an object of it."""
        return f"{self.path}/{KEY}" if self.is_collection else self.path


class _Walk:
    """A walk from the roots down: a navigation property of a type is followed once.

    An operation is asked for of each set of a root that has it, and else once. What only derived
    types have comes last, so that it is looked for where it is nobody's own.
    """

    def __init__(self, known: Model) -> None:
        self._known = known
        self._followed: set[tuple[str, str]] = set()
        self._asked: set[tuple[str, bool, str, str]] = set()
        self._by_type: dict[tuple[str, bool], list[Operation]] = {}
        for (bound, is_many, _), found in known.operations.items():
            self._by_type.setdefault((bound, is_many), []).append(found[0])
        self._waiting: deque[_Place] = deque()
        self._derived: deque[tuple[_Place, Type]] = deque()

    def paths(self) -> Iterator[str]:
        for name, shape in self._known.roots.items():
            kind = self._known.types[shape.kind]
            yield from self._place(_Place(name, kind, shape.is_collection))
        while self._waiting or self._derived:
            if self._waiting:
                place = self._waiting.popleft()
                yield from self._below(place, place.kind, place.one)
                self._derived += [(place, each) for each in place.kind.derived[1:]]
            else:
                place, kind = self._derived.popleft()
                yield from self._below(place, kind, _cast(place.one, kind))

    def _below(self, place: _Place, kind: Type, one: str) -> Iterator[str]:
        """What the objects of a place have, looked at as of a type."""
        for each in kind.navigations.values():
            is_new = (kind.name, each.name) not in self._followed
            is_others = kind is not place.kind and each.name in place.kind.navigations
            if is_new and not is_others and each.kind in self._known.types:
                self._followed.add((kind.name, each.name))
                inner = self._known.types[each.kind]
                path = f"{one}/{each.name}"
                yield from self._place(_Place(path, inner, each.is_collection, each))
        many = place.path if kind is place.kind else _cast(place.path, kind)
        yield from self._operations(place, kind, one, is_many=False)
        if place.is_collection:
            yield from self._operations(place, kind, many, is_many=True)

    def _place(self, place: _Place) -> Iterator[str]:
        """A set or a single object, with an object of it, its number, and a property."""
        self._waiting.append(place)
        yield from {place.path: None, place.one: None}
        if place.is_collection:
            yield f"{place.path}/$count"
            derived = [each for each in place.kind.derived[1:] if not each.is_abstract]
            yield from (_cast(place.path, each) for each in derived[:1])
        if place.navigation is not None and not place.navigation.is_contained:
            yield from {f"{place.path}/$ref": None, f"{place.one}/$ref": None}
        shapes = place.kind.properties.items()
        for name in [name for name, shape in shapes if shape.kind == "String" and name != "id"][:1]:
            yield from (f"{place.one}/{name}", f"{place.one}/{name}/$value")

    def _operations(self, place: _Place, kind: Type, one: str, *, is_many: bool) -> Iterator[str]:
        is_top = kind is place.kind and place.path.count("/") <= 1
        for bound in kind.lineage:
            for operation in self._by_type.get((bound, is_many), ()):
                key = (bound, is_many, operation.name, place.path if is_top else "")
                if key not in self._asked:
                    self._asked |= {key, (*key[:3], "")}
                    yield f"{one}/{_called(operation)}"


def paths(known: Model) -> Iterator[str]:
    """Every path, with `{}` for its keys and for the parameters of functions."""
    return (path for path in _Walk(known).paths() if resolve(known, path) is not None)


def _cast(path: str, kind: Type) -> str:
    return f"{path}/{NAMESPACE}.{kind.name}"


def _called(operation: Operation) -> str:
    """An action's name, or a function's with its parameters."""
    if operation.is_action:
        return operation.name
    given = ",".join(f"{name}='{KEY}'" for name in operation.parameters)
    return f"{operation.name}({given})"
