"""The plain doors: JSON for devices under MDM and for apps under app protection.

This protocol is this project's own. Identity is the bearer token alone: nothing in a body says who
speaks, and no token reads or writes as another record.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, Response
from sqlalchemy import select

from mdm_sim import access, intake, receipts, tokens, wire
from mdm_sim.clock import iso
from mdm_sim.intake.standing import KINDS
from mdm_sim.messages import Door, NotFound
from mdm_sim.policy.context import Workload
from mdm_sim.protocols import bulk_routes, exchanges, schemas
from mdm_sim.store import audit
from mdm_sim.store.tables import users
from mdm_sim.store.work import Desk, Work

_TOKEN = schemas.TokenBody()


def door(desk: Desk, workload: str) -> Blueprint:
    """`/mdm/v1` and `/mam/v1`; where the tenant's `workload` is mam alone, no device enrolls."""
    blueprint = Blueprint("plain", __name__)
    wire.answer_faults(blueprint)
    bulk_routes.add(blueprint, desk, workload)

    @blueprint.post("/mdm/v1/enrollments")
    def enroll() -> Response:
        return wire.told(exchanges.enroll(desk, workload, wire.asked()))

    @blueprint.post("/mam/v1/registrations")
    def register() -> Response:
        return wire.told(exchanges.register(desk, wire.asked()))

    @blueprint.post("/mdm/v1/check-ins")
    def device_check_in() -> Response:
        return wire.told(exchanges.check_in(desk, Workload.MDM, wire.asked()))

    @blueprint.post("/mam/v1/check-ins")
    def app_check_in() -> Response:
        return wire.told(exchanges.check_in(desk, Workload.MAM, wire.asked()))

    @blueprint.delete("/mdm/v1/enrollments/self")
    def unenroll() -> Response:
        return _leave(desk, Workload.MDM)

    @blueprint.delete("/mam/v1/registrations/self")
    def unregister() -> Response:
        return _leave(desk, Workload.MAM)

    @blueprint.get("/mdm/v1/enrollments/self/receipts")
    def device_receipts() -> Response:
        return _receipts(desk, Workload.MDM)

    @blueprint.get("/mam/v1/registrations/self/receipts")
    def app_receipts() -> Response:
        return _receipts(desk, Workload.MAM)

    @blueprint.post("/mdm/v1/enrollment-tokens")
    def create_enrollment_token() -> Response:
        return wire.answer(_enrollment_token(desk, wire.read_body(_TOKEN)), 201)

    return blueprint


def hot(desk: Desk, workload: str) -> dict[tuple[str, str], Door]:
    """The doors by method and path that the lane may go through, the same functions as above."""
    return {
        ("POST", "/mdm/v1/enrollments"): partial(exchanges.enroll, desk, workload),
        ("POST", "/mdm/v1/check-ins"): partial(exchanges.check_in, desk, Workload.MDM),
        ("POST", "/mam/v1/check-ins"): partial(exchanges.check_in, desk, Workload.MAM),
    }


def _leave(desk: Desk, workload: Workload) -> Response:
    with wire.work_by_token(desk, KINDS[workload]) as (work, credential):
        actor = audit.Actor("Unknown", userId=credential.subject_id)
        intake.unenroll(work.on_behalf_of(actor), workload, credential.subject_id)
    return Response(status=204)


def _receipts(desk: Desk, workload: Workload) -> Response:
    """What became of what the caller sent, over time."""
    with wire.read_by_token(desk, KINDS[workload]) as (connection, credential):
        held = receipts.held(connection, credential.tenant_id, credential.subject_id)
    return wire.answer({"value": held})


def _enrollment_token(desk: Desk, body: dict[str, Any]) -> dict[str, Any]:
    who = wire.principal(desk)
    access.require(who, access.writing(access.SERVICE))
    with wire.work_for(desk, who) as work:
        token, token_id = work.mint.token(work.connection), work.new_id()
        expires = work.now + body["expiresInSeconds"]
        tokens.issue(
            work.connection,
            work.tenant_id,
            "enrollment",
            token_id,
            token,
            expires_at=expires,
            detail={
                "enrollmentType": body["enrollmentType"],
                "userId": _user_named(work, body["userPrincipalName"]),
            },
        )
        work.record(
            audit.Entry(
                audit.Task.CREATE,
                "Create EnrollmentToken",
                "Enrollment",
                "EnrollmentToken",
                token_id,
            )
        )
    return {
        "id": token_id,
        "token": token,
        "enrollmentType": body["enrollmentType"],
        "expirationDateTime": iso(expires),
    }


def _user_named(work: Work, upn: str | None) -> str | None:
    if upn is None:
        return None
    query = select(users.c.id).where(
        users.c.tenant_id == work.tenant_id, users.c.user_principal_name == upn.lower()
    )
    user_id = work.connection.execute(query).scalar_one_or_none()
    if user_id is None:
        message = "there is no such user"
        raise NotFound(message)
    return str(user_id)
