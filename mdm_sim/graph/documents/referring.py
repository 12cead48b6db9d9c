"""`$ref`: an object's references to others (OData Protocol 4.01, 11.4.6)."""

from __future__ import annotations

from typing import Any

from flask import Response
from sqlalchemy import Connection

from mdm_sim.graph.asking import Ask, done, shown
from mdm_sim.graph.documents import rows
from mdm_sim.graph.documents.behaviours import Behaviours
from mdm_sim.graph.documents.references import Homes
from mdm_sim.graph.documents.writing import record
from mdm_sim.graph.edm.checking import key_of
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.resolving import Target
from mdm_sim.messages import Detail, Malformed, NotFound
from mdm_sim.store import audit


def referring(ask: Ask, target: Target, method: str, behaviours: Behaviours) -> Response:
    """A request for the references of a navigation property."""
    home = Homes(model(ask.version)).of(target.place.kind.name)
    if method == "GET":
        with ask.read() as connection:
            ids = list(
                rows.targets(connection, ask.who.tenant_id, target.place.path, _source(target))
            )
        links = [{"@odata.id": f"{ask.root}/{home}('{each}')"} for each in sorted(ids)]
        many = {"@odata.context": ask.context("Collection($ref)"), "value": links}
        if target.place.is_collection:
            return shown(many)
        if not links:
            raise NotFound(rows.MISSING)
        return shown({"@odata.context": ask.context("$ref"), **links[0]})
    if method == "DELETE":
        return _remove(ask, target)
    return _add(ask, target, home, behaviours)


def _source(target: Target) -> str:
    return target.place.parent_id


def _add(ask: Ask, target: Target, home: str, behaviours: Behaviours) -> Response:
    target_id = _given(ask.body().get("@odata.id"))
    path, source = target.place.path, _source(target)
    with ask.work() as work:
        _require(work.connection, ask, home, target_id, behaviours)
        if not target.place.is_collection:
            rows.release(work, path, source)
        rows.refer(work, path, source, target_id)
        record(work, target.place, audit.Task.ASSIGN, "Add", source, [path.rsplit("/", 1)[-1]])
    return done()


def _remove(ask: Ask, target: Target) -> Response:
    path, source = target.place.path, _source(target)
    key = target.key or (key_of(ask.options["id"]) if "id" in ask.options else None)
    if key is None and target.place.is_collection:
        message = "The reference to remove has to be named."
        raise Malformed(message)
    with ask.work() as work:
        if not rows.release(work, path, source, key):
            raise NotFound(rows.MISSING)
        name = path.rsplit("/", 1)[-1]
        record(work, target.place, audit.Task.ASSIGN, "Remove", source, [name], "cleared")
    return done()


def _given(url: Any) -> str:
    if not isinstance(url, str) or not url.strip("/"):
        message = "An @odata.id is required."
        raise Malformed(message, [Detail("/@odata.id", "a URL is expected")])
    return key_of(url)


def _require(
    connection: Connection, ask: Ask, home: str, target_id: str, behaviours: Behaviours
) -> None:
    """Raise NotFound unless there is such an object."""
    exists = behaviours.elsewhere.get(home)
    if exists is not None:
        found = exists(connection, ask, target_id)
    else:
        found = rows.find(connection, ask.who.tenant_id, home, "", target_id) is not None
    if not found:
        raise NotFound(rows.MISSING)
