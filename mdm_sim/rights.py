"""Rights of a person: what is held on them, told or erased (GDPR articles 15, 17 and 20).

What another person's record holds is never told, and nothing of it is erased: an app that somebody
else registered on this person's device stays theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Connection, delete, func, select, union

from mdm_sim import (
    actions,
    contexts,
    diagnostics,
    joining,
    licences,
    listed_devices,
    memberships,
    receipts,
    records,
)
from mdm_sim.clock import instant, iso
from mdm_sim.messages import NotFound, describe
from mdm_sim.policy import catalogue
from mdm_sim.policy.context import Workload
from mdm_sim.policy.explain import held_rows
from mdm_sim.store import audit
from mdm_sim.store.engine import scrub_after
from mdm_sim.store.tables import (
    AUDIT_ACTOR,
    AUDITED,
    TOKEN_USER,
    audit_events,
    credentials,
    device_owners,
    devices,
    directory_devices,
    orders,
    registrations,
    users,
)
from mdm_sim.store.work import Work


@dataclass(frozen=True, slots=True)
class Erased:
    """A deletion receipt: of whom, when and why, and what went, as ids and numbers."""

    id: str
    subject_id: str
    moment: float
    trigger: str
    ids: Mapping[str, list[str]]
    counts: Mapping[str, int] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """The receipt in JSON's names; it holds no value of the person."""
        return {
            "id": self.id,
            "subjectId": self.subject_id,
            "erasedDateTime": iso(self.moment),
            "trigger": self.trigger,
            "policyVersion": catalogue.VERSION,
            **self.ids,
            "counts": dict(self.counts),
        }


def find(connection: Connection, tenant_id: str, name: str) -> Any:
    """The directory entry of a person by id or UPN, also of one who waits in the deleted items.

    Raises NotFound.
    """
    wanted = name.lower()
    former = func.replace(users.c.id, "-", "") + wanted
    named = (
        (users.c.id == wanted)
        | (users.c.user_principal_name == wanted)
        | (users.c.deleted_at.is_not(None) & (users.c.user_principal_name == former))
    )
    query = select(users).where(users.c.tenant_id == tenant_id, named)
    row = connection.execute(query.order_by(users.c.deleted_at.is_not(None))).first()
    if row is None:
        message = "there is no such person"
        raise NotFound(message)
    return row


def held(connection: Connection, person: Any, now: float) -> dict[str, Any]:
    """Everything that is held on a person, as of `now`; secrets are told as being there only."""
    subject = (person.tenant_id, person.id)
    found = {
        kind: [_record(connection, row, now) for row in _rows(connection, table, *subject)]
        for kind, table in (
            ("managedDevices", devices),
            ("managedAppRegistrations", registrations),
        )
    }
    return {
        "exportedDateTime": iso(now),
        "policyVersion": catalogue.VERSION,
        "directoryEntry": {
            "id": person.id,
            "userPrincipalName": person.user_principal_name,
            "displayName": person.display_name,
            "accountEnabled": bool(person.account_enabled),
            "createdDateTime": iso(person.created_at),
            "deletedDateTime": iso(person.deleted_at) if person.deleted_at else None,
        },
        **found,
        "directoryDevices": _directory_devices(connection, *subject),
        "listedDevices": listed_devices.held(connection, *subject),
        "memberships": memberships.held(connection, *subject),
        "licenses": _licenses(connection, *subject),
        "managedAppsBlocked": actions.are_apps_blocked(connection, *subject),
        "credentials": _credentials(connection, person, found),
        "auditEvents": _audit_events(connection, person, found),
    }


def _rows(connection: Connection, table: Any, tenant_id: str, user_id: str) -> list[Any]:
    query = select(table).where(table.c.tenant_id == tenant_id, table.c.user_id == user_id)
    return list(connection.execute(query.order_by(table.c.id)))


def _record(connection: Connection, row: Any, now: float) -> dict[str, Any]:
    """A record: what the service knows (the register), its facts, and what hangs on it."""
    context = contexts.current(connection, row)
    facts = records.stored_facts(connection, row, now)
    told = {
        "id": row.id,
        "context": describe(context),
        "enrolledDateTime": iso(row.enrolled_at),
        "lastSyncDateTime": iso(row.last_sync_at),
        "managementState": row.management_state,
        "policyVersion": row.policy_version,
        "facts": facts,
        "rows": held_rows(facts, context),
        "diagnostics": diagnostics.held(connection, row.tenant_id, row.id, context),
        "orders": _orders(connection, row),
        "receipts": receipts.held(connection, row.tenant_id, row.id),
    }
    if context.workload is Workload.MAM:
        return {**told, "managedDeviceId": row.device_id}
    return {
        **told,
        "managedDeviceName": row.managed_device_name,
        "enrollmentType": row.enrollment_type,
        "complianceState": row.compliance_state,
        "hidden": bool(row.hidden),
        "marks": records.marked(connection, row.tenant_id, row.id),
    }


def _orders(connection: Connection, row: Any) -> list[dict[str, Any]]:
    of_record = (orders.c.tenant_id == row.tenant_id, orders.c.record_id == row.id)
    return [
        {
            "id": order.id,
            "action": order.action,
            "parameters": orjson.loads(order.parameters),
            "state": order.state,
            "requestedDateTime": iso(order.requested_at),
            "updatedDateTime": iso(order.updated_at),
        }
        for order in connection.execute(select(orders).where(*of_record).order_by(orders.c.seq))
    ]


def _directory_devices(
    connection: Connection, tenant_id: str, user_id: str
) -> list[dict[str, Any]]:
    query = (
        select(directory_devices, device_owners.c.relation)
        .join(
            device_owners,
            (device_owners.c.tenant_id == directory_devices.c.tenant_id)
            & (device_owners.c.directory_device_id == directory_devices.c.id),
        )
        .where(device_owners.c.tenant_id == tenant_id, device_owners.c.user_id == user_id)
        .order_by(directory_devices.c.id, device_owners.c.relation)
    )
    found: dict[str, dict[str, Any]] = {}
    for row in connection.execute(query):
        told = found.setdefault(
            row.id,
            {
                "id": row.id,
                "deviceId": row.device_id,
                "displayName": row.display_name,
                "trustType": row.trust_type,
                "operatingSystem": row.operating_system,
                "operatingSystemVersion": row.operating_system_version,
                "createdDateTime": iso(row.created_at),
                "relations": [],
            },
        )
        told["relations"].append(row.relation)
    return list(found.values())


def _licenses(connection: Connection, tenant_id: str, user_id: str) -> list[dict[str, Any]]:
    found = licences.assigned(connection, tenant_id, [user_id]).get(user_id, {})
    return [
        {"skuId": product, "disabledPlans": licence.disabled_plans}
        for product, licence in found.items()
    ]


def _subjects(person: Any, found: Mapping[str, list[dict[str, Any]]]) -> list[str]:
    return [person.id, *(record["id"] for each in found.values() for record in each)]


def _credentials(
    connection: Connection, person: Any, found: Mapping[str, list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    """Tokens as their kind and state; a token itself is kept by nobody."""
    subjects = _subjects(person, found)
    query = select(credentials).where(
        credentials.c.tenant_id == person.tenant_id, _is_of(person.id, subjects)
    )
    told = [
        {
            "kind": row.kind,
            "state": row.state,
            "expiresDateTime": iso(row.expires_at) if row.expires_at else None,
        }
        for row in connection.execute(query.order_by(credentials.c.kind, credentials.c.token_hash))
    ]
    return [{"kind": "password", "state": "live", "expiresDateTime": None}, *told]


def _is_of(user_id: str, subjects: list[str]) -> Any:
    """SQL: tokens of these subjects, and enrollment tokens that name the user."""
    return credentials.c.subject_id.in_(subjects) | TOKEN_USER.in_([user_id])


def _audit_events(
    connection: Connection, person: Any, found: Mapping[str, list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    """The audit entries on the person's records, and those of what they did as an admin."""
    subjects = _subjects(person, found)
    of_tenant = audit_events.c.tenant_id == person.tenant_id
    mine = (AUDITED.in_(subjects), AUDIT_ACTOR.in_([person.id]))
    # Each by its own index: together they would be sought from the first entry on.
    sought = union(*(select(audit_events.c.seq).where(of_tenant, each) for each in mine))
    query = (
        select(audit_events, AUDITED.label("resource"))
        .where(of_tenant, audit_events.c.seq.in_(sought))
        .order_by(audit_events.c.seq)
    )
    return [
        {
            "id": row.id,
            "activityDateTime": instant(row.recorded_at),
            "activityType": row.activity_type,
            "resourceId": row.resource,
        }
        for row in connection.execute(query)
    ]


def erase(work: Work, person: Any, trigger: str) -> Erased:
    """Erase everything that is held on a person; `trigger` is request or retention.

    Audit entries stay: they hold ids, which lead to nobody any more. Returns the deletion receipt.
    """
    ids: dict[str, list[str]] = {}
    counts = {"orders": 0, "receipts": 0, "diagnosticReports": 0}
    for kind, table in (("managedAppRegistrations", registrations), ("managedDevices", devices)):
        rows = _rows(work.connection, table, work.tenant_id, person.id)
        ids[kind] = [row.id for row in rows]
        for row in rows:
            for name, number in records.remove(work, row).items():
                counts[name] += number
    named = _is_of(person.id, [person.id])
    gone = work.connection.execute(
        delete(credentials).where(credentials.c.tenant_id == work.tenant_id, named)
    )
    counts["credentials"] = gone.rowcount
    ids["directoryDevices"] = joining.disown(work, person.id)
    counts["listedDevices"] = listed_devices.forget(work, person.id)
    counts["memberships"] = memberships.forget(work, person.id)
    actions.forget_block(work, person.id)
    this = (users.c.tenant_id == work.tenant_id, users.c.id == person.id)
    counts["directoryEntries"] = work.connection.execute(delete(users).where(*this)).rowcount
    scrub_after(work.connection)
    erased = Erased(work.new_id(), person.id, work.now, trigger, ids, counts)
    changes = {name: str(len(found)) for name, found in ids.items()}
    work.record(audit.Entry(audit.Task.DELETE, "erase User", "Other", "User", person.id, changes))
    return erased
