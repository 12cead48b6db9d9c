"""Documents as rows: found, stored with all that is in them, changed, and removed whole.

Nothing else writes the table. Audit entries are the caller's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, delete, insert, select, update
from sqlalchemy.engine import Row

from mdm_sim.graph.edm.model import NAMESPACE, Type
from mdm_sim.messages import Conflict, NotFound
from mdm_sim.store.dialects.functions import upsert
from mdm_sim.store.engine import scrub_after
from mdm_sim.store.tables import documents, references
from mdm_sim.store.work import Work

# The id of a single object below another: there is never a second one.
SINGLE = "single"
MISSING = "Resource not found."


def at(tenant_id: str, path: str, parent_id: str) -> tuple[ColumnElement[bool], ...]:
    """The conditions of being in a collection below an object."""
    return (
        documents.c.tenant_id == tenant_id,
        documents.c.collection == path,
        documents.c.parent_id == parent_id,
    )


def find(
    connection: Connection, tenant_id: str, path: str, parent_id: str, document_id: str
) -> Row[Any] | None:
    """The row of a document, None where there is none."""
    query = select(documents).where(*at(tenant_id, path, parent_id), documents.c.id == document_id)
    return connection.execute(query).one_or_none()


def need(
    connection: Connection, tenant_id: str, path: str, parent_id: str, document_id: str
) -> Row[Any]:
    """The row of a document. Raises NotFound."""
    row = find(connection, tenant_id, path, parent_id, document_id)
    if row is None:
        raise NotFound(MISSING)
    return row


def is_there(connection: Connection, tenant_id: str, path: str, document_id: str) -> bool:
    """Whether there is such a document at a path, below whatever object; "" is any path."""
    these = [documents.c.tenant_id == tenant_id, documents.c.id == document_id]
    if path:
        these.append(documents.c.collection == path)
    return connection.execute(select(documents.c.id).where(*these).limit(1)).first() is not None


def children(connection: Connection, tenant_id: str, path: str, parent_id: str) -> list[Row[Any]]:
    """The documents of a collection below an object, by id."""
    query = select(documents).where(*at(tenant_id, path, parent_id)).order_by(documents.c.id)
    return list(connection.execute(query))


def add(
    work: Work,
    path: str,
    parent_id: str,
    document_id: str,
    kind: Type,
    values: Mapping[str, Any],
    key: str | None = None,
) -> None:
    """Store a new document. Raises Conflict where its id is taken."""
    if find(work.connection, work.tenant_id, path, parent_id, document_id):
        message = "An object with this id already exists."
        raise Conflict(message)
    row = {
        "tenant_id": work.tenant_id,
        "collection": path,
        "parent_id": parent_id,
        "id": document_id,
        "natural_key": key,
        "odata_type": f"#{NAMESPACE}.{kind.name}",
        "document": orjson.dumps(dict(values)).decode(),
        "version": 1,
        "created_at": work.now,
        "updated_at": work.now,
    }
    work.connection.execute(insert(documents), row)


def change(work: Work, row: Row[Any], values: Mapping[str, Any], key: str | None) -> None:
    """Put `values` in the place of a document's."""
    this = (*at(row.tenant_id, row.collection, row.parent_id), documents.c.id == row.id)
    work.connection.execute(
        update(documents)
        .where(*this)
        .values(
            document=orjson.dumps(dict(values)).decode(),
            version=row.version + 1,
            updated_at=work.now,
            natural_key=key,
        )
    )
    scrub_after(work.connection)


def remove(work: Work, path: str, parent_id: str, document_id: str) -> None:
    """Remove a document with everything below it, and the references from and to all of that."""
    whole = "/".join(each for each in (parent_id, document_id) if each and each != SINGLE)
    mine = documents.c.tenant_id == work.tenant_id
    this = and_at(path, parent_id) & (documents.c.id == document_id) | _below(path, whole)
    ids = select(documents.c.id).where(mine, this, documents.c.id != SINGLE)
    from_it = _below(path, whole, references.c.collection, references.c.source_id)
    either = from_it | references.c.target_id.in_(ids)
    work.connection.execute(
        delete(references).where(references.c.tenant_id == work.tenant_id, either)
    )
    work.connection.execute(delete(documents).where(mine, this))
    scrub_after(work.connection)


def remove_all(work: Work, path: str, parent_id: str) -> None:
    """Remove every document of a collection below an object, with what is below them."""
    for row in children(work.connection, work.tenant_id, path, parent_id):
        remove(work, path, parent_id, row.id)


def and_at(path: str, parent_id: str) -> ColumnElement[bool]:
    """The condition of being in a collection, whoever's it is."""
    return (documents.c.collection == path) & (documents.c.parent_id == parent_id)


def _below(
    path: str,
    whole: str,
    collection: ColumnElement[str] = documents.c.collection,
    parent: ColumnElement[str] = documents.c.parent_id,
) -> ColumnElement[bool]:
    """The condition of being below an object, at any depth; one without keys is the only one."""
    inner = (collection > f"{path}/") & (collection < f"{path}0")
    if not whole:
        return inner
    deeper = (parent > f"{whole}/") & (parent < f"{whole}0")
    return inner & ((parent == whole) | deeper)


def refer(work: Work, path: str, source_id: str, target_id: str) -> None:
    """Make an object refer to another; nothing changes where it does already."""
    row = {
        "tenant_id": work.tenant_id,
        "collection": path,
        "source_id": source_id,
        "target_id": target_id,
    }
    work.connection.execute(upsert(references).on_conflict_do_nothing(), row)


def release(work: Work, path: str, source_id: str, target_id: str | None = None) -> int:
    """Remove an object's reference to another, or all of them; returns how many there were."""
    this = [
        references.c.tenant_id == work.tenant_id,
        references.c.collection == path,
        references.c.source_id == source_id,
    ]
    if target_id is not None:
        this.append(references.c.target_id == target_id)
    return work.connection.execute(delete(references).where(*this)).rowcount


def targets(connection: Connection, tenant_id: str, path: str, source_id: str) -> Iterator[str]:
    """The ids of what an object refers to."""
    query = select(references.c.target_id).where(
        references.c.tenant_id == tenant_id,
        references.c.collection == path,
        references.c.source_id == source_id,
    )
    return (str(row[0]) for row in connection.execute(query))
