"""What belongs to documents: assignments (`assign` replaces the whole set) and stored lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response
from sqlalchemy import Connection, delete, select

from mdm_sim import access
from mdm_sim.graph import listing
from mdm_sim.graph.asking import Ask, done, shown
from mdm_sim.graph.entities.documents import Document, Kind, entry, find, put
from mdm_sim.graph.routing import Route
from mdm_sim.messages import Detail, Malformed
from mdm_sim.store import audit
from mdm_sim.store.engine import scrub_after
from mdm_sim.store.tables import documents


def assignments_of(
    connection: Connection, tenant_id: str, kind: Kind, parent: str
) -> list[Document]:
    """The assignments of a document."""
    query = (
        select(documents.c.id, documents.c.document)
        .where(
            documents.c.tenant_id == tenant_id,
            documents.c.collection == f"{kind.path}/assignments",
            documents.c.parent_id == parent,
        )
        .order_by(documents.c.id)
    )
    return [{"id": row.id, **orjson.loads(row.document)} for row in connection.execute(query)]


def expand(kind: Kind) -> listing.Extra:
    """$expand=assignments."""

    def expand(connection: Connection, ask: Ask, items: list[dict[str, Any]]) -> None:
        for item in items:
            context = ask.context(f"{kind.path}('{item['id']}')", "assignments")
            item["assignments@odata.context"] = context
            item["assignments"] = assignments_of(connection, ask.who.tenant_id, kind, item["id"])

    return expand


def navigate(kind: Kind, name: str) -> listing.Extra:
    """$expand of a list that is stored in the document itself."""

    def show(connection: Connection, ask: Ask, items: list[dict[str, Any]]) -> None:
        for item in items:
            stored = orjson.loads(find(connection, ask, kind, item["id"]).document)
            item[f"{name}@odata.context"] = ask.context(f"{kind.path}('{item['id']}')", name)
            item[name] = stored.get(name, [])

    return show


def assigning(kind: Kind) -> tuple[Route, ...]:
    """`assign` replaces the whole set; `assignments` lists it."""

    def assign(ask: Ask) -> Response:
        ask.require(access.writing(kind.area))
        given = ask.body().get(kind.assign_key)
        if not isinstance(given, list) or not all(_is_assignment(each) for each in given):
            message = f"{kind.assign_key} has to be a list of assignments, each with a target."
            raise Malformed(message, [Detail(f"/{kind.assign_key}", "a list is expected")])
        path = f"{kind.path}/assignments"
        with ask.work() as work:
            row = find(work.connection, ask, kind, ask.keys[-1])
            work.connection.execute(
                delete(documents).where(
                    documents.c.tenant_id == work.tenant_id,
                    documents.c.collection == path,
                    documents.c.parent_id == row.id,
                )
            )
            scrub_after(work.connection)
            for each in given:
                put(work, path, row.id, work.new_id(), {**each, "source": "direct"})
            work.record(entry(kind, audit.Task.ASSIGN, "Assign", row.id))
            assigned = assignments_of(work.connection, work.tenant_id, kind, row.id)
        if kind.assign_status == 204:
            return done()
        context = ask.context(f"{kind.path}('{row.id}')", "assignments")
        return shown({"@odata.context": context, "value": assigned})

    def assignments(ask: Ask) -> Response:
        ask.require(access.reading(kind.area))
        with ask.read() as connection:
            row = find(connection, ask, kind, ask.keys[0])
            assigned = assignments_of(connection, ask.who.tenant_id, kind, row.id)
        context = ask.context(f"{kind.path}('{row.id}')", "assignments")
        return shown({"@odata.context": context, "value": assigned})

    return (
        Route("POST", f"{kind.path}/{{}}/assign", assign, kind.beta_only),
        Route("GET", f"{kind.path}/{{}}/assignments", assignments, kind.beta_only),
    )


def _is_assignment(each: Any) -> bool:
    target = each.get("target") if isinstance(each, Mapping) else None
    return isinstance(target, dict) and isinstance(target.get("@odata.type"), str)
