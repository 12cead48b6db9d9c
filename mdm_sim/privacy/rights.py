"""What is held on a person, told or erased; the person is named in the body, never in a URL."""

from __future__ import annotations

from flask import Blueprint, Response
from marshmallow import fields, validate

from mdm_sim import access, rights, wire
from mdm_sim.bodies.checking import Body
from mdm_sim.store import audit
from mdm_sim.store.work import Desk


class PersonBody(Body):
    """Who a request is about: a UPN or the id of a directory entry."""

    userPrincipalName = fields.String(required=True, validate=validate.Length(1, 256))  # noqa: N815


_BODY = PersonBody()


def add_routes(blueprint: Blueprint, desk: Desk) -> None:
    """`/rights/export` and `/rights/erase`, each with `{"userPrincipalName"}` (or an id)."""

    @blueprint.post("/rights/export")
    def export() -> Response:
        who = wire.principal(desk)
        access.require(who, access.reading(access.SERVICE))
        name = wire.read_body(_BODY)["userPrincipalName"]
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
        name = wire.read_body(_BODY)["userPrincipalName"]
        with wire.work_for(desk, who) as work:
            person = rights.find(work.connection, work.tenant_id, name)
            erased = rights.erase(work, person, "request")
        return wire.answer(erased.told())
