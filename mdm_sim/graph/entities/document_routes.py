"""The routes of a collection of documents: list, get, create, patch, delete, assign."""

from __future__ import annotations

import orjson
from flask import Response
from sqlalchemy import delete

from mdm_sim import access
from mdm_sim.graph import listing
from mdm_sim.graph.asking import Ask, done, shown
from mdm_sim.graph.entities.assignments import assigning, expand, navigate
from mdm_sim.graph.entities.documents import (
    SERVER_SET,
    Kind,
    add,
    change,
    checked,
    entry,
    find,
    fold,
    properties_of,
    within,
)
from mdm_sim.graph.reading import reading
from mdm_sim.graph.routing import Route
from mdm_sim.store import audit
from mdm_sim.store.engine import scrub_after
from mdm_sim.store.tables import documents


def routes(kind: Kind) -> tuple[Route, ...]:
    """Every route of a collection of documents."""
    expands = {name: navigate(kind, name) for name in kind.navigation}
    if kind.assign_key:
        expands["assignments"] = expand(kind)
    collection = listing.Collection(
        kind.path,
        documents,
        documents.c.id,
        properties_of(kind),
        within(kind),
        whole=lambda row: fold(row, kind),
        whole_columns=tuple(documents.c),
        expands=expands,
    )
    read, write = access.reading(kind.area), access.writing(kind.area)

    def create(ask: Ask) -> Response:
        ask.require(write)
        body = checked(kind, ask.body())
        with ask.work() as work:
            document_id = add(work, kind, body)
            item = fold(find(work.connection, ask, kind, document_id), kind)
        return shown({"@odata.context": ask.context(kind.path, "$entity"), **item}, 201)

    def patch(ask: Ask) -> Response:
        ask.require(write)
        body = ask.body()
        with ask.work() as work:
            row = find(work.connection, ask, kind, ask.keys[-1])
            merged = checked(
                kind, {"@odata.type": row.odata_type, **orjson.loads(row.document), **body}
            )
            change(work, kind, row, merged, body.keys() - SERVER_SET)
            item = fold(find(work.connection, ask, kind, row.id), kind)
        if kind.patch_status == 204:
            return done()
        return shown({"@odata.context": ask.context(kind.path, "$entity"), **item})

    def remove(ask: Ask) -> Response:
        ask.require(write)
        with ask.work() as work:
            row = find(work.connection, ask, kind, ask.keys[-1])
            mine = (documents.c.tenant_id == work.tenant_id,)
            belongs = (documents.c.id == row.id) | (documents.c.parent_id == row.id)
            work.connection.execute(delete(documents).where(*mine, belongs))
            scrub_after(work.connection)
            kind.effect(work, row.id, None)
            work.record(entry(kind, audit.Task.DELETE, "Delete", row.id))
        return Response(status=kind.delete_status)

    made = [
        *reading(kind.path, read, lambda _ask: collection, beta_only=kind.beta_only),
        Route("POST", kind.path, create, kind.beta_only),
        Route("PATCH", f"{kind.path}/{{}}", patch, kind.beta_only),
        Route("DELETE", f"{kind.path}/{{}}", remove, kind.beta_only),
    ]
    return (*made, *assigning(kind)) if kind.assign_key else tuple(made)
