"""directory/deletedItems: users and groups wait here for 30 days, to be restored or erased."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response
from sqlalchemy import func, select, update

from mdm_sim import joining, memberships, rights
from mdm_sim.graph import listing
from mdm_sim.graph.asking import Ask, done, shown
from mdm_sim.graph.entities import directory_kinds, directory_objects, groups
from mdm_sim.graph.entities.directory_kinds import Kind, collection
from mdm_sim.graph.entities.directory_tables import GROUPS, PEOPLE
from mdm_sim.graph.entities.users import TAKEN, WRITE
from mdm_sim.graph.odata.properties import Property
from mdm_sim.graph.routing import Route
from mdm_sim.messages import BadInDirectory
from mdm_sim.store import audit
from mdm_sim.store.tables import documents, users
from mdm_sim.store.work import Work

_PATH = "directory/deletedItems"
_READS = (*PEOPLE.reads, *GROUPS.reads)
_WRITES = (WRITE, groups.WRITE)
_PEOPLE = replace(
    PEOPLE,
    where=lambda tenant_id: (users.c.tenant_id == tenant_id, users.c.deleted_at.is_not(None)),
    basic=PEOPLE.basic | {"deletedDateTime"},
)
_GROUPS = replace(
    GROUPS,
    own={**GROUPS.own, "deletedDateTime": Property(documents.c.updated_at, "moment")},
    where=lambda tenant_id: (
        documents.c.tenant_id == tenant_id,
        documents.c.collection == memberships.DELETED_GROUPS,
    ),
)


def _all(ask: Ask) -> listing.Collection:
    tenant_id = ask.who.tenant_id
    people = select(users.c.id.label("id")).where(*_PEOPLE.where(tenant_id))
    others = select(documents.c.id).where(*_GROUPS.where(tenant_id))
    ids = people.union_all(others).subquery().select()
    return directory_objects.among(ask, ids, (_PEOPLE, _GROUPS))


def _of(ask: Ask, kind: Kind) -> listing.Collection:
    ask.require(*kind.reads)
    return collection(ask, kind)


def _page(ask: Ask) -> Response:
    ask.require(*_READS)
    return directory_kinds.page(ask, _all(ask))


def _one(ask: Ask) -> Response:
    ask.require(*_READS)
    found = _all(ask)
    return directory_kinds.one(ask, found.within(found.key == ask.keys[0].lower()))


def _restore(ask: Ask) -> Response:
    """Back among the users, under the UPN of before, or among the groups."""
    ask.require(*_WRITES)
    object_id = ask.keys[0].lower()
    with ask.work() as work:
        upn = _upn(work, object_id)
        if upn is None:
            groups.require_deleted(work, object_id)
            ask.require(groups.WRITE)
            kind, item = GROUPS, groups.restore(ask, work, object_id)
        else:
            ask.require(WRITE)
            kind, item = PEOPLE, _restore_user(ask, work, object_id, upn)
    context = ask.context("directoryObjects", "$entity")
    return shown(
        {"@odata.context": context, "@odata.type": f"#microsoft.graph.{kind.name}", **item}
    )


def _restore_user(ask: Ask, work: Work, user_id: str, upn: str) -> dict[str, Any]:
    taken = (users.c.tenant_id == work.tenant_id, users.c.user_principal_name == upn)
    if work.connection.execute(select(users.c.id).where(*taken)).first():
        raise BadInDirectory(TAKEN)
    this = (users.c.tenant_id == work.tenant_id, users.c.id == user_id)
    work.connection.execute(
        update(users).where(*this).values(deleted_at=None, user_principal_name=upn)
    )
    joining.rejudge_owned(work, user_id)
    work.record(audit.Entry(audit.Task.MANAGE, "restore User", "Other", "User", user_id))
    return listing.fetch(work.connection, ask, collection(ask, PEOPLE), user_id)


def _upn(work: Work, user_id: str) -> str | None:
    """The UPN of before, which stands behind the id; None where no such user was deleted."""
    behind = func.substr(users.c.user_principal_name, len(user_id.replace("-", "")) + 1)
    this = (*_PEOPLE.where(work.tenant_id), users.c.id == user_id)
    upn = work.connection.execute(select(behind).where(*this)).scalar()
    return None if upn is None else str(upn)


def _erase(ask: Ask) -> Response:
    """For good: with a user goes everything that is held on the person."""
    ask.require(*_WRITES)
    object_id = ask.keys[0].lower()
    query = select(users).where(*_PEOPLE.where(ask.who.tenant_id), users.c.id == object_id)
    with ask.work() as work:
        person = work.connection.execute(query).one_or_none()
        if person is None:
            groups.require_deleted(work, object_id)
            ask.require(groups.WRITE)
            groups.erase(work, object_id)
        else:
            ask.require(WRITE)
            rights.erase(work, person, "request")
    return done()


ROUTES = (
    Route("GET", _PATH, _page),
    Route("GET", f"{_PATH}/{{}}", _one),
    # Graph wants the type of the items as a cast (`microsoft.graph.user`).
    Route("GET", f"{_PATH}/user", lambda ask: directory_kinds.page(ask, _of(ask, _PEOPLE))),
    Route("GET", f"{_PATH}/user/$count", lambda ask: directory_kinds.count(ask, _of(ask, _PEOPLE))),
    Route("GET", f"{_PATH}/group", lambda ask: directory_kinds.page(ask, _of(ask, _GROUPS))),
    Route(
        "GET", f"{_PATH}/group/$count", lambda ask: directory_kinds.count(ask, _of(ask, _GROUPS))
    ),
    Route("POST", f"{_PATH}/{{}}/restore", _restore),
    Route("DELETE", f"{_PATH}/{{}}", _erase),
)
