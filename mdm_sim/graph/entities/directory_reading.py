"""The directory's entity sets, read: lists, numbers, and objects by their keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from flask import Response

from mdm_sim import access
from mdm_sim.graph import listing
from mdm_sim.graph.asking import Ask, done
from mdm_sim.graph.edm.checking import checked, checked_parameters
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.entities import (
    directory_kinds,
    directory_objects,
    directory_relations,
    directory_told,
)
from mdm_sim.graph.entities.directory_kinds import Kind, collection
from mdm_sim.graph.entities.users import user_id_of
from mdm_sim.graph.resolving import Target
from mdm_sim.graph.routing import Route
from mdm_sim.messages import BadInDirectory, Detail
from mdm_sim.store import audit

_MOST_IDS = 1000
_TOLD = {
    "applications": directory_told.applications,
    "organization": directory_told.organization,
    "domains": directory_told.domains,
    "subscribedSkus": directory_told.products,
}
KINDS: Mapping[str, Callable[[Ask], Kind]] = {
    **directory_relations.KINDS,
    **{path: partial(directory_told.told, make=make) for path, make in _TOLD.items()},
}


def _reading(path: str) -> tuple[Route, ...]:
    make = KINDS[path]

    def objects(ask: Ask, kind: Kind) -> listing.Collection:
        return collection(ask, kind, directory_relations.Navigations(ask, path))

    def page(ask: Ask) -> Response:
        kind = make(ask)
        ask.require(*kind.reads)
        return directory_kinds.page(ask, objects(ask, kind))

    def count(ask: Ask) -> Response:
        kind = make(ask)
        ask.require(*kind.reads)
        return directory_kinds.count(ask, objects(ask, kind))

    def one(ask: Ask) -> Response:
        kind = make(ask)
        directory_relations.require(ask, path, kind.reads)
        return listing.one(ask, objects(ask, kind), _key(ask, kind))

    return (
        Route("GET", path, page),
        Route("GET", f"{path}/$count", count),
        Route("GET", f"{path}/{{}}", one),
    )


def _key(ask: Ask, kind: Kind) -> str:
    if kind.path == "users":
        return user_id_of(ask, ask.keys[0])
    with ask.read() as connection:
        return directory_kinds.find(connection, ask, kind, ask.keys[0])


def is_part(target: Target) -> bool:
    """Whether a path names a property of an object of one of these entity sets."""
    return bool(target.members) and target.key is not None and target.place.path in KINDS


def part_of(ask: Ask, target: Target) -> tuple[Target, listing.Collection]:
    """What a path to a property names, by the object's own id, and where the object is."""
    kind = KINDS[target.place.path](ask)
    ask = replace(ask, keys=(str(target.key),))
    directory_relations.require(ask, kind.path, kind.reads)
    whole = replace(kind, basic=frozenset())
    return replace(target, key=_key(ask, kind)), collection(ask, whole)


def _objects(ask: Ask) -> Response:
    ask.require(access.reading(access.DIRECTORY))
    every = directory_objects.every(ask)
    return directory_kinds.page(ask, directory_objects.among(ask, every))


def _object(ask: Ask) -> Response:
    ask.require(access.reading(access.DIRECTORY))
    ids = directory_objects.given([ask.keys[0].lower()])
    return directory_kinds.one(ask, directory_objects.among(ask, ids))


def _by_ids(ask: Ask) -> Response:
    """Objects by their ids, in one answer; who is not there is passed over."""
    ask.require(access.reading(access.DIRECTORY))
    known = model(ask.version)
    operation = known.operation(known.types["directoryObject"], "getByIds", of_collection=True)
    parameters = operation.parameters if operation else {}
    told = checked_parameters(known, parameters, ask.body(), "getByIds")
    ids, types = told.get("ids") or [], {each.lower() for each in told.get("types") or []}
    if not 0 < len(ids) <= _MOST_IDS:
        message = f"From 1 to {_MOST_IDS} ids are expected."
        raise BadInDirectory(message, [Detail("/ids", "a list of ids is expected")])
    every = types in (set(), {"directoryobject"})
    sought = [kind for kind in directory_objects.kinds(ask) if every or kind.name.lower() in types]
    if not sought:
        message = "The types of directory objects are expected."
        raise BadInDirectory(message, [Detail("/types", "user, group or device, for example")])
    wanted = directory_objects.given([each.lower() for each in ids])
    found = directory_objects.among(ask, wanted, sought)
    return listing.page(ask, replace(found, page_size=_MOST_IDS, most=_MOST_IDS))


def _role_assignments(ask: Ask) -> Response:
    ask.require(access.reading(access.APPLICATIONS))
    principal_id = _key(ask, KINDS["servicePrincipals"](ask))
    with ask.read() as connection:
        kind = directory_told.role_assignments(connection, ask.who.tenant_id, principal_id)
    name = f"servicePrincipals('{principal_id}')/{kind.path}"
    found = replace(collection(ask, kind), name=name)
    if len(ask.keys) > 1:
        return directory_kinds.one(ask, found.within(kind.key == ask.keys[1]))
    return directory_kinds.page(ask, found)


def _patch_organization(ask: Ask) -> Response:
    """Of the contacts that an organization may state nothing is kept but a page's address."""
    ask.require(access.writing(access.ORGANIZATION))
    known, kind = model(ask.version), KINDS["organization"](ask)
    found = checked(known, known.types["organization"], ask.body())
    tenant_id = _key(ask, kind)
    profile = found.values.get("privacyProfile")
    if profile is not None:
        kept = {"privacyProfile": {"statementUrl": profile.get("statementUrl")}}
        with ask.work() as work:
            directory_told.keep_organization(work, kept)
            changes = {"privacyProfile": "set"}
            entry = ("Other", "Organization", tenant_id, changes)
            work.record(audit.Entry(audit.Task.UPDATE, "Patch Organization", *entry))
    return done()


ROUTES = (
    *(route for path in KINDS for route in _reading(path)),
    Route("GET", "directoryObjects", _objects),
    Route("GET", "directoryObjects/{}", _object),
    Route("POST", "directoryObjects/getByIds", _by_ids),
    Route("GET", "servicePrincipals/{}/appRoleAssignments", _role_assignments),
    Route("GET", "servicePrincipals/{}/appRoleAssignments/{}", _role_assignments),
    Route("PATCH", "organization/{}", _patch_organization),
)
