"""Where a device or an app stands when it speaks: all of it in one read.

Its credential, its record, the tenant's state, and what a check-in would otherwise have to ask one
by one. What is asked here holds inside the transaction that it is read in.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, bindparam, select

from mdm_sim import actions, compliance, contexts, tokens
from mdm_sim.messages import Gone, Unauthenticated
from mdm_sim.policy.context import Workload
from mdm_sim.store.prepared import Prepared
from mdm_sim.store.tables import credentials, devices, registrations, settings

KINDS = {Workload.MDM: "device", Workload.MAM: "app"}


def _query(table: Table[Any]) -> Prepared:
    found = credentials.join(settings, settings.c.tenant_id == credentials.c.tenant_id).outerjoin(
        table,
        (table.c.tenant_id == credentials.c.tenant_id) & (table.c.id == credentials.c.subject_id),
    )
    return Prepared(
        select(
            table,
            credentials.c.kind.label("credential_kind"),
            credentials.c.state.label("credential_state"),
            credentials.c.expires_at.label("credential_expires_at"),
            settings.c.epoch.label("tenant_epoch"),
            settings.c.closed_at.label("tenant_closed_at"),
            contexts.joined(table, bindparam("stated")).label("is_joined"),
            actions.has_open(table).label("has_orders"),
            compliance.has_policies(table).label("has_policies"),
        )
        .select_from(found)
        .where(credentials.c.token_hash == bindparam("hash"))
    )


_QUERIES = {Workload.MDM: _query(devices), Workload.MAM: _query(registrations)}


def find(connection: Connection, workload: Workload, token: str, stated: object, now: float) -> Any:
    """The row of the record that a token of its own stands for, with what else holds of it.

    `stated` is the directory's device id that the record is about to report: `is_joined` says
    whether the directory has that device as its user's, joined. Raises Unauthenticated, and Gone
    where the record has ended.
    """
    device_id = stated.lower() if isinstance(stated, str) else None
    query = _QUERIES[workload]
    row = query(connection, hash=tokens.digest(token), stated=device_id).one_or_none()
    if row is None:
        raise Unauthenticated(tokens.UNKNOWN)
    tokens.require_live(
        row.credential_kind,
        row.credential_state,
        row.credential_expires_at,
        frozenset({KINDS[workload]}),
        now,
    )
    if row.id is None:
        raise Gone(tokens.ENDED)
    return row
