"""How a device or an app begins: enroll and register, and the same again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlalchemy import func, select

from mdm_sim import (
    actions,
    contexts,
    diagnostics,
    joining,
    ownership,
    queries,
    receipts,
    records,
    schedule,
    tokens,
)
from mdm_sim.intake import judging
from mdm_sim.messages import (
    Conflict,
    Detail,
    Enrollment,
    Forbidden,
    Gone,
    Impossible,
    Registration,
    receipt,
)
from mdm_sim.policy.context import Context, Ownership, Platform, Workload
from mdm_sim.policy.minimise import minimise
from mdm_sim.store import audit
from mdm_sim.store.engine import scrub_after
from mdm_sim.store.tables import fact, registrations
from mdm_sim.store.work import Work


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A new record's id and its own token, which is told once and kept as a hash."""

    id: str
    token: str
    ownership: Ownership
    next_check_in_seconds: int
    receipt: dict[str, Any]


# Which member of appIdentifier names an app on a platform (Graph's mobileAppIdentifier types).
_IDENTIFIERS = {
    Platform.IOS: "bundleId",
    Platform.IPADOS: "bundleId",
    Platform.MACOS: "bundleId",
    Platform.ANDROID: "packageId",
    Platform.WINDOWS: "windowsAppId",
    Platform.LINUX: "packageId",
}


def enroll(work: Work, user_id: str | None, enrollment: Enrollment) -> Enrolled:
    """Take a device under management; the same hardware of the same user enrolls anew.

    Raises Impossible for a platform that the enrollment type does not know, Conflict for hardware
    that another user has enrolled, Forbidden where the tenant is closed.
    """
    contexts.require_open(work.connection, work.tenant_id)
    kind = ownership.TYPES[enrollment.enrollment_type]
    if enrollment.platform not in kind.platforms:
        message = "this enrollmentType does not exist on this platform"
        raise Impossible(message)
    before = _same_hardware(work, user_id, enrollment)
    record_id, how = (before.id, "Update") if before else (work.new_id(), "Create")
    work = work.on_behalf_of(audit.Actor("Unknown", userId=record_id))
    facts = dict(enrollment.facts)
    if kind.joins:
        facts["azureADDeviceId"] = joining.join(work, user_id, enrollment)
    context = _device_context(work, user_id, enrollment, facts)
    if before and before.marked_ownership:
        context = replace(context, ownership=Ownership(before.marked_ownership))
    outcome = minimise(facts, context, is_checked=True)
    verdict = judging.verdict(work, context, outcome, outcome.kept)
    kept, optional = records.split(outcome.kept)
    records.put(
        work,
        context,
        record_id,
        {
            "user_id": user_id,
            "enrollment_type": enrollment.enrollment_type,
            "compliance_state": verdict or "unknown",
            "hidden": False,
            "location_expires_at": records.location_expiry(kept, work.now),
            "managed_device_name": None,
            "marked_ownership": before.marked_ownership if before else None,
            "inactive": False,
            "notice": before.notice if before else None,
            "facts": orjson.dumps(kept).decode(),
        },
        is_new=not before,
    )
    diagnostics.keep(work.connection, work.tenant_id, record_id, optional)
    if how == "Update":
        records.rejudge_apps(work, record_id, ownership=context.ownership)
    token = _renew_token(work, "device", record_id, is_new=not before)
    judging.record_entry(work, how, Workload.MDM, record_id, outcome)
    seconds = schedule.device_seconds(enrollment.platform, 0)
    told = receipt(outcome, context)
    receipts.keep(work, record_id, "enrollment", told, is_first=not before)
    return Enrolled(record_id, token, context.ownership, seconds, told)


def register(work: Work, user_id: str, registration: Registration) -> Enrolled:
    """Register a managed app; the same user, app and device tag keep their registration.

    Raises Impossible without an app identifier, Forbidden when the device is another user's, an
    admin has blocked the user's apps or the tenant is closed.
    """
    contexts.require_open(work.connection, work.tenant_id)
    if actions.are_apps_blocked(work.connection, work.tenant_id, user_id):
        message = "an administrator has blocked this user's apps"
        raise Forbidden(message)
    facts = registration.facts
    device = _linked_device(work, user_id, registration)
    context = contexts.with_tenant(
        work.connection,
        work.tenant_id,
        Context(
            Workload.MAM,
            Ownership(device.ownership) if device else Ownership.PERSONAL,
            registration.platform,
            entra_joined=contexts.is_joined(work.connection, work.tenant_id, user_id, facts),
            mdm_enrolled=device is not None,
            user_diagnostics=registration.diagnostics_consent,
        ),
    )
    managed = contexts.apps_managed(work.connection, work.tenant_id, facts)
    outcome = minimise(facts, context, managed, is_checked=True)
    kept, optional = records.split(outcome.kept)
    if kept.get("appIdentifier", {}).keys() != {_IDENTIFIERS[registration.platform]}:
        message = f"an app on this platform registers with {_IDENTIFIERS[registration.platform]}"
        raise Impossible(message, [Detail("/facts/appIdentifier", message)])
    before = _same_app(work, user_id, kept)
    record_id, how = (before.id, "Update") if before else (work.new_id(), "Create")
    work = work.on_behalf_of(audit.Actor("Unknown", userId=record_id))
    records.put(
        work,
        context,
        record_id,
        {
            "user_id": user_id,
            "device_id": device.id if device else None,
            "management_state": before.management_state if before else "managed",
            "facts": orjson.dumps(kept).decode(),
        },
        is_new=not before,
    )
    diagnostics.keep(work.connection, work.tenant_id, record_id, optional)
    token = _renew_token(work, "app", record_id, is_new=not before)
    judging.record_entry(work, how, Workload.MAM, record_id, outcome)
    seconds = schedule.app_seconds(judging.app_policies(work, context, kept))
    told = receipt(outcome, context)
    receipts.keep(work, record_id, "enrollment", told, is_first=not before)
    return Enrolled(record_id, token, context.ownership, seconds, told)


def renew(work: Work, record_id: str) -> str:
    """A new token in the place of the one that an enrolled device was told.

    Raises Gone where the device is not enrolled any more, Forbidden where the tenant is closed.
    """
    contexts.require_open(work.connection, work.tenant_id)
    if records.find(work.connection, Workload.MDM, work.tenant_id, record_id) is None:
        raise Gone(tokens.ENDED)
    kind = records.RESOURCES[Workload.MDM]
    work = work.on_behalf_of(audit.Actor("Unknown", userId=record_id))
    work.record(audit.Entry(audit.Task.UPDATE, f"Update {kind}", "Enrollment", kind, record_id))
    return _renew_token(work, "device", record_id, is_new=False)


def _device_context(
    work: Work, user_id: str | None, enrollment: Enrollment, facts: Mapping[str, Any]
) -> Context:
    owner = ownership.decide(
        work.connection, work.tenant_id, enrollment.platform, enrollment.enrollment_type, facts
    )
    return contexts.with_tenant(
        work.connection,
        work.tenant_id,
        Context(
            Workload.MDM,
            owner,
            enrollment.platform,
            entra_joined=contexts.is_joined(work.connection, work.tenant_id, user_id, facts),
            mdm_enrolled=True,
            work_profile=ownership.has_work_profile(
                enrollment.platform, enrollment.enrollment_type
            ),
            user_diagnostics=enrollment.diagnostics_consent,
        ),
    )


def _same_hardware(work: Work, user_id: str | None, enrollment: Enrollment) -> Any:
    """The record that this user's device has already, or None."""
    others = records.same_hardware(work, enrollment.platform, enrollment.facts)
    own = next((row for row in others if row.user_id == user_id), None)
    if own is None and others:
        message = "this device is enrolled by another user; it has to be retired first"
        raise Conflict(message)
    if own is not None:
        actions.remove_all(work, own.id)
        queries.purge(work.connection, work.tenant_id, own.id)
        diagnostics.purge(work.connection, work.tenant_id, own.id)
        scrub_after(work.connection)
    return own


def _same_app(work: Work, user_id: str, kept: Mapping[str, Any]) -> Any:
    """The registration that this user's app has already, or None."""
    identifier = orjson.dumps(kept["appIdentifier"]).decode()
    query = select(registrations).where(
        registrations.c.tenant_id == work.tenant_id,
        registrations.c.user_id == user_id,
        func.coalesce(fact(registrations, "deviceTag"), "") == (kept.get("deviceTag") or ""),
        fact(registrations, "appIdentifier") == identifier,
    )
    row = work.connection.execute(query).one_or_none()
    if row is not None:
        diagnostics.purge(work.connection, work.tenant_id, row.id)
        scrub_after(work.connection)
    return row


def _linked_device(work: Work, user_id: str, registration: Registration) -> Any:
    if registration.device_token is None:
        return None
    credential = tokens.find(
        work.connection, registration.device_token, frozenset({"device"}), work.now
    )
    device = records.find(
        work.connection, Workload.MDM, credential.tenant_id, credential.subject_id
    )
    if device.user_id != user_id or device.hidden or device.platform != registration.platform:
        message = "the deviceToken is not of this user's device on this platform"
        raise Forbidden(message)
    return device


def _renew_token(work: Work, kind: str, record_id: str, *, is_new: bool) -> str:
    if not is_new:
        tokens.forget(work.connection, work.tenant_id, record_id)
    token = work.mint.token(work.connection)
    tokens.issue(work.connection, work.tenant_id, kind, record_id, token)
    return token
