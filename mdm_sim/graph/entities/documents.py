"""Objects that admins create, each a document: apps, compliance policies, connectors, identifiers.

One `Kind` is one collection; storing, listing, patching, deleting and assigning cost no code each.
What a document decides (which apps are managed, whether a connector is on) is told by `effect`,
which runs in the same transaction.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    func,
    insert,
    literal_column,
    select,
    update,
)

from mdm_sim.clock import instant
from mdm_sim.graph.asking import Ask
from mdm_sim.graph.odata.properties import Properties, Property
from mdm_sim.messages import Detail, Malformed, NotFound
from mdm_sim.policy.rows import NEVER
from mdm_sim.store import audit
from mdm_sim.store.engine import scrub_after
from mdm_sim.store.tables import documents
from mdm_sim.store.work import Work

Document = dict[str, Any]
Effect = Callable[[Work, str, Document | None], None]
SERVER_SET = {"id", "createdDateTime", "lastModifiedDateTime", "@odata.context", "@odata.etag"}
_NEVER = {name for row in NEVER for name in row.facts}
_NAME = re.compile(r"^[A-Za-z][A-Za-z0-9]{0,99}$")


def _nothing(_work: Work, _id: str, _document: Document | None) -> None:
    """Most documents decide nothing else."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A collection of documents: its path, type, permissions, audit names and answers.

    Ids begin with `prefix`. What `navigation` names is stored and shown when it is expanded. A
    `closed` one takes the properties it lists and no others.
    """

    path: str
    entity: str
    area: str
    category: str
    properties: tuple[str, ...]
    abstract: bool = False
    assign_key: str = ""
    assign_status: int = 204
    patch_status: int = 200
    delete_status: int = 204
    prefix: str = ""
    navigation: tuple[str, ...] = ()
    closed: bool = False
    beta_only: bool = False
    effect: Effect = _nothing
    check: Callable[[Document], None] = lambda _document: None
    key: Callable[[Document], str | None] = lambda _document: None


def value(name: str) -> ColumnElement[Any]:
    """A document's property as SQL."""
    return func.json_extract(documents.c.document, literal_column(f"'$.\"{name}\"'"))


def properties_of(kind: Kind) -> Properties:
    """The properties that can be selected, filtered and sorted on."""
    moments: Properties = {
        "createdDateTime": Property(documents.c.created_at, "instant"),
        "lastModifiedDateTime": Property(documents.c.updated_at, "instant"),
    }
    named = {name: Property(value(name)) for name in kind.properties}
    return {"id": Property(documents.c.id), **named, **moments}


def within(kind: Kind, parent: str = "") -> Callable[[Ask], Sequence[ColumnElement[bool]]]:
    """The conditions of belonging to a collection of the caller's tenant."""
    return lambda ask: (
        documents.c.tenant_id == ask.who.tenant_id,
        documents.c.collection == kind.path,
        documents.c.parent_id == parent,
    )


def fold(row: Any, kind: Kind) -> Document:
    """A document as Graph shows it: its type, its own properties and the service's."""
    stored = orjson.loads(row.document)
    stored = {name: item for name, item in stored.items() if name not in kind.navigation}
    moments = {
        "createdDateTime": instant(row.created_at),
        "lastModifiedDateTime": instant(row.updated_at),
    }
    head = {"@odata.type": row.odata_type} if row.odata_type else {}
    return {**head, "id": row.id, **stored, **moments}


def add(work: Work, kind: Kind, body: Document) -> str:
    """Store a new document, with its effect and its audit entry; returns its id."""
    document_id = kind.prefix + work.new_id()
    put(work, kind.path, "", document_id, body, kind.key(body))
    kind.effect(work, document_id, body)
    work.record(entry(kind, audit.Task.CREATE, "Create", document_id, body.keys()))
    return document_id


def put(
    work: Work, path: str, parent: str, document_id: str, body: Document, key: str | None = None
) -> None:
    """Store a document as it is, without an entry."""
    own = {name: item for name, item in body.items() if name not in SERVER_SET}
    odata_type = str(own.pop("@odata.type", ""))
    work.connection.execute(
        insert(documents),
        {
            "tenant_id": work.tenant_id,
            "id": document_id,
            "collection": path,
            "parent_id": parent,
            "natural_key": key,
            "odata_type": odata_type and f"#{odata_type.removeprefix('#')}",
            "document": orjson.dumps(own).decode(),
            "version": 1,
            "created_at": work.now,
            "updated_at": work.now,
        },
    )


def change(work: Work, kind: Kind, row: Any, merged: Document, names: Any) -> None:
    """Put `merged` in the place of the stored document, with its effect and its entry."""
    own = {name: item for name, item in merged.items() if name not in SERVER_SET}
    own.pop("@odata.type", None)
    work.connection.execute(
        update(documents)
        .where(documents.c.tenant_id == work.tenant_id, documents.c.id == row.id)
        .values(
            document=orjson.dumps(own).decode(),
            version=row.version + 1,
            updated_at=work.now,
            natural_key=kind.key(merged),
        )
    )
    scrub_after(work.connection)
    kind.effect(work, row.id, merged)
    work.record(entry(kind, audit.Task.UPDATE, "Patch", row.id, names))


def entry(
    kind: Kind, task: audit.Task, verb: str, document_id: str, names: Any = ()
) -> audit.Entry:
    """An audit entry; a property's name is told only when Graph knows it."""
    known = {name: "set" for name in names if name in kind.properties}
    entity = kind.entity[0].upper() + kind.entity[1:]
    return audit.Entry(task, f"{verb} {entity}", kind.category, entity, document_id, known)


def find(connection: Connection, ask: Ask, kind: Kind, document_id: str) -> Any:
    """The row of a document. Raises NotFound."""
    query = select(documents).where(*within(kind)(ask), documents.c.id == document_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        message = "Resource not found."
        raise NotFound(message)
    return row


def checked(kind: Kind, body: Document) -> Document:
    """The body of a document, checked. Raises Malformed."""
    stated = body.get("@odata.type")
    is_named = isinstance(stated, str) and "microsoft.graph." in stated
    if kind.abstract and (not is_named or str(stated).endswith(f".{kind.entity}")):
        message = "An @odata.type of a type that is not abstract is required."
        raise Malformed(message, [Detail("/@odata.type", "#microsoft.graph.… is expected")])
    if any(not _NAME.match(name) for name in body if not name.startswith("@")):
        message = "A property of the request has a name that no type has."
        raise Malformed(message)
    if _names_never_collected(body):
        message = "A property of the request is of data that is never collected."
        raise Malformed(message)
    own = {name for name in body if not name.startswith("@")} - SERVER_SET
    if kind.closed and own - set(kind.properties):
        message = "A property of the request is one that the type has not."
        raise Malformed(message)
    name = body.get("displayName")
    if name is not None and not isinstance(name, str):
        message = "Property displayName has to be a string."
        raise Malformed(message, [Detail("/displayName", "a string is expected")])
    kind.check(body)
    return body


def _names_never_collected(value: Any) -> bool:
    if isinstance(value, dict):
        inner = any(_names_never_collected(each) for each in value.values())
        return inner or bool(_NEVER & value.keys())
    return isinstance(value, list) and any(_names_never_collected(each) for each in value)
