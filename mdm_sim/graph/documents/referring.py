"""`$ref`: an object's references to others (OData Protocol 4.01, 11.4.6)."""

from __future__ import annotations

from flask import Response
from sqlalchemy import Connection

from mdm_sim.graph.asking import Ask, done, shown
from mdm_sim.graph.documents import rows
from mdm_sim.graph.documents.behaviours import Behaviours
from mdm_sim.graph.documents.references import Homes
from mdm_sim.graph.documents.writing import is_catalogue, record
from mdm_sim.graph.edm.checking import Checked, key_given, key_of
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
    target_id = key_given(ask.body().get("@odata.id"))
    path, source = target.place.path, _source(target)
    with ask.work() as work:
        if not _is_there(work.connection, ask, home, target_id, behaviours):
            raise NotFound(rows.MISSING)
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


def require_bound(connection: Connection, ask: Ask, found: Checked, behaviours: Behaviours) -> None:
    """Raise Malformed unless there is each object that a body refers to, or one within it."""
    homes = Homes(model(ask.version))
    for name, ids in found.bound.items():
        home = homes.of(found.kind.navigations[name].kind)
        if not all(_is_there(connection, ask, home, each, behaviours) for each in ids):
            message = "An object that the request refers to does not exist."
            raise Malformed(message, [Detail(f"/{name}", "an object that exists is expected")])
    for each in (one for given in found.inner.values() for one in given):
        require_bound(connection, ask, each, behaviours)


def _is_there(
    connection: Connection, ask: Ask, home: str, target_id: str, behaviours: Behaviours
) -> bool:
    """Whether there is such an object; Microsoft's catalogues are taken to be whole."""
    if is_catalogue(home):
        return True
    exists = behaviours.elsewhere.get(home)
    if exists is not None:
        return exists(connection, ask, target_id)
    return rows.is_there(connection, ask.who.tenant_id, home, target_id)
