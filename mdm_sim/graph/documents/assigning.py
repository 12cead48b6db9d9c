"""Operations that put a list in the place of another: `assign`, and what is of the same kind.

Which navigation property a parameter is for follows from its type: a body form for each entity.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response

from mdm_sim.graph import listing
from mdm_sim.graph.asking import Ask, done, shown
from mdm_sim.graph.documents import rows, tables
from mdm_sim.graph.documents.behaviours import Behaviours
from mdm_sim.graph.documents.collections import Shelf
from mdm_sim.graph.documents.operations import Handler, Served
from mdm_sim.graph.documents.writing import make, record, whole_id
from mdm_sim.graph.edm.checking import checked
from mdm_sim.graph.edm.model import Type, model
from mdm_sim.graph.resolving import Target, below, context_of
from mdm_sim.messages import Detail, Malformed
from mdm_sim.store import audit

# Operation, the verb of its audit entry, its task.
_REPLACING = (
    ("assign", "Assign", audit.Task.ASSIGN),
    ("targetApps", "Patch", audit.Task.UPDATE),
    ("scheduleActionsForRules", "Patch", audit.Task.UPDATE),
    ("setScheduledActions", "Patch", audit.Task.UPDATE),
    ("updateRelationships", "Patch", audit.Task.UPDATE),
    ("changeSettings", "Patch", audit.Task.UPDATE),
)

# Answered by 200 without a body, on which tools insist.
_SCHEDULING = {"scheduleActionsForRules", "setScheduledActions"}


def replacing(behaviours: Behaviours, shelves: Mapping[str, Shelf]) -> tuple[Served, ...]:
    """The operations, for every type that has them."""
    return tuple(
        Served("*", name, _handler(behaviours, shelves, verb, task))
        for name, verb, task in _REPLACING
    )


def _handler(
    behaviours: Behaviours, shelves: Mapping[str, Shelf], verb: str, task: audit.Task
) -> Handler:
    def replace(ask: Ask, target: Target, given: Mapping[str, Any]) -> Response:
        place, known = target.place, model(ask.version)
        with ask.work() as work:
            shelf = shelves[ask.version]
            row = shelf.row(work.connection, ask.who.tenant_id, place, str(target.key))
            kind = known.find(row.odata_type) or target.kind
            whole = whole_id(row.parent_id, row.id)
            lists = _lists(kind, target, given)
            for name, items in lists.items():
                path = f"{row.collection}/{name}"
                declared = known.types[kind.navigations[name].kind]
                rows.remove_all(work, path, whole)
                for each in items:
                    make(work, behaviours, path, whole, checked(known, declared, each))
            behaviours.of(row.collection).effect(work, row.id, orjson.loads(row.document))
            record(work, place, task, verb, row.id, lists)
        return _answer(ask, target, shelf, next(iter(lists)))

    return replace


def _lists(kind: Type, target: Target, given: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The lists of a body by navigation property. Raises Malformed where there is none."""
    operation = target.operation
    parameters = operation.parameters if operation else {}
    ways = {
        name: navigation.name
        for name, shape in parameters.items()
        for navigation in kind.navigations.values()
        if navigation.kind == shape.kind and shape.is_collection
    }
    if not ways:
        message = "An object of this type has nothing that the action replaces."
        raise Malformed(message)
    found = {navigation: given[name] for name, navigation in ways.items() if name in given}
    if not found:
        expected = next(iter(parameters), "assignments")
        message = f"The parameter {expected} is required."
        raise Malformed(message, [Detail(f"/{expected}", "a list is expected")])
    return found


def _answer(ask: Ask, target: Target, shelf: Shelf, name: str) -> Response:
    status = tables.codes(target.place.path).assign
    operation = target.operation
    if operation is not None and operation.name in _SCHEDULING:
        return Response(status=200)
    if status == 204 or operation is None or operation.name != "assign":
        return done()
    if operation.returns is None:
        return shown({"@odata.context": ask.context("Edm.Null")}, status)
    inner = below(model(ask.version), target, name)
    context = ask.context(context_of(inner.place))
    with ask.read() as connection:
        assigned = listing.every(connection, ask, shelf.of(inner))
    return shown({"@odata.context": context, "value": assigned}, status)
