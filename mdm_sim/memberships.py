"""What directory objects are to one another: members and owners of groups, managers, roles.

A group's members are kept as references. Who has a role follows from the users themselves; what a
dynamic group's rule says is kept and never evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    union,
)

from mdm_sim.store.engine import scrub_after
from mdm_sim.store.tables import documents, references, users
from mdm_sim.store.work import Work

GROUPS, DELETED_GROUPS = "groups", "directory/deletedItems/groups"
MEMBERS, OWNERS, MANAGER = "groups/members", "groups/owners", "users/manager"


@dataclass(frozen=True, slots=True)
class Role:
    """A role of the directory; every admin has each of them."""

    template_id: str
    name: str
    description: str

    def id_in(self, tenant_id: str) -> str:
        """The id of the role's object in a tenant."""
        return str(uuid5(UUID(tenant_id), self.template_id))


ROLES = (
    Role(
        "62e90394-69f5-4237-9190-012177145e10",
        "Global Administrator",
        "Can manage all aspects of Microsoft Entra ID and Microsoft services that use Microsoft "
        "Entra identities.",
    ),
    Role(
        "3a2c62db-5318-420d-8d74-23affee5d9d5",
        "Intune Administrator",
        "Can manage all aspects of the Intune product.",
    ),
)


def is_group(tenant_id: str, group_id: ColumnElement[str] | str) -> tuple[ColumnElement[bool], ...]:
    """The conditions of `documents` being the row of a group that is not deleted."""
    return (
        documents.c.tenant_id == tenant_id,
        documents.c.collection == GROUPS,
        documents.c.parent_id == "",
        documents.c.id == group_id,
    )


def _edges(tenant_id: str, relation: str) -> tuple[ColumnElement[bool], ...]:
    return (references.c.tenant_id == tenant_id, references.c.collection == relation)


def targets(tenant_id: str, relation: str, source_id: str) -> Select[str]:
    """SQL: the ids of what an object refers to."""
    return select(references.c.target_id.label("id")).where(
        *_edges(tenant_id, relation), references.c.source_id == source_id
    )


def pairs(tenant_id: str, relation: str, *, upwards: bool = False) -> Select[str, str]:
    """SQL: all of a relation, as the `id` of what is referred to and its `parent`.

    `upwards` turns it round: the parent is the member, the id that of its group.
    """
    ends = (references.c.target_id, references.c.source_id)
    end, begin = reversed(ends) if upwards else ends
    return select(end.label("id"), begin.label("parent")).where(*_edges(tenant_id, relation))


def members_below(tenant_id: str, group_id: str) -> Select[str]:
    """SQL: the ids of a group's members and of theirs, each once, in whatever circle they stand."""
    found = targets(tenant_id, MEMBERS, group_id).cte("below", recursive=True)
    deeper = (
        select(references.c.target_id)
        .join(found, references.c.source_id == found.c.id)
        .join(documents, _joins(tenant_id, references.c.source_id))
        .where(*_edges(tenant_id, MEMBERS))
    )
    found = found.union(deeper)
    return select(found.c.id).where(found.c.id != group_id)


def groups_of(tenant_id: str, object_id: str) -> Select[str]:
    """SQL: the ids of the groups that an object is itself a member of."""
    return (
        select(references.c.source_id.label("id"))
        .join(documents, _joins(tenant_id, references.c.source_id))
        .where(*_edges(tenant_id, MEMBERS), references.c.target_id == object_id)
    )


def groups_above(tenant_id: str, object_id: str) -> Select[str]:
    """SQL: the ids of the groups that an object is in, itself or through other groups."""
    found = groups_of(tenant_id, object_id).cte("above", recursive=True)
    higher = (
        select(references.c.source_id)
        .join(found, references.c.target_id == found.c.id)
        .join(documents, _joins(tenant_id, references.c.source_id))
        .where(*_edges(tenant_id, MEMBERS))
    )
    found = found.union(higher)
    return select(found.c.id).where(found.c.id != object_id)


def _joins(tenant_id: str, group_id: ColumnElement[str]) -> ColumnElement[bool]:
    first, *others = is_group(tenant_id, group_id)
    for each in others:
        first = first & each
    return first


def _admins(tenant_id: str) -> Select[str]:
    return select(users.c.id.label("id")).where(
        users.c.tenant_id == tenant_id, users.c.is_admin, users.c.deleted_at.is_(None)
    )


def admins(tenant_id: str, role_id: str) -> Select[str]:
    """SQL: the ids of who has a role."""
    known = role_id in {role.id_in(tenant_id) for role in ROLES}
    return _admins(tenant_id) if known else _admins(tenant_id).where(literal(value=False))


def roles_of(tenant_id: str, object_id: str) -> Subquery:
    """SQL: the ids of the roles that an object has."""
    has_them = _admins(tenant_id).where(users.c.id == object_id).exists()
    each = (select(literal(role.id_in(tenant_id)).label("id")).where(has_them) for role in ROLES)
    return union(*each).subquery()


def add(work: Work, relation: str, source_id: str, target_ids: Iterable[str]) -> None:
    """Make an object refer to others, to which it does not refer yet."""
    rows = [
        {
            "tenant_id": work.tenant_id,
            "collection": relation,
            "source_id": source_id,
            "target_id": target_id,
        }
        for target_id in target_ids
    ]
    if rows:
        work.connection.execute(insert(references), rows)


def remove(work: Work, relation: str, source_id: str, target_id: str | None = None) -> int:
    """Remove an object's reference to another, or to all; returns how many there were."""
    named = [] if target_id is None else [references.c.target_id == target_id]
    return work.connection.execute(
        delete(references).where(
            *_edges(work.tenant_id, relation), references.c.source_id == source_id, *named
        )
    ).rowcount


def forget(work: Work, object_id: str) -> int:
    """Remove every reference to and from an object that ends, and what is kept below it.

    Returns how many references there were.
    """
    ends = or_(references.c.source_id == object_id, references.c.target_id == object_id)
    gone = work.connection.execute(
        delete(references).where(references.c.tenant_id == work.tenant_id, ends)
    ).rowcount
    below = documents.c.parent_id.startswith(f"{object_id}/", autoescape=True)
    work.connection.execute(
        delete(documents).where(
            documents.c.tenant_id == work.tenant_id,
            documents.c.collection.startswith("users/"),
            or_(documents.c.parent_id == object_id, below),
        )
    )
    scrub_after(work.connection)
    return gone


def erase_group(work: Work, group_id: str) -> None:
    """Remove a deleted group with everything that refers to it."""
    work.connection.execute(
        delete(documents).where(
            documents.c.tenant_id == work.tenant_id,
            documents.c.collection == DELETED_GROUPS,
            documents.c.id == group_id,
        )
    )
    forget(work, group_id)


def held(connection: Connection, tenant_id: str, object_id: str) -> list[dict[str, Any]]:
    """Every relation of an object: which one, to what or of what, and a group's name."""
    others = or_(references.c.source_id == object_id, references.c.target_id == object_id)
    named = func.json_extract(documents.c.document, "$.displayName")
    query = (
        select(references, named.label("name"))
        .outerjoin(
            documents,
            (documents.c.tenant_id == references.c.tenant_id)
            & documents.c.collection.in_([GROUPS, DELETED_GROUPS])
            & (documents.c.id == references.c.source_id),
        )
        .where(references.c.tenant_id == tenant_id, others)
        .order_by(references.c.collection, references.c.source_id, references.c.target_id)
    )
    return [
        {
            "relation": row.collection,
            "ofId": row.source_id,
            "toId": row.target_id,
            "displayName": row.name,
        }
        for row in connection.execute(query)
    ]
