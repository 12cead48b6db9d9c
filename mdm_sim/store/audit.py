"""The audit log: entries in Graph's `auditEvent` shape, append-only, each chained to the last.

An entry is written in the transaction of the change that it tells of. It holds ids, names of
properties and words from closed lists, never a value (rows audit.*). The chain: `hash` is the
SHA-256 of the entry before it, its number and its canonical JSON; the head holds the last one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import takewhile
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from mdm_sim.clock import instant
from mdm_sim.store.dialects.functions import upsert
from mdm_sim.store.engine import scrub_after
from mdm_sim.store.prepared import Prepared
from mdm_sim.store.tables import audit_events, audit_heads

GENESIS = "0" * 64


class Task(Enum):
    """The six tasks of the page, by the page's English word."""

    ASSIGN = "Assign"
    CREATE = "Create"
    DELETE = "Delete"
    MANAGE = "Manage"
    REMOTE = "Remote tasks"
    UPDATE = "Update (edit)"


# Graph's activityOperationType of each task.
OPERATION = {
    Task.ASSIGN: "Action",
    Task.CREATE: "Create",
    Task.DELETE: "Delete",
    Task.MANAGE: "Action",
    Task.REMOTE: "Action",
    Task.UPDATE: "Patch",
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: an admin or an application by id; a device or end user by the record's id."""

    auditActorType: str  # noqa: N815
    userId: str | None = None  # noqa: N815
    userPrincipalName: str | None = None  # noqa: N815
    applicationId: str | None = None  # noqa: N815
    applicationDisplayName: str | None = None  # noqa: N815
    userPermissions: Sequence[str] = ()  # noqa: N815


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened to one object. `changes` maps names of properties to words, never to values."""

    task: Task
    activity_type: str
    category: str
    resource_type: str
    resource_id: str
    changes: Mapping[str, str] = field(default_factory=dict)
    succeeded: bool = True


SYSTEM = Actor("System", applicationDisplayName="mdm-sim")

_HEAD = Prepared(
    select(audit_heads.c.seq, audit_heads.c.hash).where(
        audit_heads.c.tenant_id == bindparam("tenant")
    )
)
_APPEND = Prepared(insert(audit_events), can_wait=True)
_heads = upsert(audit_heads)
_MOVE_HEAD = Prepared(
    _heads.on_conflict_do_update(
        index_elements=["tenant_id"],
        set_={"seq": _heads.excluded.seq, "hash": _heads.excluded.hash},
    ),
    counts_last=True,
)


def append(
    connection: Connection,
    tenant_id: str,
    entry: Entry,
    actor: Actor,
    *,
    now: float,
    id: str,  # noqa: A002
    correlation_id: str,
) -> None:
    """Add `entry` to the tenant's chain, inside the transaction of `connection`."""
    head = _HEAD(connection, tenant=tenant_id).one_or_none()
    seq, previous = (head[0] + 1, head[1]) if head else (1, GENESIS)
    document = orjson.dumps(_event(entry, actor, now, id, correlation_id)).decode()
    digest = _digest(previous, seq, document)
    _APPEND(
        connection,
        tenant_id=tenant_id,
        seq=seq,
        id=id,
        recorded_at=now,
        category=entry.category,
        activity_type=entry.activity_type,
        operation_type=OPERATION[entry.task],
        document=document,
        previous_hash=previous,
        hash=digest,
    )
    head_now = {"seq": seq, "hash": digest, "base_seq": 0, "base_hash": GENESIS}
    _MOVE_HEAD(connection, tenant_id=tenant_id, **head_now)
    _HEAD.now_finds(connection, [(seq, digest)], tenant=tenant_id)


def _event(entry: Entry, actor: Actor, now: float, id_: str, correlation_id: str) -> dict[str, Any]:
    return {
        "id": id_,
        "displayName": entry.activity_type,
        "componentName": entry.resource_type,
        "activity": entry.task.value,
        "activityDateTime": instant(now),
        "activityType": entry.activity_type,
        "activityOperationType": OPERATION[entry.task],
        "activityResult": "Success" if entry.succeeded else "Failure",
        "correlationId": correlation_id,
        "category": entry.category,
        "actor": {
            "auditActorType": actor.auditActorType,
            "userPermissions": list(actor.userPermissions),
            "applicationId": actor.applicationId,
            "applicationDisplayName": actor.applicationDisplayName,
            "userPrincipalName": actor.userPrincipalName,
            "servicePrincipalName": None,
            "ipAddress": None,
            "userId": actor.userId,
        },
        "resources": [
            {
                "displayName": entry.resource_id,
                "auditResourceType": entry.resource_type,
                "resourceId": entry.resource_id,
                "modifiedProperties": [
                    {"displayName": name, "oldValue": None, "newValue": word}
                    for name, word in sorted(entry.changes.items())
                ],
            }
        ],
    }


def _digest(previous: str, seq: int, document: str) -> str:
    return hashlib.sha256(f"{previous}\n{seq}\n{document}".encode()).hexdigest()


def shorten(connection: Connection, tenant_id: str, before: float, limit: int) -> int:
    """Remove up to `limit` of a tenant's oldest entries, made at `before` or earlier.

    The head says where the chain begins from then on. Returns how many went.
    """
    of_tenant = audit_events.c.tenant_id == tenant_id
    oldest = select(audit_events).where(of_tenant).order_by(audit_events.c.seq).limit(limit)
    due = list(takewhile(lambda row: row.recorded_at <= before, connection.execute(oldest)))
    if not due:
        return 0
    base = {"base_seq": due[-1].seq, "base_hash": due[-1].hash}
    connection.execute(update(audit_heads).where(audit_heads.c.tenant_id == tenant_id).values(base))
    connection.execute(delete(audit_events).where(of_tenant, audit_events.c.seq <= due[-1].seq))
    scrub_after(connection)
    return len(due)


def verify(connection: Connection) -> Iterator[str]:
    """Walk every tenant's chain and tell each fault: an edited, removed or re-ordered entry."""
    heads = {row.tenant_id: row for row in connection.execute(select(audit_heads))}
    ends = {name: (head.base_seq, head.base_hash) for name, head in heads.items()}
    ordered = select(audit_events).order_by(audit_events.c.tenant_id, audit_events.c.seq)
    for row in connection.execute(ordered):
        seq, digest = ends.get(row.tenant_id, (0, GENESIS))
        if row.seq != seq + 1:
            yield f"entries {seq + 1} to {row.seq - 1} are missing"
        elif row.previous_hash != digest:
            yield f"entry {row.seq} does not follow the entry before it"
        if _digest(row.previous_hash, row.seq, row.document) != row.hash or not _agrees(row):
            yield f"entry {row.seq} was edited"
        ends[row.tenant_id] = (row.seq, row.hash)
    for tenant_id in heads.keys() | ends.keys():
        head = heads.get(tenant_id)
        if (head.seq, head.hash) != ends.get(tenant_id) if head else True:
            yield "the end of the chain is not where its head says"


def _agrees(row: Any) -> bool:
    """Whether the columns that lists filter on still say what the entry says."""
    try:
        document = orjson.loads(row.document)
    except orjson.JSONDecodeError:
        return False
    if not isinstance(document, dict):
        return False
    names = ("id", "category", "activityType", "activityOperationType", "activityDateTime")
    try:
        moment = instant(row.recorded_at)
    except (TypeError, ValueError, OverflowError, OSError):
        return False
    held = (row.id, row.category, row.activity_type, row.operation_type, moment)
    return tuple(document.get(name) for name in names) == held
