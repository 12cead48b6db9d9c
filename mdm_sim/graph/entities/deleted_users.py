"""directory/deletedItems: users wait here for 30 days, to be restored or to be erased at once."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response
from sqlalchemy import ColumnElement, func, select, update

from mdm_sim import joining, rights
from mdm_sim.graph import listing
from mdm_sim.graph.asking import Ask, done, shown
from mdm_sim.graph.entities.users import MISSING, PROPERTIES, READ, USERS, WRITE
from mdm_sim.graph.odata.properties import Property
from mdm_sim.graph.reading import reading
from mdm_sim.graph.routing import Route
from mdm_sim.messages import Conflict, NotInDirectory
from mdm_sim.store import audit
from mdm_sim.store.tables import users
from mdm_sim.store.work import Work

_PATH = "directory/deletedItems"


def _deleted(ask: Ask) -> Sequence[ColumnElement[bool]]:
    return (users.c.tenant_id == ask.who.tenant_id, users.c.deleted_at.is_not(None))


DELETED = listing.Collection(
    _PATH,
    users,
    users.c.id,
    PROPERTIES | {"deletedDateTime": Property(users.c.deleted_at, "moment")},
    _deleted,
    odata_type="#microsoft.graph.user",
    most=999,
)


def _restore(ask: Ask) -> Response:
    """Back among the users, under the UPN of before. Raises Conflict where it is taken."""
    ask.require(WRITE)
    user_id = ask.keys[-1]
    this = (users.c.tenant_id == ask.who.tenant_id, users.c.id == user_id)
    with ask.work() as work:
        upn = _upn(work, ask, user_id)
        taken = (users.c.tenant_id == work.tenant_id, users.c.user_principal_name == upn)
        if work.connection.execute(select(users.c.id).where(*taken)).first():
            message = "Another object with the same value for property userPrincipalName exists."
            raise Conflict(message)
        work.connection.execute(
            update(users).where(*this).values(deleted_at=None, user_principal_name=upn)
        )
        joining.rejudge_owned(work, user_id)
        work.record(audit.Entry(audit.Task.MANAGE, "restore User", "Other", "User", user_id))
        item = listing.fetch(work.connection, ask, USERS, user_id)
    context = ask.context("directoryObjects", "$entity")
    return shown({"@odata.context": context, "@odata.type": "#microsoft.graph.user", **item})


def _upn(work: Work, ask: Ask, user_id: str) -> str:
    """The UPN of before, which stands behind the id. Raises NotInDirectory."""
    behind = func.substr(users.c.user_principal_name, len(user_id.replace("-", "")) + 1)
    upn = work.connection.execute(
        select(behind).where(*_deleted(ask), users.c.id == user_id)
    ).scalar()
    if upn is None:
        raise NotInDirectory(MISSING)
    return str(upn)


def _erase(ask: Ask) -> Response:
    """For good: with the entry goes everything that is held on the person."""
    ask.require(WRITE)
    query = select(users).where(*_deleted(ask), users.c.id == ask.keys[-1])
    with ask.work() as work:
        person = work.connection.execute(query).one_or_none()
        if person is None:
            raise NotInDirectory(MISSING)
        rights.erase(work, person, "request")
    return done()


ROUTES = (
    *reading(_PATH, READ, lambda _ask: DELETED),
    # Graph wants the type of the items as a cast (`microsoft.graph.user`).
    *reading(f"{_PATH}/user", READ, lambda _ask: DELETED),
    Route("POST", f"{_PATH}/{{}}/restore", _restore),
    Route("DELETE", f"{_PATH}/{{}}", _erase),
)
