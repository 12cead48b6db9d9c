"""The type model of a version, read from its table (`v1.0.json`, `beta.json`).

The tables are written by `scripts/graph_types.py` from Microsoft's SDK packages. A property's type
is spelled `[x]` for a collection, `?` where it may be null, `=` where the service sets it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any

import orjson

NAMESPACE = "microsoft.graph"


@dataclass(frozen=True, slots=True)
class Shape:
    """A type as it is used somewhere: `kind` is a primitive's name or that of a type."""

    kind: str
    is_collection: bool = False
    is_nullable: bool = False
    is_read_only: bool = False

    @property
    def edm(self) -> str:
        """The type's name as metadata spell it, qualified."""
        name = f"Edm.{self.kind}" if self.kind[0].isupper() else f"{NAMESPACE}.{self.kind}"
        return f"Collection({name})" if self.is_collection else name


@lru_cache(maxsize=4096)
def shape(text: str) -> Shape:
    """A spelled type, such as `[String]?=`, as a shape."""
    bare = text.rstrip("?=")
    return Shape(bare.strip("[]"), bare.startswith("["), "?" in text, text.endswith("="))


@dataclass(frozen=True, slots=True)
class Navigation:
    """A navigation property. `verbs` are those of the property itself, of an item, of `$ref`."""

    name: str
    kind: str
    is_collection: bool
    verbs: str
    item_verbs: str
    ref_verbs: str

    @property
    def is_contained(self) -> bool:
        """Whether its objects exist within their parent: else they are references."""
        return bool({"P", "U"} & {*self.verbs, *self.item_verbs})


@dataclass(frozen=True, slots=True)
class Operation:
    """An action or a function, bound to a type or to a collection of it."""

    name: str
    bound: Shape
    is_action: bool
    parameters: Mapping[str, Shape]
    returns: Shape | None


class Type:
    """An entity or complex type with what it inherits."""

    def __init__(self, model: Model, name: str, told: Mapping[str, Any]) -> None:
        """`told` is the type's line in the table."""
        self._model, self._told = model, told
        self.name = name
        # Roots without a key are entities as well: only those have navigation.
        self.is_entity = bool(told.get("entity") or told.get("navigation"))
        self.is_abstract = bool(told.get("abstract"))
        self.base = model.types[told["base"]] if "base" in told else None

    @cached_property
    def is_open(self) -> bool:
        """Whether it takes properties that the model does not list."""
        return bool(self._told.get("open")) or (self.base is not None and self.base.is_open)

    @cached_property
    def properties(self) -> Mapping[str, Shape]:
        """Every structural property by name; an entity's `id` first."""
        inherited = dict(self.base.properties) if self.base else {}
        return inherited | {n: shape(t) for n, t in self._told.get("properties", {}).items()}

    @cached_property
    def navigations(self) -> Mapping[str, Navigation]:
        """Every navigation property by name."""
        found = dict(self.base.navigations) if self.base else {}
        for name, told in self._told.get("navigation", {}).items():
            kind = shape(told["type"])
            verbs = (told.get("verbs", ""), told.get("item", ""), told.get("ref", ""))
            found[name] = Navigation(name, kind.kind, kind.is_collection, *verbs)
        return found

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The members' own spelling by their name in lower case."""
        return {name.lower(): name for name in (*self.properties, *self.navigations)}

    @cached_property
    def derived(self) -> tuple[Type, ...]:
        """The type itself and everything derived from it."""
        below = [self._model.types[name] for name in self._model.children.get(self.name, ())]
        return (self, *(each for one in below for each in one.derived))

    @cached_property
    def lineage(self) -> tuple[str, ...]:
        """The type's name and the names of its bases, nearest first."""
        return (self.name, *(self.base.lineage if self.base else ()))

    def is_a(self, name: str) -> bool:
        """Whether it is the named type or derived from it."""
        return name in self.lineage

    def member_anywhere(self, name: str) -> tuple[Type, str] | None:
        """A member in any case, of the type or else of one derived from it, with its type."""
        for each in self.derived:
            if name.lower() in each.names:
                return each, each.names[name.lower()]
        return None


class _Types(Mapping[str, Type]):
    """The types by name, each made when it is first asked for."""

    def __init__(self, model: Model, told: Mapping[str, Any]) -> None:
        self._model, self._told = model, told
        self._made: dict[str, Type] = {}

    def __getitem__(self, name: str) -> Type:
        if name not in self._made:
            self._made[name] = Type(self._model, name, self._told[name])
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._told)

    def __len__(self) -> int:
        return len(self._told)


class Model:
    """One version's types, enumerations, operations and roots."""

    def __init__(self, version: str) -> None:
        """`version` is v1.0 or beta."""
        table = orjson.loads((files(__package__) / f"{version}.json").read_bytes())
        self.version = version
        self.types: Mapping[str, Type] = _Types(self, table["types"])
        self.children: dict[str, list[str]] = {}
        for name, told in table["types"].items():
            self.children.setdefault(told.get("base", ""), []).append(name)
        self.roots = {name: shape(text) for name, text in table["roots"].items()}
        self._enums: dict[str, Any] = table["enums"]
        self._operations: list[Any] = table["operations"]

    @cached_property
    def operations(self) -> Mapping[tuple[str, bool, str], tuple[Operation, ...]]:
        """Operations by bound type, whether bound to a collection, and name in lower case."""
        found: dict[tuple[str, bool, str], tuple[Operation, ...]] = {}
        for told in self._operations:
            bound = shape(told["bound"])
            parameters = {name: shape(t) for name, t in told.get("parameters", {}).items()}
            returns = shape(told["returns"]) if "returns" in told else None
            one = Operation(told["name"], bound, bool(told.get("action")), parameters, returns)
            key = (bound.kind, bound.is_collection, one.name.lower())
            found[key] = (*found.get(key, ()), one)
        return found

    def operation(self, kind: Type, name: str, *, of_collection: bool) -> Operation | None:
        """The operation of this name on a type, one it inherits, or one of a derived type."""
        for each in (*kind.lineage, *(one.name for one in kind.derived)):
            if found := self.operations.get((each, of_collection, name.lower())):
                return found[0]
        return None

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The names of types and enumerations by their lower case."""
        return {name.lower(): name for name in (*self.types, *self._enums)}

    def find(self, name: str) -> Type | None:
        """A type by its name in any case, qualified or not, with or without `#`."""
        plain = name.lstrip("#").lower().removeprefix(f"{NAMESPACE}.").removeprefix("graph.")
        known = self.names.get(plain)
        return self.types[known] if known is not None and known in self.types else None

    def is_enum(self, name: str) -> bool:
        """Whether the name is an enumeration's."""
        return name in self._enums

    def is_flags(self, name: str) -> bool:
        """Whether an enumeration's members can be combined."""
        return bool(self._enums[name].get("flags"))

    @lru_cache(maxsize=512)  # noqa: B019
    def members(self, name: str) -> tuple[str, ...]:
        """The members of an enumeration."""
        return tuple(str(self._enums[name]["members"]).split())

    def enums(self) -> Iterator[str]:
        """The names of all enumerations."""
        return iter(self._enums)


@lru_cache(maxsize=2)
def model(version: str) -> Model:
    """The type model of a version, which never changes."""
    return Model(version)
