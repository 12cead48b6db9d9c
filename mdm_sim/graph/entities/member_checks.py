"""getMemberGroups, checkMemberGroups and their like: which groups and roles an object is in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response
from sqlalchemy import Select, select, union

from mdm_sim import access, memberships
from mdm_sim.graph.asking import Ask, shown
from mdm_sim.graph.edm.checking import checked_parameters
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.entities import directory_objects, directory_relations
from mdm_sim.graph.routing import Route
from mdm_sim.messages import BadInDirectory, Detail
from mdm_sim.store.dialects.functions import json_value
from mdm_sim.store.tables import documents

_MOST_CHECKED = 20
_READS = (
    access.reading(access.MEMBERS),
    access.reading(access.GROUPS),
)
# The entity sets, the type whose operations these are, and what reads it.
_OF = {
    "users": ("user", access.reading(access.USERS)),
    "groups": ("group", access.reading(access.GROUPS)),
    "devices": ("device", access.reading(access.DIRECTORY_DEVICES)),
    "servicePrincipals": ("servicePrincipal", access.reading(access.APPLICATIONS)),
    "directoryObjects": ("directoryObject", access.reading(access.DIRECTORY)),
}


def _groups(tenant_id: str, object_id: str, *, secured: bool) -> Select[Any]:
    above = memberships.groups_above(tenant_id, object_id).subquery()
    query = select(above.c.id)
    if not secured:
        return query
    is_it = memberships.is_group(tenant_id, above.c.id)
    enabled = json_value(documents.c.document, "securityEnabled", "boolean")
    return query.where(select(documents.c.id).where(*is_it, enabled).exists())


def _objects(tenant_id: str, object_id: str, *, secured: bool) -> Select[Any]:
    groups = _groups(tenant_id, object_id, secured=secured)
    roles = memberships.roles_of(tenant_id, object_id)
    return union(groups, select(roles.c.id)).subquery().select()


def _route(path: str, name: str, parameter: str, above: Callable[..., Select[Any]]) -> Route:
    kind, reads = _OF[path]

    def answer(ask: Ask) -> Response:
        directory_relations.require(ask, path, (*_READS, reads))
        known = model(ask.version)
        operation = known.operation(known.types[kind], name, of_collection=False)
        given = checked_parameters(
            known, operation.parameters if operation else {}, ask.body(), name
        )
        asked = _checked(given, parameter) if parameter else None
        secured = bool(given.get("securityEnabledOnly"))
        object_id = _object_id(ask, path)
        query = above(ask.who.tenant_id, object_id, secured=secured)
        with ask.read() as connection:
            ids = sorted(connection.execute(query).scalars())
        value = ids if asked is None else [each for each in asked if each in set(ids)]
        return shown({"@odata.context": ask.context("Collection(Edm.String)"), "value": value})

    return Route("POST", f"{path}/{{}}/{name}", answer)


def _object_id(ask: Ask, path: str) -> str:
    if path != "directoryObjects":
        return directory_relations.object_id(ask, path)
    with ask.read() as connection:
        return directory_objects.found(connection, ask, ask.keys[0])[1]


def _checked(given: dict[str, Any], parameter: str) -> list[str]:
    """The ids that are asked about. Raises BadInDirectory for none and for too many."""
    ids = given.get(parameter) or []
    if not 0 < len(ids) <= _MOST_CHECKED:
        message = f"The parameter {parameter} has to have from 1 to {_MOST_CHECKED} ids."
        raise BadInDirectory(message, [Detail(f"/{parameter}", "a list of ids is expected")])
    return list(dict.fromkeys(each.lower() for each in ids))


ROUTES = tuple(
    _route(path, *operation)
    for path in _OF
    for operation in (
        ("getMemberGroups", "", _groups),
        ("getMemberObjects", "", _objects),
        ("checkMemberGroups", "groupIds", _groups),
        ("checkMemberObjects", "ids", _objects),
    )
)
