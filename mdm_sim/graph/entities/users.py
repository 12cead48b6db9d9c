"""users: the directory's people. Of an end user only the name shown and the UPN are kept.

Rows user.display_name and user.upn_or_email. Whatever else a request states of a person (a first
name, a telephone number) is accepted as Graph accepts it and not kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask import Response
from sqlalchemy import ColumnElement, Connection, insert, select, update

from mdm_sim import access, joining, tokens
from mdm_sim.graph import listing
from mdm_sim.graph.asking import Ask, done, shown
from mdm_sim.graph.entities.directory_kinds import MISSING, collection
from mdm_sim.graph.entities.directory_tables import PEOPLE
from mdm_sim.graph.routing import Route
from mdm_sim.messages import BadInDirectory, Detail, NotInDirectory
from mdm_sim.store import audit
from mdm_sim.store.engine import scrub_after
from mdm_sim.store.tables import users
from mdm_sim.store.work import Work

WRITE = access.writing(access.USERS)
_LONGEST = 256
TAKEN = "Another object with the same value for property userPrincipalName already exists."


def _named(ask: Ask, key: str) -> Sequence[ColumnElement[bool]]:
    named = (users.c.id == key.lower()) | (users.c.user_principal_name == key.lower())
    return (*PEOPLE.where(ask.who.tenant_id), named)


def user_id_of(ask: Ask, key: str) -> str:
    """The id of the user a path names by id or UPN. Raises NotInDirectory."""
    with ask.read() as connection:
        user_id = connection.execute(select(users.c.id).where(*_named(ask, key))).scalar()
    if user_id is None:
        raise NotInDirectory(MISSING)
    return str(user_id)


def exists(connection: Connection, ask: Ask, key: str) -> bool:
    """True for the id or UPN of a user. Raises NotInDirectory for any other."""
    if connection.execute(select(users.c.id).where(*_named(ask, key))).first() is None:
        raise NotInDirectory(MISSING)
    return True


def _create(ask: Ask) -> Response:
    ask.require(WRITE)
    body = ask.body()
    name = _text(body, "displayName")
    upn = _upn(body)
    password = _text(body.get("passwordProfile") or {}, "password")
    with ask.work() as work:
        user_id = work.new_id()
        _require_free(work, upn, user_id)
        work.connection.execute(
            insert(users),
            {
                "tenant_id": work.tenant_id,
                "id": user_id,
                "user_principal_name": upn,
                "display_name": name,
                "account_enabled": body.get("accountEnabled") is not False,
                "is_admin": False,
                "password_hash": tokens.hash_secret(password),
                "created_at": work.now,
            },
        )
        work.record(audit.Entry(audit.Task.CREATE, "Create User", "Other", "User", user_id))
        item = listing.fetch(work.connection, ask, collection(ask, PEOPLE), user_id)
    return shown({"@odata.context": ask.context("users", "$entity"), **item}, 201)


def _patch(ask: Ask) -> Response:
    ask.require(WRITE)
    body, user_id = ask.body(), user_id_of(ask, ask.keys[0])
    values: dict[str, Any] = {}
    if "displayName" in body:
        values["display_name"] = _text(body, "displayName")
    if "accountEnabled" in body:
        if not isinstance(body["accountEnabled"], bool):
            message = "Property accountEnabled is invalid."
            raise BadInDirectory(message, [Detail("/accountEnabled", "a boolean is expected")])
        values["account_enabled"] = body["accountEnabled"]
    if "userPrincipalName" in body:
        values["user_principal_name"] = _upn(body)
    if values:
        with ask.work() as work:
            _require_free(work, values.get("user_principal_name"), user_id)
            mine = (users.c.tenant_id == work.tenant_id, users.c.id == user_id)
            work.connection.execute(update(users).where(*mine).values(values))
            scrub_after(work.connection)
            changed = {"displayName", "accountEnabled", "userPrincipalName"} & body.keys()
            work.record(
                audit.Entry(
                    audit.Task.UPDATE,
                    "Patch User",
                    "Other",
                    "User",
                    user_id,
                    dict.fromkeys(changed, "set"),
                )
            )
    return done()


def _delete(ask: Ask) -> Response:
    """Into the deleted items, where a user waits for 30 days; the UPN is free at once."""
    ask.require(WRITE)
    user_id = user_id_of(ask, ask.keys[0])
    with ask.work() as work:
        mine = (users.c.tenant_id == work.tenant_id, users.c.id == user_id)
        upn = user_id.replace("-", "") + users.c.user_principal_name
        work.connection.execute(
            update(users).where(*mine).values(deleted_at=work.now, user_principal_name=upn)
        )
        tokens.forget(work.connection, work.tenant_id, user_id)
        joining.rejudge_owned(work, user_id)
        scrub_after(work.connection)
        work.record(audit.Entry(audit.Task.DELETE, "Delete User", "Other", "User", user_id))
    return done()


def _upn(body: Any) -> str:
    upn = _text(body, "userPrincipalName").lower()
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", upn):
        message = "Property userPrincipalName is invalid."
        raise BadInDirectory(message, [Detail("/userPrincipalName", "name@domain is expected")])
    return upn


def _require_free(work: Work, upn: str | None, user_id: str) -> None:
    """Raise BadInDirectory when another user has this UPN."""
    taken = (
        users.c.tenant_id == work.tenant_id,
        users.c.user_principal_name == upn,
        users.c.id != user_id,
    )
    if work.connection.execute(select(users.c.id).where(*taken)).first():
        raise BadInDirectory(TAKEN, [Detail("/userPrincipalName", "another name is expected")])


def _text(body: Any, name: str) -> str:
    value = body.get(name) if isinstance(body, dict) else None
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST:
        message = f"Property {name} is required and has to be a string."
        raise BadInDirectory(message, [Detail(f"/{name}", "a string is expected")])
    return value


ROUTES = (
    Route("POST", "users", _create),
    Route("PATCH", "users/{}", _patch),
    Route("DELETE", "users/{}", _delete),
)
