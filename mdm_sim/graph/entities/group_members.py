"""Members and owners of groups, added and removed by reference.

The directory's rules: a Microsoft 365 group has users alone, and is in no other group; owners are
users or applications; nobody is put into a dynamic group by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import select

from mdm_sim import memberships
from mdm_sim.graph.asking import Ask
from mdm_sim.graph.entities import directory_objects
from mdm_sim.graph.entities.directory_kinds import MISSING
from mdm_sim.graph.entities.directory_tables import GROUPS
from mdm_sim.messages import BadInDirectory, Detail, Forbidden, NotInDirectory
from mdm_sim.store.tables import documents, references
from mdm_sim.store.work import Work

UNIFIED, DYNAMIC = "Unified", "DynamicMembership"
WRITTEN = {"members": memberships.MEMBERS, "owners": memberships.OWNERS}
_MOST = 20
_MAY_BE = {
    "members": ("user", "group", "device", "servicePrincipal"),
    "owners": ("user", "servicePrincipal"),
}
_DENIED = "Insufficient privileges to complete the operation."


@dataclass(frozen=True, slots=True)
class Joining:
    """What is joined: a relation of a group, as the group is stored."""

    relation: str
    group_id: str
    group: Mapping[str, Any]


def require_few(relation: str, keys: Sequence[str]) -> None:
    """Raise BadInDirectory for more references than one request may add."""
    if len(keys) > _MOST:
        message = f"At most {_MOST} references are expected for property '{relation}'."
        raise BadInDirectory(message, [Detail(f"/{relation}@odata.bind", "too many references")])


def add(ask: Ask, work: Work, joining: Joining, keys: Sequence[str]) -> None:
    """Add objects to a group.

    Raises NotInDirectory, BadInDirectory for whoever may not be in it or is already, and Forbidden
    for a dynamic group.
    """
    if joining.relation == "members" and DYNAMIC in joining.group["groupTypes"]:
        raise Forbidden(_DENIED)
    ids = [_fitting(ask, work, joining, key) for key in dict.fromkeys(keys)]
    relation = WRITTEN[joining.relation]
    there = select(references.c.target_id).where(
        references.c.tenant_id == work.tenant_id,
        references.c.collection == relation,
        references.c.source_id == joining.group_id,
        references.c.target_id.in_(ids),
    )
    if len(set(ids)) < len(ids) or work.connection.execute(there).first():
        message = (
            "One or more added object references already exist for the following modified "
            f"properties: '{joining.relation}'."
        )
        raise BadInDirectory(message)
    memberships.add(work, relation, joining.group_id, ids)


def remove(ask: Ask, work: Work, joining: Joining, key: str) -> None:
    """Take an object out of a group. Raises NotInDirectory, and Forbidden for a dynamic group."""
    if joining.relation == "members" and DYNAMIC in joining.group["groupTypes"]:
        raise Forbidden(_DENIED)
    _, object_id = directory_objects.found(work.connection, ask, key)
    if not memberships.remove(work, WRITTEN[joining.relation], joining.group_id, object_id):
        raise NotInDirectory(MISSING)


def _fitting(ask: Ask, work: Work, joining: Joining, key: str) -> str:
    """The id of an object that may be in the group."""
    kind, object_id = directory_objects.found(work.connection, ask, key)
    is_unified = UNIFIED in joining.group["groupTypes"]
    fits = kind.name in _MAY_BE[joining.relation] and object_id != joining.group_id
    if joining.relation == "members" and is_unified:
        fits = kind.name == "user"
    if kind is GROUPS and fits:
        fits = UNIFIED not in _types(work, object_id)
    if not fits:
        message = (
            "An invalid value was specified for one or more references of property "
            f"'{joining.relation}'."
        )
        raise BadInDirectory(message, [Detail(f"/{joining.relation}", "another kind of object")])
    return object_id


def _types(work: Work, group_id: str) -> list[str]:
    query = select(documents.c.document).where(*memberships.is_group(work.tenant_id, group_id))
    types: list[str] = orjson.loads(work.connection.execute(query).scalar_one())["groupTypes"]
    return types
