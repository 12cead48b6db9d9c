"""What is held on a person, told or erased; the person is named in the body, never in a URL."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from mdm_sim import access, rights, wire
from mdm_sim.messages import Detail, Malformed
from mdm_sim.store import audit
from mdm_sim.store.work import Desk


def add_routes(blueprint: Blueprint, desk: Desk) -> None:
    """`/rights/export` and `/rights/erase`, each with `{"userPrincipalName"}` (or an id)."""

    @blueprint.post("/rights/export")
    def export() -> Response:
        who = wire.principal(desk)
        access.require(who, access.reading(access.SERVICE))
        name = _name()
        with wire.work_for(desk, who) as work:
            person = rights.find(work.connection, work.tenant_id, name)
            told = rights.held(work.connection, person, work.now)
            kind = ("Other", "User", person.id)
            work.record(audit.Entry(audit.Task.MANAGE, "export PersonalData", *kind))
        return wire.answer(told)

    @blueprint.post("/rights/erase")
    def erase() -> Response:
        who = wire.principal(desk)
        access.require(who, access.writing(access.SERVICE))
        name = _name()
        with wire.work_for(desk, who) as work:
            person = rights.find(work.connection, work.tenant_id, name)
            erased = rights.erase(work, person, "request")
        return wire.answer(erased.told())


def _name() -> str:
    name: Any = wire.read_json().get("userPrincipalName")
    if not isinstance(name, str) or not 0 < len(name) <= 256:
        message = "userPrincipalName is required"
        raise Malformed(message, [Detail("/userPrincipalName", "a string is expected")])
    return name
