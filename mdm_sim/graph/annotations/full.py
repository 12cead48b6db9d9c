"""odata.metadata=full: the types, links and operations of every object (OData JSON Format 4.01, 4).

Links go through the object's own type where that is derived from the type of its collection. What
is null has no type told; nor have the kinds that JSON has itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from mdm_sim.graph.annotations.contexts import Meaning, Place, choices
from mdm_sim.graph.edm.model import NAMESPACE, Model, Navigation, Operation, Shape, Type

Item = Mapping[str, Any]
_TYPE, _CONTEXT = "@odata.type", "@odata.context"
_NATIVE = {"String", "Boolean", "Double", "Int32", "Stream"}


@dataclass(frozen=True, slots=True)
class _Address:
    """An object's relative URL, and the one by its own type."""

    own: str
    typed: str


class Annotator:
    """Adds what full metadata have to the bodies of one version."""

    def __init__(self, model: Model, root: str) -> None:
        """`root` is the version's own URL, which absolute links start with."""
        self._model, self._root = model, root
        self._sets = {each.kind: name for name, each in model.roots.items() if each.is_collection}

    def body(self, meaning: Meaning, body: Item) -> dict[str, Any]:
        """A whole answer: its objects annotated, and what is around them kept in its place."""
        kind = self._model.types.get(meaning.shape.kind)
        if kind is None or (meaning.is_wrapped and not kind.is_entity):
            return self._values(meaning, body)
        if not meaning.is_wrapped:
            return self._object(kind, meaning.place, body, meaning.chosen)
        items = [self._object(kind, meaning.place, each, meaning.chosen) for each in body["value"]]
        return {**body, "value": items}

    def _values(self, meaning: Meaning, body: Item) -> dict[str, Any]:
        """What is no object; of a property the type is told (clause 11)."""
        value = body["value"]
        told = _told(self._model, meaning.shape) if meaning.is_property else None
        head = {name: each for name, each in body.items() if name != "value"}
        if told is not None and value is not None:
            head[_TYPE] = told
        return {**head, "value": self._value(meaning.shape, value)}

    def _object(self, declared: Type, place: Place, item: Item, chosen: str) -> dict[str, Any]:
        if declared.is_entity:
            return self._entity(declared, place, item, choices(chosen))
        return self._typed(self._kind(item, declared), item)

    def _entity(
        self, declared: Type, place: Place, item: Item, chosen: Mapping[str, str | None]
    ) -> dict[str, Any]:
        kind = self._kind(item, declared)
        address = self._address(declared, place, kind, item)
        ways = kind.navigations
        structural = {n: value for n, value in item.items() if n.partition("@")[0] not in ways}
        links = {"@odata.id": address.own, "@odata.editLink": address.typed} if address else {}
        found = self._typed(kind, structural, links)
        is_part = None in chosen.values()
        for name, way in ways.items():
            if name in item or not is_part:
                found |= self._navigation(way, address, item, chosen.get(name) or "")
        if address and not is_part:
            found |= self._operations(kind, f"{self._root}/{address.typed}")
        return found

    def _kind(self, item: Item, declared: Type) -> Type:
        return self._model.find(str(item.get(_TYPE, declared.name))) or declared

    def _address(self, declared: Type, place: Place, kind: Type, item: Item) -> _Address | None:
        """Where an object is: at home in the set of its type, whatever way led to it, if any is."""
        url, is_many = place.url, place.is_collection
        home = next((each for each in kind.lineage if each in self._sets), None)
        if home is not None:
            url, is_many, declared = self._sets[home], True, self._model.types[home]
        if url is None or (is_many and not item.get("id")):
            return None
        if is_many:
            key = str(item["id"]).replace("'", "''")
            url = f"{url}('{quote(key, safe='')}')"
        return _Address(url, url if kind is declared else f"{url}/{NAMESPACE}.{kind.name}")

    def _typed(self, kind: Type, item: Item, links: Item | None = None) -> dict[str, Any]:
        """The annotations of an object itself, then its properties, each behind its type."""
        found: dict[str, Any] = {_CONTEXT: item[_CONTEXT]} if _CONTEXT in item else {}
        found |= {_TYPE: f"#{NAMESPACE}.{kind.name}", **(links or {})}
        found |= {n: v for n, v in item.items() if n.startswith("@") and n not in found}
        types = _types(self._model, kind)
        for name, value in item.items():
            if name.startswith("@"):
                continue
            if name in types and value is not None:
                found[f"{name}{_TYPE}"] = types[name]
            shape = kind.properties.get(name)
            found[name] = value if shape is None else self._value(shape, value)
        return found

    def _value(self, shape: Shape, value: Any) -> Any:
        kind = self._model.types.get(shape.kind)
        if kind is None:
            return value
        if isinstance(value, list):
            return [self._value(shape, each) for each in value]
        return self._typed(self._kind(value, kind), value) if isinstance(value, dict) else value

    def _navigation(
        self, way: Navigation, address: _Address | None, item: Item, chosen: str
    ) -> dict[str, Any]:
        """A navigation property's links, and the objects where they are expanded."""
        name = way.name
        around = {n: value for n, value in item.items() if n.startswith(f"{name}@")}
        found = {n: value for n, value in around.items() if n.endswith(_CONTEXT)}
        if address is not None:
            url = f"{self._root}/{address.typed}/{name}"
            found[f"{name}@odata.associationLink"] = f"{url}/$ref"
            found[f"{name}@odata.navigationLink"] = url
        found |= around
        if name in item:
            place = Place(f"{address.own}/{name}" if address else None, way.is_collection)
            found[name] = self._expanded(way, place, item[name], chosen)
        return found

    def _expanded(self, way: Navigation, place: Place, value: Any, chosen: str) -> Any:
        kind = self._model.types.get(way.kind)
        if kind is None or value is None:
            return value
        if isinstance(value, list):
            return [self._object(kind, place, each, chosen) for each in value]
        return self._object(kind, place, value, chosen)

    def _operations(self, kind: Type, url: str) -> dict[str, Any]:
        return {
            f"#{title}{told}": {"title": title, "target": f"{url}/{title}{parameters}"}
            for title, told, parameters in _bound(self._model, kind)
        }


def _told(model: Model, shape: Shape) -> str | None:
    """How the type of a value is told beside it (clause 4.6.3); None where the value shows it."""
    is_shown = shape.kind in _NATIVE or shape.kind in model.types
    if is_shown and not shape.is_collection:
        return None
    return f"#{shape.edm.replace('Edm.', '')}"


@lru_cache(maxsize=4096)
def _types(model: Model, kind: Type) -> Mapping[str, str]:
    """The types of properties by name, where they are told."""
    found = {name: _told(model, shape) for name, shape in kind.properties.items()}
    return {name: told for name, told in found.items() if told is not None}


@lru_cache(maxsize=4096)
def _bound(model: Model, kind: Type) -> tuple[tuple[str, str, str], ...]:
    """The operations on an object, actions first: see `_signature`."""
    found = [
        (not each.is_action, *_signature(each, is_overloaded=len(overloads) > 1))
        for (bound, is_many, _), overloads in model.operations.items()
        if not is_many and kind.is_a(bound)
        for each in overloads
    ]
    return tuple(each[1:] for each in sorted(found))


def _signature(operation: Operation, *, is_overloaded: bool) -> tuple[str, str, str]:
    """An operation's title, its parameters where they tell it apart, and those in its URL."""
    title = f"{NAMESPACE}.{operation.name}"
    names = () if operation.is_action else tuple(operation.parameters)
    in_url = f"({','.join(f'{name}=@{name}' for name in names)})" if names else ""
    return title, f"({','.join(names)})" if is_overloaded else "", in_url
