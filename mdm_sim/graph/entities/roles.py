"""Roles and scope tags: built-in ones that stay as they are, assignments, effective permissions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response
from sqlalchemy import Connection, delete
from sqlalchemy.engine import Row

from mdm_sim.graph import listing
from mdm_sim.graph.asking import Ask, shown
from mdm_sim.graph.documents import rows
from mdm_sim.graph.documents.behaviours import Behaviour, Document, Spot
from mdm_sim.graph.documents.operations import Served
from mdm_sim.graph.documents.tables import DM
from mdm_sim.graph.edm.model import NAMESPACE, model
from mdm_sim.graph.entities import acting
from mdm_sim.graph.resolving import Target, resolve
from mdm_sim.messages import Malformed, NotFound
from mdm_sim.store.tables import documents, references
from mdm_sim.store.work import Work

DEFINITIONS, ASSIGNMENTS = f"{DM}/roleDefinitions", f"{DM}/roleAssignments"
TAGS, OPERATIONS = f"{DM}/roleScopeTags", f"{DM}/resourceOperations"
_OF_ASSIGNMENT = f"{ASSIGNMENTS}/roleDefinition"
_OF_DEFINITION = f"{DEFINITIONS}/roleAssignments"
_MOST_IDS = 500


def _built_in() -> Malformed:
    message = "A built-in object cannot be changed or deleted."
    return Malformed(message)


def _deletable(_connection: Connection, row: Row[Any]) -> None:
    if acting.values_of(row).get("isBuiltIn"):
        raise _built_in()


def _definition(_work: Work, spot: Spot, role: Document) -> Mapping[str, Any]:
    """A role's permissions in both forms that beta has for them."""
    if (spot.before or {}).get("isBuiltIn"):
        raise _built_in()
    before = (spot.before or {}).get("rolePermissions")
    given = role.get("rolePermissions") or []
    if not given or (given == before and role.get("permissions")):
        given = role.get("permissions") or given
    return {"isBuiltIn": False, "isBuiltInRoleDefinition": False, **both_forms(given)}


def both_forms(permissions: list[dict[str, Any]]) -> dict[str, Any]:
    """Permissions as resource actions and as plain actions, whichever of them is given."""
    found = []
    for each in permissions:
        resources = each.get("resourceActions") or []
        allowed = [name for one in resources for name in one.get("allowedResourceActions") or ()]
        actions = each.get("actions") or allowed
        plain = [{"allowedResourceActions": actions, "notAllowedResourceActions": []}]
        found.append({"actions": actions, "resourceActions": resources or plain})
    return {"rolePermissions": found, "permissions": found}


def _assigned(work: Work, assignment_id: str, _assignment: Document | None) -> None:
    """A role leads back to its assignments."""
    back = (
        references.c.tenant_id == work.tenant_id,
        references.c.collection == _OF_DEFINITION,
        references.c.target_id == assignment_id,
    )
    work.connection.execute(delete(references).where(*back))
    bound = rows.targets(work.connection, work.tenant_id, _OF_ASSIGNMENT, assignment_id)
    for definition_id in list(bound):
        rows.refer(work, _OF_DEFINITION, definition_id, assignment_id)


def _next_tag(work: Work, _parent_id: str, _tag: Document) -> str:
    found = rows.children(work.connection, work.tenant_id, TAGS, "")
    return str(max((int(row.id) for row in found if row.id.isdigit()), default=0) + 1)


def _tag(_work: Work, spot: Spot, _tag: Document) -> Mapping[str, Any]:
    if (spot.before or {}).get("isBuiltIn"):
        raise _built_in()
    return {"isBuiltIn": False}


def _every_action(ask: Ask) -> list[str]:
    """What a caller who may do anything here may do."""
    with ask.read() as connection:
        found = rows.children(connection, ask.who.tenant_id, OPERATIONS, "")
    return [row.id for row in found]


def _permissions(ask: Ask, _target: Target, _given: Mapping[str, Any]) -> Response:
    """The caller's permissions: an administrator's, who alone gets here."""
    actions = _every_action(ask)
    known = model(ask.version)
    kind = known.types["rolePermission"]
    both = both_forms([{"actions": actions}])["permissions"]
    found = [{name: each[name] for name in kind.properties} for each in both]
    context = ask.context(f"Collection({NAMESPACE}.rolePermission)")
    return shown({"@odata.context": context, "value": found})


def _tags(ask: Ask, ids: list[str]) -> Response:
    target = resolve(model(ask.version), TAGS)
    if target is None or len(ids) > _MOST_IDS:
        raise NotFound(rows.MISSING)
    collection = acting.SHELVES[ask.version].of(target).within(documents.c.id.in_(ids))
    with ask.read() as connection:
        found = listing.every(connection, ask, collection)
    context = ask.context(f"Collection({NAMESPACE}.roleScopeTag)")
    return shown({"@odata.context": context, "value": found})


def _tags_by_ids(ask: Ask, _target: Target, given: Mapping[str, Any]) -> Response:
    text = str(given.get("ids") or "").strip("[]")
    return _tags(ask, [each.strip(" '\"") for each in text.split(",")])


def _tags_by_id(ask: Ask, _target: Target, given: Mapping[str, Any]) -> Response:
    return _tags(ask, list(given.get("roleScopeTagIds") or ()))


def _tags_by_resource(ask: Ask, _target: Target, _given: Mapping[str, Any]) -> Response:
    with ask.read() as connection:
        found = rows.children(connection, ask.who.tenant_id, TAGS, "")
    return _tags(ask, [row.id for row in found][:_MOST_IDS])


def _has_custom_tag(ask: Ask, _target: Target, _given: Mapping[str, Any]) -> Response:
    with ask.read() as connection:
        found = rows.children(connection, ask.who.tenant_id, TAGS, "")
    return acting.told_value(ask, "Boolean", value=any(row.id != "0" for row in found))


def _is_scoped(ask: Ask, _target: Target, _given: Mapping[str, Any]) -> Response:
    return acting.told_value(ask, "Boolean", value=True)


def _role_of_user(ask: Ask, _target: Target, given: Mapping[str, Any]) -> Response:
    """The roles that a person has by assignments that name them."""
    definitions = _roles_of(ask, str(given.get("userid") or ""))
    known = [
        {"roleDefinitionDisplayName": each.get("displayName"), "permissions": _allowed(each)}
        for each in definitions.values()
    ]
    allowed = sorted({name for each in definitions.values() for name in _allowed(each)})
    values = {"roleDefinitions": known, "permissions": allowed}
    return acting.told(ask, "deviceAndAppManagementAssignedRoleDetail", values)


def _own_roles(ask: Ask, _target: Target, _given: Mapping[str, Any]) -> Response:
    values = {"roleDefinitionIds": list(_roles_of(ask, ask.who.user_id or ""))}
    return acting.told(ask, "deviceAndAppManagementAssignedRoleDetails", values)


def _roles_of(ask: Ask, user_id: str) -> dict[str, dict[str, Any]]:
    tenant_id, found = ask.who.tenant_id, {}
    with ask.read() as connection:
        for row in rows.children(connection, tenant_id, ASSIGNMENTS, ""):
            if not user_id or user_id not in (acting.values_of(row).get("members") or []):
                continue
            for each in rows.targets(connection, tenant_id, _OF_ASSIGNMENT, row.id):
                definition = rows.find(connection, tenant_id, DEFINITIONS, "", each)
                if definition is not None:
                    found[each] = acting.values_of(definition)
    return found


def _allowed(definition: Mapping[str, Any]) -> list[str]:
    permissions = definition.get("permissions") or []
    return [name for each in permissions for name in each["actions"]]


def _scopes(ask: Ask, _target: Target, _given: Mapping[str, Any]) -> Response:
    context = ask.context("Collection(Edm.String)")
    return shown({"@odata.context": context, "value": ["/"]})


BEHAVIOURS = (
    Behaviour(DEFINITIONS, own=_definition, deletable=_deletable),
    Behaviour(ASSIGNMENTS, effect=_assigned),
    Behaviour(
        TAGS,
        numbered=_next_tag,
        own=_tag,
        deletable=_deletable,
        order=acting.BY_NUMBER,
    ),
)
SERVED = (
    Served("deviceManagement", "getEffectivePermissions", _permissions),
    Served("deviceManagement", "getRoleScopeTagsByIds", _tags_by_ids),
    Served("deviceManagement", "getRoleScopeTagsByResource", _tags_by_resource),
    Served("deviceManagement", "scopedForResource", _is_scoped),
    Served("deviceManagement", "retrieveUserRoleDetail", _role_of_user),
    Served("deviceManagement", "getAssignedRoleDetails", _own_roles),
    Served("roleScopeTag", "getRoleScopeTagsById", _tags_by_id, reads=True),
    Served("roleScopeTag", "hasCustomRoleScopeTag", _has_custom_tag),
    Served("resourceOperation", "getScopesForUser", _scopes),
)
