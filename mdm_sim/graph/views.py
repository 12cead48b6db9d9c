"""Objects that are no documents, at their paths: read from tables of their own, never written.

What is asked of documents can be asked of them: lists, numbers, objects, parts of them, casts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, FromClause

from mdm_sim.graph.asking import Ask
from mdm_sim.graph.documents.behaviours import Behaviours
from mdm_sim.graph.documents.collections import Shelf
from mdm_sim.graph.edm.model import Model, Type, model
from mdm_sim.graph.odata.collection import Collection, Navigation
from mdm_sim.graph.resolving import Place, Target, context_of, resolve
from mdm_sim.messages import Malformed

Conditions = Callable[[Ask], Sequence[ColumnElement[bool]]]


class ViewShelf(Shelf):
    """A shelf with views on it: what is at their paths is not made from documents."""

    def __init__(self, known: Model, behaviours: Behaviours, views: Mapping[str, View]) -> None:
        """`views` are by path without keys."""
        super().__init__(known, behaviours)
        self._views = views

    @property
    def version(self) -> str:
        """The version whose objects it holds."""
        return self._model.version

    @property
    def types(self) -> Mapping[str, Type]:
        """The types of the version."""
        return self._model.types

    def answers(self, target: Target, method: str) -> bool:
        """Whether a target has something at this method that no route names."""
        if target.operation is not None:
            return True
        return method == "GET" and target.place.path in self._views and target.tail != "$ref"

    def of(self, target: Target) -> Collection:
        """The collection that a URL names, or that its object is in."""
        view = self._views.get(target.place.path)
        if view is None:
            return super().of(target)
        collection = view(self, target.place)
        named = replace(collection, name=context_of(target.place))
        return named if target.cast is None else _cast(named, target.cast)

    def documents(
        self, path: str, context: str, source: FromClause, where: Conditions, kind: str
    ) -> Collection:
        """Documents of a path, as they are joined to something else in `source`."""
        return self._collection(path, context, source, where, self.types[kind], None)

    def empty(self, path: str, context: str, kind: str) -> Mapping[str, Navigation]:
        """The navigation of a type whose objects are documents below it: there are none."""
        below = self.types[kind].navigations.items()
        found = {name: self.below(path, context, told) for name, told in below}
        return {name: navigation for name, navigation in found.items() if navigation is not None}


# What is at a place, as a shelf of its version shows it.
View = Callable[[ViewShelf, Place], Collection]


def _cast(collection: Collection, kind: Type) -> Collection:
    found = collection.casts(kind.name) if collection.casts else None
    if found is None:
        message = "Could not find a type of that name."
        raise Malformed(message)
    return replace(collection.within(found.condition), properties=found.properties, kept=None)


def keys_at(ask: Ask, path: str) -> tuple[str, ...]:
    """The keys of the objects above a path that the URL of a request goes through."""
    target = resolve(model(ask.version), ask.path)
    place = target.place if target is not None else None
    while place is not None and place.path != path:
        place = place.above
    return place.keys if place is not None else ()
