"""A collection of documents as lists read it: made from its type in the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, case, func, select
from sqlalchemy.engine import Row
from sqlalchemy.sql.selectable import FromClause

from mdm_sim.clock import instant
from mdm_sim.graph.asking import Ask
from mdm_sim.graph.documents import rows, tables
from mdm_sim.graph.documents.behaviours import Behaviours
from mdm_sim.graph.documents.properties import DocumentProperties, is_of
from mdm_sim.graph.documents.references import Homes
from mdm_sim.graph.documents.writing import is_computed
from mdm_sim.graph.edm.model import NAMESPACE, Model, Type
from mdm_sim.graph.edm.model import Navigation as Declared
from mdm_sim.graph.edm.shaping import completed
from mdm_sim.graph.odata.collection import Collection, Navigation
from mdm_sim.graph.odata.properties import Cast, Items, Property
from mdm_sim.graph.resolving import Place, Target, context_of
from mdm_sim.messages import NotFound
from mdm_sim.store.tables import documents, references

# What counts objects below a document: whether there are some, or how many.
_COUNTED = {"isAssigned": "assignments", "settingCount": "settings"}


class Shelf:
    """Makes collections of documents of one version, with everything that can be asked of them."""

    def __init__(self, model: Model, behaviours: Behaviours) -> None:
        """`behaviours` compute some properties."""
        self._model, self._behaviours = model, behaviours
        self._homes = Homes(model)

    def paths(self, path: str) -> tuple[str, ...]:
        """The paths whose objects a path shows."""
        return self._homes.paths(path)

    def home(self, path: str, kind: Type) -> str:
        """Where a new object of a type belongs that is made at a path."""
        return self._homes.among(path, kind)

    def row(self, connection: Connection, tenant_id: str, place: Place, key: str) -> Row[Any]:
        """The row of an object at a place. Raises NotFound."""
        for path in self.paths(place.path):
            row = rows.find(connection, tenant_id, path, place.parent_id, key)
            if row is not None and self._model.find(row.odata_type) is not None:
                return row
        raise NotFound(rows.MISSING)

    def of(self, target: Target) -> Collection:
        """The collection that a URL names, or that its object is in."""
        place, cast = target.place, target.cast
        if place.navigation is not None and not place.navigation.is_contained:
            return self._referred(place, cast)
        return self._contained(place.path, context_of(place), place.kind, cast, place.parent_id)

    def _contained(
        self,
        path: str,
        context: str,
        declared: Type,
        cast: Type | None,
        parent_id: str | None,
    ) -> Collection:
        """Documents at a path, below an object; with None below any, as $expand wants it."""

        def where(ask: Ask) -> Sequence[ColumnElement[bool]]:
            found = [
                documents.c.tenant_id == ask.who.tenant_id,
                documents.c.collection.in_(self._homes.paths(path)),
            ]
            if parent_id is not None:
                found.append(documents.c.parent_id == parent_id)
            # A version shows only objects of the types that it has.
            return [*found, is_of(cast or declared, documents.c.odata_type)]

        return self._collection(path, context, documents, where, declared, cast)

    def _collection(
        self, path: str, context: str, source: FromClause, where: Any, declared: Type, cast: Any
    ) -> Collection:
        kind = cast or declared
        size, most = tables.pages(path)
        behaviour = self._behaviours.of(path)
        return Collection(
            name=context,
            source=source,
            key=documents.c.id,
            way=_way(),
            properties=self._properties(path, kind),
            where=where,
            whole=partial(self._shown, declared),
            whole_columns=(*documents.c, *_counts(kind)),
            extras=behaviour.extras,
            most=most,
            page_size=size,
            casts=partial(self._cast, path, kind),
            navigations=_Navigations(self, path, context, kind),
            cast_navigations=partial(self._cast_navigations, path, context, kind),
            filters=self._filters(path, kind),
            default_order=behaviour.order,
        )

    def _properties(self, path: str, kind: Type) -> DocumentProperties:
        own = {"id": Property(documents.c.id), **self._behaviours.of(path).computed}
        if len(kind.derived) > 1:
            own["@odata.type"] = Property(documents.c.odata_type)
        names = kind.properties
        if "createdDateTime" in names:
            own["createdDateTime"] = Property(documents.c.created_at, "instant")
        if "lastModifiedDateTime" in names:
            own["lastModifiedDateTime"] = Property(documents.c.updated_at, "instant")
        if "version" in names and is_computed(kind, "version", names["version"]):
            kind_of = "integer" if names["version"].kind == "Int32" else "text"
            own["version"] = Property(documents.c.version, kind_of)
        if "isAssigned" in names:
            own["isAssigned"] = Property(_count("assignments") > 0, "boolean", default=False)
        if "settingCount" in names:
            own["settingCount"] = Property(_count("settings"), "integer", 0)
        return DocumentProperties(self._model, kind, documents.c.document, own)

    def _filters(self, path: str, kind: Type) -> dict[str, Property]:
        """Navigation that filters look into with `any` and `all`."""
        return {
            name: Property(
                documents.c.id,
                "json",
                each=partial(self._items, f"{path}/{name}", self._model.types[declared.kind]),
            )
            for name, declared in kind.navigations.items()
            if declared.is_contained and declared.kind in self._model.types
        }

    def _items(self, path: str, kind: Type, alias: str) -> Items:
        """The documents of a navigation property, under a name of their own."""
        inner = documents.alias(alias)
        own = {"id": Property(inner.c.id)}
        properties = DocumentProperties(self._model, kind, inner.c.document, own)
        conditions = (
            inner.c.tenant_id == documents.c.tenant_id,
            inner.c.collection == path,
            inner.c.parent_id == _way(),
        )
        item = Property(inner.c.document, "json", members=lambda: properties)
        return Items(inner, item, conditions)

    def _cast_navigations(
        self, path: str, context: str, kind: Type, name: str
    ) -> Mapping[str, Navigation]:
        wanted = self._model.find(name)
        is_one = wanted is not None and wanted.is_a(kind.name)
        return _Navigations(self, path, context, wanted) if wanted and is_one else {}

    def _cast(self, path: str, kind: Type, name: str) -> Cast | None:
        wanted = self._model.find(name)
        if wanted is None or not wanted.is_a(kind.name):
            return None
        return Cast(is_of(wanted, documents.c.odata_type), self._properties(path, wanted))

    def _shown(self, declared: Type, row: Row[Any]) -> dict[str, Any]:
        """A document as Graph shows it: its type, every property, and the service's own."""
        kind = self._model.find(row.odata_type) or declared
        shown = completed(self._model, kind, orjson.loads(row.document))
        shown["id"] = row.id if row.id != rows.SINGLE else _of_single(row, kind)
        if "createdDateTime" in shown:
            shown["createdDateTime"] = instant(row.created_at)
        if "lastModifiedDateTime" in shown:
            shown["lastModifiedDateTime"] = instant(row.updated_at)
        shape = kind.properties.get("version")
        if shape and is_computed(kind, "version", shape):
            shown["version"] = row.version if shape.kind == "Int32" else f'"{row.version}"'
        for name in _COUNTED.keys() & shown.keys():
            count = getattr(row, name)
            shown[name] = count > 0 if name == "isAssigned" else count
        if len(declared.derived) == 1:
            return shown
        return {"@odata.type": f"#{NAMESPACE}.{kind.name}", **shown}

    def _referred(self, place: Place, cast: Type | None) -> Collection:
        """Documents that an object refers to."""
        return self._referring(place.path, context_of(place), place.kind, cast, place.parent_id)

    def _referring(
        self, path: str, context: str, declared: Type, cast: Type | None, source_id: str | None
    ) -> Collection:
        home = self._homes.of(declared.name)
        source = documents.join(
            references,
            (references.c.tenant_id == documents.c.tenant_id)
            & (references.c.target_id == documents.c.id)
            & (references.c.collection == path),
        )

        def where(ask: Ask) -> Sequence[ColumnElement[bool]]:
            found = [documents.c.tenant_id == ask.who.tenant_id, documents.c.collection == home]
            if source_id is not None:
                found.append(references.c.source_id == source_id)
            return [*found, is_of(cast or declared, documents.c.odata_type)]

        return self._collection(home, context, source, where, declared, cast)

    def below(self, path: str, context: str, declared: Declared) -> Navigation | None:
        """What $expand of a navigation property loads, for a whole page of objects."""
        if declared.kind not in self._model.types:
            return None
        kind, inner = self._model.types[declared.kind], f"{path}/{declared.name}"
        named = f"{context}/{declared.name}"
        if declared.is_contained:
            collection = self._contained(inner, named, kind, None, None)
            parent: ColumnElement[str] = documents.c.parent_id
        else:
            collection = self._referring(inner, named, kind, None, None)
            parent = references.c.source_id
        is_filled = declared.is_contained and not declared.is_collection
        return Navigation(
            collection=collection,
            parent=parent,
            is_collection=declared.is_collection,
            missing=partial(self.stand_in, inner, kind) if is_filled else _nothing,
        )

    def stand_in(self, path: str, kind: Type, key: str) -> dict[str, Any] | None:
        """What stands for the one object of a place, below an object, that was never made."""
        if path in tables.ABSENT:
            return None
        shown = completed(self._model, kind, self._behaviours.of(path).defaults)
        return shown | {"id": key or kind.name}


def _nothing(_key: str) -> None:
    """Nothing stands for a reference that there is not."""


class _Navigations(Mapping[str, Navigation]):
    """The navigation properties of a type, each made when it is first asked for."""

    def __init__(self, shelf: Shelf, path: str, context: str, kind: Type) -> None:
        self._shelf, self._path, self._context = shelf, path, context
        self._declared: dict[str, Declared] = {}
        for each in reversed(kind.derived):
            self._declared |= each.navigations

    def __getitem__(self, name: str) -> Navigation:
        found = self._shelf.below(self._path, self._context, self._declared[name])
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._declared)

    def __len__(self) -> int:
        return len(self._declared)


def _of_single(row: Row[Any], kind: Type) -> str:
    """The id of a single object: its parent's, or its type's where it is a root."""
    return row.parent_id.rpartition("/")[2] or kind.name


def _way() -> ColumnElement[str]:
    """SQL: the keys of a document's path, as what is below it has them."""
    above = documents.c.parent_id
    return case(
        (documents.c.id == rows.SINGLE, above),
        (above == "", documents.c.id),
        else_=above + "/" + documents.c.id,
    )


def _counts(kind: Type) -> list[ColumnElement[int]]:
    """The counts that objects of a type, or of one derived from it, show."""
    shown = {name for each in kind.derived for name in each.properties}
    return [_count(below).label(name) for name, below in _COUNTED.items() if name in shown]


def _count(name: str) -> ColumnElement[int]:
    """SQL: how many documents of a navigation property there are below a document."""
    inner = documents.alias()
    return (
        select(func.count())
        .select_from(inner)
        .where(
            inner.c.tenant_id == documents.c.tenant_id,
            inner.c.collection == documents.c.collection.concat(f"/{name}"),
            inner.c.parent_id == _way(),
        )
        .correlate(documents)
        .scalar_subquery()
    )
