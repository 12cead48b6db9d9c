"""groups: made, changed, deleted and restored, by the rules that the directory has for them.

Security groups and Microsoft 365 groups. A dynamic group is kept with its rule; who is in it is
not worked out, and nobody can be put into it. What is deleted waits for 30 days.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from flask import Response
from sqlalchemy import insert, select, update

from mdm_sim import access, memberships
from mdm_sim.graph import listing
from mdm_sim.graph.asking import Ask, done, shown
from mdm_sim.graph.entities import group_members
from mdm_sim.graph.entities.directory_kinds import MISSING, collection, find
from mdm_sim.graph.entities.directory_tables import GROUPS
from mdm_sim.graph.entities.group_rules import Change, completed, read, require_whole
from mdm_sim.graph.entities.referred import named, referred
from mdm_sim.graph.routing import Route
from mdm_sim.messages import NotInDirectory
from mdm_sim.store import audit
from mdm_sim.store.engine import scrub_after
from mdm_sim.store.tables import documents
from mdm_sim.store.work import Work

WRITE = access.writing(access.GROUPS)
_JOINING = (access.writing(access.MEMBERS), WRITE)
_KIND = "#microsoft.graph.group"


def _create(ask: Ask) -> Response:
    ask.require(WRITE)
    change = read(ask)
    group = {"groupTypes": [], **change.values}
    require_whole(group)
    with ask.work() as work:
        group_id = work.new_id()
        work.connection.execute(
            insert(documents),
            {
                "tenant_id": work.tenant_id,
                "collection": memberships.GROUPS,
                "parent_id": "",
                "id": group_id,
                "natural_key": None,
                "odata_type": _KIND,
                "document": orjson.dumps(completed(group)).decode(),
                "version": 1,
                "created_at": work.now,
                "updated_at": work.now,
            },
        )
        _add(ask, work, group_id, group, change)
        _record(work, audit.Task.CREATE, "Create", group_id, change.names)
        item = listing.fetch(work.connection, ask, collection(ask, GROUPS), group_id)
    return shown({"@odata.context": ask.context("groups", "$entity"), **item}, 201)


def _patch(ask: Ask) -> Response:
    ask.require(WRITE)
    change = read(ask)
    with ask.work() as work:
        group_id, group = load(ask, work)
        group = {"groupTypes": [], **group, **change.values}
        require_whole(group)
        if change.values:
            work.connection.execute(
                update(documents)
                .where(*memberships.is_group(work.tenant_id, group_id))
                .values(
                    document=orjson.dumps(completed(group)).decode(),
                    version=documents.c.version + 1,
                    updated_at=work.now,
                )
            )
            scrub_after(work.connection)
        _add(ask, work, group_id, group, change)
        if change.names:
            _record(work, audit.Task.UPDATE, "Patch", group_id, change.names)
    return done()


def _add(ask: Ask, work: Work, group_id: str, group: Mapping[str, Any], change: Change) -> None:
    for name, keys in change.added.items():
        group_members.add(ask, work, group_members.Joining(name, group_id, group), keys)


def load(ask: Ask, work: Work) -> tuple[str, dict[str, Any]]:
    """The group that a path names first, as it is stored. Raises NotInDirectory."""
    group_id = find(work.connection, ask, GROUPS, ask.keys[0])
    query = select(documents.c.document).where(*memberships.is_group(work.tenant_id, group_id))
    group: dict[str, Any] = orjson.loads(work.connection.execute(query).scalar_one())
    return group_id, group


def _add_one(relation: str) -> Callable[[Ask], Response]:
    def add(ask: Ask) -> Response:
        ask.require(*_JOINING)
        key = referred(ask)
        with ask.work() as work:
            group_id, group = load(ask, work)
            group_members.add(ask, work, group_members.Joining(relation, group_id, group), [key])
            _record(work, audit.Task.ASSIGN, f"Add {relation}", group_id, [relation])
        return done()

    return add


def _remove_one(relation: str) -> Callable[[Ask], Response]:
    def remove(ask: Ask) -> Response:
        ask.require(*_JOINING)
        key = named(ask)
        with ask.work() as work:
            group_id, group = load(ask, work)
            joining = group_members.Joining(relation, group_id, group)
            group_members.remove(ask, work, joining, key)
            _record(work, audit.Task.ASSIGN, f"Remove {relation}", group_id, [relation], "cleared")
        return done()

    return remove


def _delete(ask: Ask) -> Response:
    """Into the deleted items; who was in it is in it again when it is restored."""
    ask.require(WRITE)
    with ask.work() as work:
        group_id = find(work.connection, ask, GROUPS, ask.keys[0])
        _move(work, group_id, memberships.GROUPS, memberships.DELETED_GROUPS)
        _record(work, audit.Task.DELETE, "Delete", group_id)
    return done()


def _move(work: Work, group_id: str, home: str, to: str) -> None:
    this = (documents.c.tenant_id == work.tenant_id, documents.c.collection == home)
    work.connection.execute(
        update(documents)
        .where(*this, documents.c.id == group_id)
        .values(collection=to, updated_at=work.now)
    )


def restore(ask: Ask, work: Work, group_id: str) -> dict[str, Any]:
    """A deleted group back among the others, as it shows then."""
    _move(work, group_id, memberships.DELETED_GROUPS, memberships.GROUPS)
    _record(work, audit.Task.MANAGE, "restore", group_id)
    return listing.fetch(work.connection, ask, collection(ask, GROUPS), group_id)


def erase(work: Work, group_id: str) -> None:
    """A deleted group gone for good."""
    memberships.erase_group(work, group_id)
    _record(work, audit.Task.DELETE, "erase", group_id)


def require_deleted(work: Work, group_id: str) -> None:
    """Raise NotInDirectory unless this group waits among the deleted items."""
    query = select(documents.c.id).where(
        documents.c.tenant_id == work.tenant_id,
        documents.c.collection == memberships.DELETED_GROUPS,
        documents.c.id == group_id,
    )
    if work.connection.execute(query).first() is None:
        raise NotInDirectory(MISSING)


def _record(
    work: Work,
    task: audit.Task,
    verb: str,
    group_id: str,
    names: Sequence[str] = (),
    word: str = "set",
) -> None:
    changes = dict.fromkeys(names, word)
    work.record(audit.Entry(task, f"{verb} Group", "Other", "Group", group_id, changes))


ROUTES = (
    Route("POST", "groups", _create),
    Route("PATCH", "groups/{}", _patch),
    Route("DELETE", "groups/{}", _delete),
    *(
        Route(*route)
        for relation in group_members.WRITTEN
        for route in (
            ("POST", f"groups/{{}}/{relation}/$ref", _add_one(relation)),
            ("DELETE", f"groups/{{}}/{relation}/$ref", _remove_one(relation)),
            ("DELETE", f"groups/{{}}/{relation}/{{}}/$ref", _remove_one(relation)),
        )
    ),
)
