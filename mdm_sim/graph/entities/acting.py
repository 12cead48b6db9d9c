"""What actions on documents share: the document one is bound to, its change, copy and entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import orjson
from flask import Response
from sqlalchemy import func, insert, select
from sqlalchemy.engine import Row

from mdm_sim.graph import listing
from mdm_sim.graph.asking import Ask, shown
from mdm_sim.graph.documents import rows
from mdm_sim.graph.documents.behaviours import Behaviour, Behaviours
from mdm_sim.graph.documents.collections import Shelf
from mdm_sim.graph.documents.writing import record, whole_id
from mdm_sim.graph.edm.model import NAMESPACE, model
from mdm_sim.graph.edm.shaping import completed
from mdm_sim.graph.odata.paging import Order
from mdm_sim.graph.resolving import Target, resolve
from mdm_sim.messages import NotFound
from mdm_sim.store import audit
from mdm_sim.store.tables import documents, references
from mdm_sim.store.work import Work


def alone(behaviours: Iterable[Behaviour]) -> Behaviours:
    """The behaviours of one subject, for what it makes itself."""
    return Behaviours(behaviours, {})


NOTHING = alone(())
# The order of documents that are numbered.
BY_NUMBER = (
    Order(func.length(documents.c.id), descending=False),
    Order(documents.c.id, descending=False),
)
SHELVES = {version: Shelf(model(version), NOTHING) for version in ("v1.0", "beta")}


def bound(work: Work, target: Target) -> Row[Any]:
    """The row of the document that an operation is bound to. Raises NotFound."""
    place = target.place
    key = str(target.key) if place.is_collection else rows.SINGLE
    return rows.need(work.connection, work.tenant_id, place.path, place.parent_id, key)


def values_of(row: Row[Any]) -> dict[str, Any]:
    """What a document holds."""
    found: dict[str, Any] = orjson.loads(row.document)
    return found


def put(work: Work, row: Row[Any], changes: Mapping[str, Any]) -> None:
    """Change some values of a document."""
    rows.change(work, row, {**values_of(row), **changes}, row.natural_key)


def put_alone(work: Work, target: Target, changes: Mapping[str, Any]) -> None:
    """Change some values of the one object there is at a path, which is made where it is not."""
    place = target.place
    try:
        put(work, bound(work, target), changes)
    except NotFound:
        rows.add(work, place.path, place.parent_id, rows.SINGLE, target.kind, changes)


def note(
    work: Work,
    target: Target,
    verb: str,
    names: Iterable[str] = (),
    task: audit.Task = audit.Task.MANAGE,
) -> None:
    """Add the audit entry of an action."""
    key = target.key if target.key is not None else rows.SINGLE
    record(work, target.place, task, verb, key, names)


def copied(work: Work, row: Row[Any], changes: Mapping[str, Any]) -> str:
    """Store a copy of a document with all that is below it but assignments; returns its id."""
    copy_id = work.new_id()
    whole, copy = (whole_id(row.parent_id, each) for each in (row.id, copy_id))
    _insert(work, row, row.parent_id, copy_id, {**values_of(row), **changes})
    copy_below(work, row.collection, whole, row.collection, copy)
    return copy_id


def copy_below(
    work: Work,
    path: str,
    whole: str,
    to_path: str,
    to_whole: str,
    becoming: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Copy what is below an object to below another; what is numbered or shared keeps its id.

    `becoming` are other names for what the copies are and where: of types and paths below.
    """
    places = {whole: to_whole}
    mine = (documents.c.tenant_id == work.tenant_id, _within(documents.c.collection, path))
    below = select(documents).where(*mine, _at_or_within(documents.c.parent_id, whole))
    for each in sorted(work.connection.execute(below), key=lambda row: row.parent_id.count("/")):
        if each.collection.endswith("/assignments"):
            continue
        is_kept = each.id == rows.SINGLE or each.id.isdigit() or _is_shared(each.collection)
        parent_id, new_id = places[each.parent_id], each.id if is_kept else work.new_id()
        places[whole_id(each.parent_id, each.id)] = whole_id(parent_id, new_id)
        below_path = each.collection[len(path) :]
        place = f"{to_path}{becoming.get(below_path, below_path)}"
        kind = becoming.get(each.odata_type, each.odata_type)
        _insert(work, each, parent_id, new_id, values_of(each), (place, kind))
    named = (references.c.tenant_id == work.tenant_id, _within(references.c.collection, path))
    for each in work.connection.execute(select(references).where(*named)).all():
        if each.source_id in places:
            collection = f"{to_path}{each.collection[len(path) :]}"
            rows.refer(work, collection, places[each.source_id], each.target_id)


def _is_shared(collection: str) -> bool:
    """Whether objects are told by the same id wherever they are: what is of a catalogue."""
    return collection.endswith("/categories")


def _within(column: Any, path: str) -> Any:
    return (column > f"{path}/") & (column < f"{path}0")


def _at_or_within(column: Any, whole: str) -> Any:
    return (column == whole) | _within(column, whole)


def _insert(
    work: Work,
    row: Row[Any],
    parent_id: str,
    document_id: str,
    values: Mapping[str, Any],
    becoming: tuple[str, str] | None = None,
) -> None:
    """Store a copy of a row, in another collection and of another type if need be."""
    collection, kind = becoming or (row.collection, row.odata_type)
    copy = {
        "tenant_id": work.tenant_id,
        "collection": collection,
        "parent_id": parent_id,
        "id": document_id,
        "natural_key": row.natural_key,
        "odata_type": kind,
        "document": orjson.dumps(dict(values)).decode(),
        "version": 1,
        "created_at": work.now,
        "updated_at": work.now,
    }
    work.connection.execute(insert(documents), copy)


def fetched(work: Work, ask: Ask, path: str, document_id: str) -> dict[str, Any]:
    """A document of a root collection, as that collection shows it."""
    found = resolve(model(ask.version), path)
    if found is None:
        raise NotFound(rows.MISSING)
    return listing.fetch(work.connection, ask, SHELVES[ask.version].of(found), document_id)


def told(ask: Ask, kind: str, values: Mapping[str, Any], status: int = 200) -> Response:
    """An object of a type as the answer of an operation."""
    known = model(ask.version)
    context = ask.context(f"{NAMESPACE}.{kind}")
    body = {"@odata.context": context, **completed(known, known.types[kind], values)}
    return shown(body, status)


def told_many(ask: Ask, kind: str, items: Iterable[Mapping[str, Any]]) -> Response:
    """Objects of a complex type as the answer of an operation."""
    known = model(ask.version)
    context = ask.context(f"Collection({NAMESPACE}.{kind})")
    whole = [completed(known, known.types[kind], each) for each in items]
    return shown({"@odata.context": context, "value": whole})


def told_value(ask: Ask, kind: str, *, value: Any) -> Response:
    """A primitive as the answer of an operation; `kind` is its Edm name."""
    return shown({"@odata.context": ask.context(f"Edm.{kind}"), "value": value})
