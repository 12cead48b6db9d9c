"""The hot doors of devices and apps as plain functions: what is asked in, what is told out.

Two callers lead here and nowhere else: the routes in `plain`, and the lane before Flask. Identity
is the bearer token alone: nothing in a body says who speaks, and no token reads or writes as
another record.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, select

from mdm_sim import intake, tokens
from mdm_sim.bodies.compiling import Compiled
from mdm_sim.intake import CheckedIn, standing
from mdm_sim.messages import (
    Asked,
    CheckIn,
    Detail,
    Enrollment,
    Forbidden,
    Malformed,
    Principal,
    Registration,
    Result,
    Told,
)
from mdm_sim.policy.context import Workload
from mdm_sim.protocols import schemas
from mdm_sim.store import audit
from mdm_sim.store.prepared import Prepared
from mdm_sim.store.tables import users
from mdm_sim.store.work import Desk, Work

_ENROLLMENT = Compiled(schemas.EnrollmentBody())
_REGISTRATION = Compiled(schemas.RegistrationBody())
_CHECK_IN = Compiled(schemas.CheckInBody())

_USER = Prepared(
    select(users.c.id, users.c.account_enabled).where(
        users.c.tenant_id == bindparam("tenant"),
        users.c.id == bindparam("user"),
        users.c.deleted_at.is_(None),
    )
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who enrolls, in a transaction; an enrollment token says the type of enrollment as well."""

    work: Work
    user_id: str | None
    enrollment_type: str | None = None


def check_in(desk: Desk, workload: Workload, asked: Asked) -> Told:
    """`POST …/check-ins`."""
    report = report_of(_CHECK_IN.read(asked.body))
    now = desk.clock.now()
    with writing_by(desk, asked.token) as connection:
        stated = report.facts.get("azureADDeviceId")
        row = standing.find(connection, workload, asked.token, stated, now)
        work = desk.on(connection, row.tenant_id, audit.SYSTEM, asked.request_id)
        told = intake.check_in(work, row, report)
    return Told(200, orjson.dumps(checked_in(workload, told)))


def report_of(body: dict[str, Any]) -> CheckIn:
    """What the body of a check-in reports."""
    results = [
        Result(str(result["id"]), result["status"], result.get("detail"))
        for result in body["results"]
    ]
    return CheckIn(body["facts"], results, body["diagnosticsConsent"])


def checked_in(workload: Workload, told: CheckedIn) -> dict[str, Any]:
    """The answer to a check-in."""
    answer: dict[str, Any] = {"policies": told.policies} if workload is Workload.MAM else {}
    if told.notices:
        answer["notices"] = told.notices
    answer["orders"] = [
        {"id": order.id, "action": order.action, "parameters": order.parameters}
        for order in told.orders
    ]
    answer["nextCheckInSeconds"] = told.next_check_in_seconds
    answer["receipt"] = told.receipt
    return answer


def enroll(desk: Desk, workload: str, asked: Asked) -> Told:
    """`POST /mdm/v1/enrollments`, in a tenant of a `workload`: one that has apps alone refuses."""
    body = _ENROLLMENT.read(asked.body)
    require_devices(workload)
    with enrolling(desk, asked) as caller:
        answer = enrolled(caller, body)
    return Told(201, orjson.dumps(answer))


def require_devices(workload: str) -> None:
    """Raise Forbidden in a tenant that has apps alone."""
    if workload == Workload.MAM:
        message = "this tenant manages apps only (MAM): devices do not enroll"
        raise Forbidden(message)


def enrolled(caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    """Enroll the device of a body, and the answer to that."""
    enrollment = Enrollment(
        body["platform"],
        caller.enrollment_type or _enrollment_type(caller, body),
        _without_nulls(body["facts"]),
        bool(body["diagnosticsConsent"]),
    )
    made = intake.enroll(caller.work, caller.user_id, enrollment)
    return {
        "id": made.id,
        "deviceToken": made.token,
        "ownership": made.ownership,
        "nextCheckInSeconds": made.next_check_in_seconds,
        "receipt": made.receipt,
    }


def register(desk: Desk, asked: Asked) -> Told:
    """`POST /mam/v1/registrations`."""
    body = _REGISTRATION.read(asked.body)
    with _as_user(desk, asked) as (work, user_id):
        registration = Registration(
            body["platform"],
            _without_nulls(body["facts"]),
            body["deviceToken"],
            bool(body["diagnosticsConsent"]),
        )
        registered = intake.register(work, user_id, registration)
    answer = {
        "id": registered.id,
        "appToken": registered.token,
        "result": "ENROLLMENT_SUCCEEDED",
        "nextCheckInSeconds": registered.next_check_in_seconds,
        "receipt": registered.receipt,
    }
    return Told(201, orjson.dumps(answer))


def writing_by(desk: Desk, token: str) -> AbstractContextManager[Connection]:
    """The writer's place of the tenant that an opaque token is of."""
    return desk.store.write(lambda found: tokens.tenant_of(found, token))


@contextmanager
def enrolling(desk: Desk, asked: Asked) -> Iterator[Caller]:
    """Who enrolls and how: a user with their own token, or the holder of an enrollment token."""
    if asked.token.count(".") != 2:
        kinds = frozenset({"enrollment"})
        with writing_by(desk, asked.token) as connection:
            credential = tokens.find(connection, asked.token, kinds, desk.clock.now())
            work = desk.on(connection, credential.tenant_id, audit.SYSTEM, asked.request_id)
            detail = credential.detail
            if detail["userId"] is not None:
                _require_enabled(work, detail["userId"])
            yield Caller(work, detail["userId"], detail["enrollmentType"])
        return
    with _as_user(desk, asked) as (work, user_id):
        yield Caller(work, user_id)


@contextmanager
def _as_user(desk: Desk, asked: Asked) -> Iterator[tuple[Work, str]]:
    """One transaction for an end user, whom no entry names: a record's id takes their place.

    Entries carry the request's own id, since a caller's could hold anything of 128 bits. Raises
    Unauthenticated, and Forbidden for an application alone or a disabled user.
    """
    with desk.store.read() as connection:
        who: Principal = tokens.verify(connection, asked.token, desk.clock.now())
    with desk.work(who.tenant_id, audit.Actor("Unknown"), asked.request_id) as work:
        if who.user_id is None:
            message = "enrolling takes a user's token or an enrollment token"
            raise Forbidden(message)
        _require_enabled(work, who.user_id)
        yield work, who.user_id


def _enrollment_type(caller: Caller, body: dict[str, Any]) -> str:
    work, user_id = caller.work, caller.user_id
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


def _require_enabled(work: Work, user_id: str) -> None:
    row = _USER(work.connection, tenant=work.tenant_id, user=user_id).one_or_none()
    if row is None or not row.account_enabled:
        message = "the user is not there or is disabled"
        raise Forbidden(message)


def _without_nulls(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value is not None}
