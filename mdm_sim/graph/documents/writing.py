"""Documents made and changed: with what is given in them, their references, effects and entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

import orjson
from sqlalchemy.engine import Row

from mdm_sim.graph.documents import rows, tables
from mdm_sim.graph.documents.behaviours import Behaviours, Document, Spot
from mdm_sim.graph.edm.checking import Checked, texts
from mdm_sim.graph.edm.model import NAMESPACE, Shape, Type
from mdm_sim.graph.resolving import Place
from mdm_sim.messages import Detail, Malformed
from mdm_sim.policy.rows import NEVER
from mdm_sim.store import audit
from mdm_sim.store.work import Work

_NEVER = {name for row in NEVER for name in row.facts}
# What the service says itself, whatever a body says.
_COMPUTED = {"createdDateTime", "lastModifiedDateTime", "isAssigned", "settingCount"}
# Targets that are no groups have ids of their own in Intune.
_BUILT_IN = {
    "allDevicesAssignmentTarget": "adadadad-808e-44e2-905a-0b7873a8a531",
    "allLicensedUsersAssignmentTarget": "acacacac-9df4-4c7d-9d50-4ef0226f57a9",
}
# Microsoft's catalogues, whose objects have ids of their own that others refer to.
_CATALOGUES = (
    "deviceManagement/categories*",
    "deviceManagement/complianceCategories*",
    "deviceManagement/complianceSettings",
    "deviceManagement/configurationCategories*",
    "deviceManagement/configurationPolicyTemplates*",
    "deviceManagement/configurationSettings",
    "deviceManagement/groupPolicyCategories*",
    "deviceManagement/groupPolicyDefinition*",
    "deviceManagement/reusableSettings",
    "deviceManagement/settingDefinitions",
    "deviceManagement/templateSettings",
    "deviceManagement/templates*",
    "deviceAppManagement/mobileAppCatalogPackages",
    "subscribedSkus",
    "domains",
)


def require_collectable(body: Mapping[str, Any]) -> None:
    """Raise Malformed where a body names what is never collected, at any depth."""
    if _NEVER & set(texts(body)):
        message = "A property of the request is of data that is never collected."
        raise Malformed(message)


def is_catalogue(path: str) -> bool:
    """Whether the objects at a path are Microsoft's own, with the ids that they have there."""
    return any(fnmatchcase(path, pattern) for pattern in _CATALOGUES)


def is_computed(kind: Type, name: str, shape: Shape) -> bool:
    """Whether the service sets a property itself: a version is a count, or the policy's etag."""
    if name == "version":
        return shape.kind == "Int32" or kind.is_a("managedAppPolicy")
    return name in _COMPUTED


def values_of(found: Checked) -> dict[str, Any]:
    """What of a body is stored."""
    return {
        name: value
        for name, value in found.values.items()
        if not is_computed(found.kind, name, found.kind.properties[name])
    }


def as_document(found: Checked) -> Document:
    """A body as behaviours look at it, with the objects that are given in it."""
    inner = {name: [as_document(each) for each in given] for name, given in found.inner.items()}
    own = {"id": found.key} if found.key else {}
    return {"@odata.type": f"#{NAMESPACE}.{found.kind.name}", **own, **values_of(found), **inner}


def make(work: Work, behaviours: Behaviours, path: str, parent_id: str, found: Checked) -> str:
    """Store a new document with what is given in it; returns its id. Raises Malformed, Conflict."""
    behaviour, document = behaviours.of(path), as_document(found)
    behaviour.check(document)
    behaviour.check_new(document)
    document_id = _new_id(work, behaviours, path, parent_id, document)
    if path.endswith("/assignments"):
        document_id = _assignment_id(work, path, parent_id, document)
    if found.key and is_catalogue(path):
        document_id = found.key
    spot = Spot(path, parent_id, document_id)
    values = {**behaviour.defaults, **values_of(found), **behaviour.own(work, spot, document)}
    rows.add(work, path, parent_id, document_id, found.kind, values, behaviour.key(document))
    _put_inner(work, behaviours, path, whole_id(parent_id, document_id), found)
    behaviour.effect(work, document_id, document)
    return document_id


def _new_id(
    work: Work, behaviours: Behaviours, path: str, parent_id: str, document: Document
) -> str:
    behaviour = behaviours.of(path)
    if behaviour.numbered is not None:
        return behaviour.numbered(work, parent_id, document)
    return behaviour.new_id(work, document)


def _assignment_id(work: Work, path: str, parent_id: str, document: Document) -> str:
    """An assignment is called after what is assigned and to whom, with a number if need be."""
    target = document.get("target")
    if target is None:
        message = "An assignment needs a target."
        raise Malformed(message, [Detail("/target", "a target is expected")])
    kind = str(target.get("@odata.type", "")).rpartition(".")[2]
    whom = target.get("groupId") or _BUILT_IN.get(kind) or work.new_id()
    base = number = f"{parent_id.replace('/', '_')}_{whom}"
    count = 0
    while rows.find(work.connection, work.tenant_id, path, parent_id, number):
        count += 1
        number = f"{base}_{count}"
    return number


def whole_id(parent_id: str, document_id: str) -> str:
    """The keys of a document's path: what is below it is stored under them."""
    if document_id == rows.SINGLE:
        return parent_id
    return f"{parent_id}/{document_id}" if parent_id else document_id


def _put_inner(work: Work, behaviours: Behaviours, path: str, whole: str, found: Checked) -> None:
    """Put the objects and references that are given in a body in the place of those before."""
    for name, given in found.inner.items():
        rows.remove_all(work, f"{path}/{name}", whole)
        is_many = found.kind.navigations[name].is_collection
        for each in given:
            if is_many:
                make(work, behaviours, f"{path}/{name}", whole, each)
            else:
                put_single(work, behaviours, f"{path}/{name}", whole, each)
    for name, ids in found.bound.items():
        rows.release(work, f"{path}/{name}", whole)
        for target_id in ids:
            rows.refer(work, f"{path}/{name}", whole, target_id)


def put_single(
    work: Work, behaviours: Behaviours, path: str, parent_id: str, found: Checked
) -> None:
    """Store the one object there is at a path, or change it."""
    row = rows.find(work.connection, work.tenant_id, path, parent_id, rows.SINGLE)
    if row is not None:
        alter(work, behaviours, row, found)
        return
    behaviour, document = behaviours.of(path), as_document(found)
    behaviour.check(document)
    spot = Spot(path, parent_id, rows.SINGLE)
    values = {**behaviour.defaults, **values_of(found), **behaviour.own(work, spot, document)}
    rows.add(work, path, parent_id, rows.SINGLE, found.kind, values)
    _put_inner(work, behaviours, path, parent_id, found)
    behaviour.effect(work, rows.SINGLE, document)


def alter(
    work: Work, behaviours: Behaviours, row: Row[Any], found: Checked, *, replaces: bool = False
) -> None:
    """Change what a body gives of a document and leave the rest, unless it `replaces` all."""
    behaviour = behaviours.of(row.collection)
    before = orjson.loads(row.document)
    values = {**({} if replaces else before), **values_of(found)}
    document = {**as_document(found), **values}
    behaviour.check(document)
    spot = Spot(row.collection, row.parent_id, row.id, before)
    values |= behaviour.own(work, spot, document)
    rows.change(work, row, values, behaviour.key(document))
    _put_inner(work, behaviours, row.collection, whole_id(row.parent_id, row.id), found)
    behaviour.effect(work, row.id, document)


def record(
    work: Work,
    place: Place,
    task: audit.Task,
    verb: str,
    document_id: str,
    names: Iterable[str] = (),
    word: str = "set",
) -> None:
    """Add the audit entry of a change: names of Graph's own, never values."""
    entity = place.kind.name[0].upper() + place.kind.name[1:]
    resource = document_id if document_id != rows.SINGLE else place.parent_id or entity
    changes = dict.fromkeys(names, word)
    entry = audit.Entry(
        task, f"{verb} {entity}", tables.category(place.path), entity, resource, changes
    )
    work.record(entry)
