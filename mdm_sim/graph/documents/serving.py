"""Requests for documents answered: read, made, changed, removed, by what their path names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from flask import Response
from sqlalchemy import Connection
from werkzeug.exceptions import MethodNotAllowed

from mdm_sim import access
from mdm_sim.graph import listing
from mdm_sim.graph.asking import Ask, done, shown
from mdm_sim.graph.documents import rows, tables
from mdm_sim.graph.documents.behaviours import Behaviours
from mdm_sim.graph.documents.collections import Shelf
from mdm_sim.graph.documents.operations import Operations
from mdm_sim.graph.documents.references import candidates, moved
from mdm_sim.graph.documents.referring import referring, require_bound
from mdm_sim.graph.documents.writing import alter, make, put_single, record, require_collectable
from mdm_sim.graph.edm.checking import Checked, checked
from mdm_sim.graph.edm.model import Model, Type, model
from mdm_sim.graph.odata.collection import Collection
from mdm_sim.graph.resolving import Target, context_of
from mdm_sim.messages import Malformed, NotFound
from mdm_sim.store import audit

VERSIONS = ("v1.0", "beta")


class Documents:
    """Everything of the type model that has no entity file of its own."""

    def __init__(
        self, behaviours: Behaviours, operations: Operations, shelves: Mapping[str, Shelf]
    ) -> None:
        """`shelves` make the collections of each version."""
        self._behaviours, self._operations, self._shelves = behaviours, operations, shelves

    def answer(self, ask: Ask, target: Target, method: str) -> Response:
        """What a request for a target gives. Raises MethodNotAllowed and every Fault."""
        target = self._settled(ask, target)
        if target.operation is not None:
            return self._operations.answer(ask, target, method, self._require_above)
        allowed = methods(target)
        if method not in allowed:
            raise MethodNotAllowed(valid_methods=sorted(allowed))
        area = tables.area(target.place.path)
        ask.require(access.reading(area) if method == "GET" else access.writing(area))
        self._require_above(ask, target)
        if target.tail == "$ref":
            return referring(ask, target, method, self._behaviours)
        return _HANDLERS[method](self, ask, target)

    def _settled(self, ask: Ask, target: Target) -> Target:
        """What is below an object of a view is where the object itself is kept."""
        view, paths = candidates(target)
        if not paths:
            return target
        key = str((*target.place.keys, target.key)[0])
        with ask.read() as connection:
            for path in paths:
                if rows.find(connection, ask.who.tenant_id, path, "", key):
                    return moved(target, view, path)
        raise NotFound(rows.MISSING)

    def _require_above(self, ask: Ask, target: Target) -> None:
        """Raise NotFound unless there is the object that a path goes through.

        Raises Malformed where it is of a type that has not what the path names next.
        """
        place = target.place
        while place.above is not None and not place.above.is_collection:
            place = place.above
        if place.above is None:
            return
        key, parent_id = place.keys[-1], "/".join(place.keys[:-1])
        exists = self._behaviours.elsewhere.get(place.above.path)
        with ask.read() as connection:
            if exists is not None:
                if not exists(connection, ask, key):
                    raise NotFound(rows.MISSING)
                return
            row = rows.find(connection, ask.who.tenant_id, place.above.path, parent_id, key)
        kind = model(ask.version).find(row.odata_type) if row is not None else None
        if kind is None:
            raise NotFound(rows.MISSING)
        if place.path.rsplit("/", 1)[-1] not in kind.navigations:
            message = "Resource not found for the segment."
            raise Malformed(message)

    def read(self, ask: Ask, target: Target) -> Response:
        """A page, a number, an object, or a part of one."""
        shelf = self._shelves[ask.version]
        collection = shelf.of(target)
        if target.is_many:
            return (
                listing.count(ask, collection)
                if target.tail == "$count"
                else listing.page(ask, collection)
            )
        if target.members or target.tail == "$value":
            return self.part(ask, target, collection)
        if target.place.is_collection:
            return listing.one(ask, collection, str(target.key))
        return self._single(ask, target, collection)

    def _single(self, ask: Ask, target: Target, collection: Collection) -> Response:
        """The one object at a path: what stands for it where it was never made."""
        place = target.place
        is_reference = place.navigation is not None and not place.navigation.is_contained
        if is_reference:
            return listing.only(ask, collection)
        try:
            return listing.one(ask, collection, rows.SINGLE)
        except NotFound:
            found = self._stand_in(ask, target)
            if found is None:
                raise
        context = ask.context(context_of(place), "$entity")
        return shown({"@odata.context": context, **found})

    def _stand_in(self, ask: Ask, target: Target) -> dict[str, Any] | None:
        place = target.place
        key = place.keys[-1] if place.keys else ""
        return self._shelves[ask.version].stand_in(place.path, target.kind, key)

    def part(self, ask: Ask, target: Target, collection: Collection) -> Response:
        """A property of an object, or its raw value (OData Protocol 4.01, 11.2.4)."""
        key = target.key if target.place.is_collection else rows.SINGLE
        with ask.read() as connection:
            try:
                item = listing.fetch(connection, ask, collection, str(key))
            except NotFound:
                found = None if target.place.is_collection else self._stand_in(ask, target)
                if found is None:
                    raise
                item = found
        value, names = _walk(item, target.members)
        if value is None:
            return done()
        if target.tail == "$value":
            if isinstance(value, (dict, list)):
                message = "The raw value of a complex property or a collection is not available."
                raise Malformed(message)
            return Response(_raw(value), mimetype="text/plain")
        owner = context_of(target.place) + (f"('{key}')" if target.place.is_collection else "")
        context = ask.context(owner, *names)
        if isinstance(value, dict):
            return shown({"@odata.context": context, **value})
        return shown({"@odata.context": context, "value": value})

    def create(self, ask: Ask, target: Target) -> Response:
        """A new document, as it is then read."""
        place = target.place
        found = self._checked(ask, target.kind, ask.body())
        path = self._shelves[ask.version].home(place.path, found.kind)
        with ask.work() as work:
            require_bound(work.connection, ask, found, self._behaviours)
            document_id = make(work, self._behaviours, path, place.parent_id, found)
            record(work, place, audit.Task.CREATE, "Create", document_id, found.names)
            item = self._fetch(work.connection, ask, target, document_id)
        status = tables.codes(place.path).post
        context = ask.context(context_of(place), "$entity")
        return shown({"@odata.context": context, **item}, status)

    def change(self, ask: Ask, target: Target) -> Response:
        """Some properties of a document; the answer's code is the collection's."""
        return self._write(ask, target, replaces=False)

    def replace(self, ask: Ask, target: Target) -> Response:
        """A whole document, in the place of the one before."""
        return self._write(ask, target, replaces=True)

    def _write(self, ask: Ask, target: Target, *, replaces: bool) -> Response:
        place, body = target.place, ask.body()
        key = str(target.key) if place.is_collection else rows.SINGLE
        with ask.work() as work:
            row = self._row(work.connection, ask, target, key)
            if row is None and place.is_collection:
                raise NotFound(rows.MISSING)
            found = self._checked(ask, self._kind(ask, target, row), body)
            require_bound(work.connection, ask, found, self._behaviours)
            if row is not None:
                alter(work, self._behaviours, row, found, replaces=replaces)
            else:
                put_single(work, self._behaviours, place.path, place.parent_id, found)
            record(work, place, audit.Task.UPDATE, "Patch", key, found.names)
            item = self._fetch(work.connection, ask, target, key)
        codes = tables.codes(place.path)
        if (codes.put if replaces else codes.patch) == 204:
            return done()
        context = ask.context(context_of(place), "$entity")
        return shown({"@odata.context": context, **item})

    def remove(self, ask: Ask, target: Target) -> Response:
        """A document with all that is below it."""
        place = target.place
        key = str(target.key) if place.is_collection else rows.SINGLE
        with ask.work() as work:
            row = self._row(work.connection, ask, target, key)
            if row is None:
                self._behaviours.of(place.path).absent()
                return Response(status=tables.codes(place.path).delete)
            behaviour = self._behaviours.of(row.collection)
            behaviour.deletable(work.connection, row)
            rows.remove(work, row.collection, place.parent_id, key)
            behaviour.effect(work, key, None)
            record(work, place, audit.Task.DELETE, "Delete", key)
        return Response(status=tables.codes(place.path).delete)

    def _row(self, connection: Connection, ask: Ask, target: Target, key: str) -> Any:
        place = target.place
        for path in self._shelves[ask.version].paths(place.path):
            row = rows.find(connection, ask.who.tenant_id, path, place.parent_id, key)
            if row is not None and model(ask.version).find(row.odata_type) is not None:
                return row
        return None

    def _kind(self, ask: Ask, target: Target, row: Any) -> Type:
        """The type that a document is of, which no change changes."""
        known: Model = model(ask.version)
        return (known.find(row.odata_type) if row is not None else None) or target.kind

    def _checked(self, ask: Ask, kind: Type, body: Mapping[str, Any]) -> Checked:
        require_collectable(body)
        return checked(model(ask.version), kind, body)

    def _fetch(
        self, connection: Connection, ask: Ask, target: Target, document_id: str
    ) -> dict[str, Any]:
        collection = self._shelves[ask.version].of(target)
        return listing.fetch(connection, ask, collection, document_id)


def methods(target: Target) -> frozenset[str]:
    """The methods that a target has."""
    if target.operation is not None:
        return frozenset({"POST" if target.operation.is_action else "GET"})
    navigation = target.place.navigation
    if target.tail == "$ref":
        return _of(navigation.ref_verbs if navigation else "") | {"GET"}
    if target.tail or target.members:
        return frozenset({"GET"})
    if navigation is None:
        verbs = "GP" if target.is_many else "GUD" if target.place.is_collection else "GU"
    elif target.place.is_collection and not target.is_many:
        verbs = navigation.item_verbs or navigation.verbs.replace("P", "")
    else:
        verbs = navigation.verbs
    found = _of(verbs) | {"GET"}
    if "PATCH" in found and target.place.path in _PUT:
        found |= {"PUT"}
    names = frozenset(name for each in target.kind.derived for name in each.properties)
    if all(each.is_abstract for each in target.kind.derived):
        return frozenset({"GET"})
    return frozenset({"GET"}) if tables.is_reported(target.place.path, names) else found


def _walk(item: Any, members: tuple[str, ...]) -> tuple[Any, list[str]]:
    """The value at the end of a way into an object, and the way in the model's own spelling."""
    names = []
    for member in members:
        own = {name.lower(): name for name in item} if isinstance(item, dict) else {}
        if member.lower() not in own:
            message = "Resource not found for the segment."
            raise Malformed(message)
        names.append(own[member.lower()])
        item = item[names[-1]]
    return item, names


def _raw(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _of(verbs: str) -> frozenset[str]:
    return frozenset(_METHODS[letter] for letter in verbs)


_METHODS = {"G": "GET", "P": "POST", "U": "PATCH", "W": "PUT", "D": "DELETE"}
# Where tools replace a whole object.
_PUT = {
    "deviceManagement/configurationPolicies",
    "deviceManagement/compliancePolicies",
    "deviceManagement/reusablePolicySettings",
    "deviceManagement/reusableSettings",
}
_HANDLERS: dict[str, Callable[[Documents, Ask, Target], Response]] = {
    "GET": Documents.read,
    "POST": Documents.create,
    "PATCH": Documents.change,
    "PUT": Documents.replace,
    "DELETE": Documents.remove,
}
