"""The plain doors: JSON for devices under MDM and for apps under app protection.

This protocol is this project's own. Identity is the bearer token alone: nothing in a body says who
speaks, and no token reads or writes as another record.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Blueprint, Response
from sqlalchemy import bindparam, select

from mdm_sim import access, intake, receipts, tokens, wire
from mdm_sim.clock import iso
from mdm_sim.messages import (
    CheckIn,
    Detail,
    Enrollment,
    Forbidden,
    Malformed,
    NotFound,
    Principal,
    Registration,
    Result,
)
from mdm_sim.policy.context import Workload
from mdm_sim.protocols import schemas
from mdm_sim.store import audit
from mdm_sim.store.prepared import Prepared
from mdm_sim.store.tables import users
from mdm_sim.store.work import Desk, Work

_ENROLLMENT = schemas.EnrollmentBody()
_REGISTRATION = schemas.RegistrationBody()
_CHECK_IN = schemas.CheckInBody()
_TOKEN = schemas.TokenBody()

_CREDENTIALS = {Workload.MDM: "device", Workload.MAM: "app"}
_USER = Prepared(
    select(users.c.id, users.c.account_enabled).where(
        users.c.tenant_id == bindparam("tenant"),
        users.c.id == bindparam("user"),
        users.c.deleted_at.is_(None),
    )
)


def door(desk: Desk, workload: str) -> Blueprint:
    """`/mdm/v1` and `/mam/v1`; where the tenant's `workload` is mam alone, no device enrolls."""
    blueprint = Blueprint("plain", __name__)
    wire.answer_faults(blueprint)

    @blueprint.post("/mdm/v1/enrollments")
    def enroll() -> Response:
        body = wire.read_body(_ENROLLMENT)
        _require_devices(workload)
        with _enrolling(desk, body) as (work, user_id, enrollment_type):
            enrolled = intake.enroll(
                work,
                user_id,
                Enrollment(
                    body["platform"],
                    enrollment_type,
                    _without_nulls(body["facts"]),
                    bool(body["diagnosticsConsent"]),
                ),
            )
        return wire.answer(
            {
                "id": enrolled.id,
                "deviceToken": enrolled.token,
                "ownership": enrolled.ownership,
                "nextCheckInSeconds": enrolled.next_check_in_seconds,
                "receipt": enrolled.receipt,
            },
            201,
        )

    @blueprint.post("/mam/v1/registrations")
    def register() -> Response:
        body = wire.read_body(_REGISTRATION)
        who = wire.principal(desk)
        with wire.work_of_user(desk, who) as work:
            user_id = _require_user(work, who)
            registered = intake.register(
                work,
                user_id,
                Registration(
                    body["platform"],
                    _without_nulls(body["facts"]),
                    body["deviceToken"],
                    bool(body["diagnosticsConsent"]),
                ),
            )
        return wire.answer(
            {
                "id": registered.id,
                "appToken": registered.token,
                "result": "ENROLLMENT_SUCCEEDED",
                "nextCheckInSeconds": registered.next_check_in_seconds,
                "receipt": registered.receipt,
            },
            201,
        )

    @blueprint.post("/mdm/v1/check-ins")
    def device_check_in() -> Response:
        return wire.answer(_check_in(desk, Workload.MDM))

    @blueprint.post("/mam/v1/check-ins")
    def app_check_in() -> Response:
        return wire.answer(_check_in(desk, Workload.MAM))

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


@contextmanager
def _enrolling(desk: Desk, body: dict[str, Any]) -> Iterator[tuple[Work, str | None, str]]:
    """Who enrolls and how: a user with their own token, or the holder of an enrollment token."""
    if wire.bearer().count(".") != 2:
        with wire.work_by_token(desk, "enrollment") as (work, credential):
            detail = credential.detail
            if detail["userId"] is not None:
                _require_enabled(work, detail["userId"])
            yield work, detail["userId"], detail["enrollmentType"]
        return
    who = wire.principal(desk)
    with wire.work_of_user(desk, who) as work:
        user_id = _require_user(work, who)
        yield work, user_id, _enrollment_type(work, user_id, body)


def _enrollment_type(work: Work, user_id: str, body: dict[str, Any]) -> str:
    token, stated = body["enrollmentToken"], body["enrollmentType"]
    if token is not None:
        found = tokens.find(work.connection, token, frozenset({"enrollment"}), work.now)
        if found.detail["userId"] not in {None, user_id} or found.tenant_id != work.tenant_id:
            message = "the enrollment token is another user's"
            raise Forbidden(message)
        return str(found.detail["enrollmentType"])
    if stated is None or stated == schemas.BY_TOKEN:
        missing = "enrollmentType" if stated is None else schemas.BY_TOKEN
        raise Malformed(f"{missing} is required", [Detail(f"/{missing}", "a value is expected")])
    return str(stated)


def _require_user(work: Work, who: Principal) -> str:
    """The calling user's id. Raises Forbidden for an application alone or a disabled user."""
    if who.user_id is None:
        message = "enrolling takes a user's token or an enrollment token"
        raise Forbidden(message)
    _require_enabled(work, who.user_id)
    return who.user_id


def _require_enabled(work: Work, user_id: str) -> None:
    row = _USER(work.connection, tenant=work.tenant_id, user=user_id).one_or_none()
    if row is None or not row[1]:
        message = "the user is not there or is disabled"
        raise Forbidden(message)


def _require_devices(workload: str) -> None:
    """Raise Forbidden in a tenant that manages apps alone."""
    if workload == Workload.MAM:
        message = "this tenant manages apps only (MAM): devices do not enroll"
        raise Forbidden(message)


def _without_nulls(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value is not None}


def _check_in(desk: Desk, workload: Workload) -> dict[str, Any]:
    body = wire.read_body(_CHECK_IN)
    report = CheckIn(
        body["facts"],
        [
            Result(str(result["id"]), result["status"], result.get("detail"))
            for result in body["results"]
        ],
        body["diagnosticsConsent"],
    )
    with wire.work_by_token(desk, _CREDENTIALS[workload]) as (work, credential):
        told = intake.check_in(work, workload, credential.subject_id, report)
    policies = {"policies": told.policies} if workload is Workload.MAM else {}
    notices = {"notices": told.notices} if told.notices else {}
    return {
        **policies,
        **notices,
        "orders": [
            {"id": order.id, "action": order.action, "parameters": order.parameters}
            for order in told.orders
        ],
        "nextCheckInSeconds": told.next_check_in_seconds,
        "receipt": told.receipt,
    }


def _leave(desk: Desk, workload: Workload) -> Response:
    with wire.work_by_token(desk, _CREDENTIALS[workload]) as (work, credential):
        actor = audit.Actor("Unknown", userId=credential.subject_id)
        intake.unenroll(work.on_behalf_of(actor), workload, credential.subject_id)
    return Response(status=204)


def _receipts(desk: Desk, workload: Workload) -> Response:
    """What became of what the caller sent, over time."""
    with wire.read_by_token(desk, _CREDENTIALS[workload]) as (connection, credential):
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
