"""Orders: a remote action is asked by an admin, handed out at a check-in, ended by its result.

State of an order: pending -> active -> done, failed or notSupported; or canceled by a newer one.
Its parameters are kept while it is open and emptied when it ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, insert, select, update

from mdm_sim.messages import Conflict, Impossible, NotFound, Order, Result
from mdm_sim.policy.context import Ownership, Platform, Workload
from mdm_sim.remote_actions import ACTIONS, RemoteAction
from mdm_sim.store import audit
from mdm_sim.store.engine import scrub_after
from mdm_sim.store.minting import count
from mdm_sim.store.prepared import Prepared
from mdm_sim.store.tables import devices, orders, references, registrations
from mdm_sim.store.work import Work

OPEN = ("pending", "active")
# That an admin blocked a user's apps is a reference of the user's to themselves.
BLOCKED = "users/managedAppUser"
# managementState of the record: when asked, when handed out, when it failed.
STATES = {
    "retire": ("retirePending", "retireIssued", "retireFailed"),
    "wipe": ("wipePending", "wipeIssued", "wipeFailed"),
}

_OPEN = Prepared(
    select(orders.c.id, orders.c.action, orders.c.parameters, orders.c.state)
    .where(
        orders.c.tenant_id == bindparam("tenant"),
        orders.c.record_id == bindparam("record"),
        (orders.c.state == "pending") | (orders.c.state == "active"),
    )
    .order_by(orders.c.seq)
)
_OF_ONE = Prepared(
    select(orders)
    .where(orders.c.tenant_id == bindparam("tenant"), orders.c.record_id == bindparam("record"))
    .order_by(orders.c.seq)
)


def has_open(table: Table[Any]) -> ColumnElement[bool]:
    """SQL: whether an order waits for a record or was handed out to it."""
    return (
        select(orders.c.id)
        .where(
            orders.c.tenant_id == table.c.tenant_id,
            orders.c.record_id == table.c.id,
            (orders.c.state == "pending") | (orders.c.state == "active"),
        )
        .correlate(table)
        .exists()
    )


def ask(work: Work, row: Any, name: str, parameters: Mapping[str, Any]) -> str:
    """Order an action of the record in `row`, replacing an open order of the same name.

    Returns the order's id. Raises Impossible when the action does not work on the record's
    platform, ownership or kind of enrollment.
    """
    action = ACTIONS[name]
    require_supported(action, row)
    cancel_open(work, row, name)
    order_id = work.new_id()
    values = {
        "tenant_id": work.tenant_id,
        "id": order_id,
        "seq": count(work.connection, "orders"),
        "record_id": row.id,
        "action": name,
        "parameters": orjson.dumps(dict(parameters)).decode(),
        "state": "pending",
        "requested_at": work.now,
        "updated_at": work.now,
    }
    work.connection.execute(insert(orders), values)
    if action.ends:
        _set_management_state(work, row, STATES[action.ends][0])
    is_device = row.workload == Workload.MDM
    kind = "ManagedDevice" if is_device else "ManagedAppRegistration"
    category = "Device" if is_device else "Application"
    work.record(
        audit.Entry(
            audit.Task.REMOTE,
            f"{name} {kind}",
            category,
            kind,
            row.id,
            dict.fromkeys(parameters, "set"),
        )
    )
    return order_id


def require_supported(action: RemoteAction, row: Any) -> None:
    """Raise Impossible, with the reason, when `action` does not work on the record in `row`."""
    if Platform(row.platform) not in action.platforms:
        message = f"{action.name} is not supported on this platform"
        raise Impossible(message)
    owner = Ownership(row.ownership)
    if (Ownership.PERSONAL if owner is Ownership.UNKNOWN else owner) not in action.owners:
        message = f"{action.name} is for corporate devices only"
        raise Impossible(message)
    profile_only = action.ends == "wipe" and row.work_profile and owner is not Ownership.CORPORATE
    if profile_only or (action.not_types and row.enrollment_type in action.not_types):
        message = f"{action.name} is not supported for this type of enrollment"
        raise Impossible(message)


def cancel_open(work: Work, row: Any, name: str | None = None) -> None:
    """Cancel the open orders of a record, all of them or those of one action."""
    query = update(orders).where(
        orders.c.tenant_id == work.tenant_id,
        orders.c.record_id == row.id,
        orders.c.state.in_(OPEN),
    )
    if name is not None:
        query = query.where(orders.c.action == name)
    ended = query.values(state="canceled", parameters="{}", updated_at=work.now)
    if work.connection.execute(ended).rowcount:
        scrub_after(work.connection)


def cancel_unsupported(work: Work, row: Any) -> None:
    """Cancel the open orders that the record in `row`, as it is now, could not be given."""
    for order in _OPEN(work.connection, tenant=work.tenant_id, record=row.id).all():
        action = ACTIONS[order.action]
        try:
            require_supported(action, row)
        except Impossible:
            cancel_open(work, row, order.action)
            if action.ends:
                _set_management_state(work, row, "managed")


def is_open(connection: Connection, row: Any, name: str, leaving_out: Set[str]) -> bool:
    """Whether an order of this action, but for some ids, waits for the record or was handed out."""
    rows = _OPEN(connection, tenant=row.tenant_id, record=row.id)
    return any(order.action == name and order.id not in leaving_out for order in rows)


def hand_out(work: Work, row: Any) -> list[Order]:
    """The orders the record has to carry out now; one without a result is handed out again."""
    rows = _OPEN(work.connection, tenant=work.tenant_id, record=row.id).all()
    if any(order.state == "pending" for order in rows):
        work.connection.execute(
            update(orders)
            .where(
                orders.c.tenant_id == work.tenant_id,
                orders.c.record_id == row.id,
                orders.c.state == "pending",
            )
            .values(state="active", updated_at=work.now)
        )
        for order in rows:
            ends = ACTIONS[order.action].ends
            if ends and order.state == "pending":
                _set_management_state(work, row, STATES[ends][1])
    return [Order(order.id, order.action, orjson.loads(order.parameters)) for order in rows]


def finish(work: Work, row: Any, result: Result) -> RemoteAction | None:
    """Write down how an order ended; returns its action when the record ends with it.

    Raises NotFound for an order that is not this record's, Conflict for one that has ended.
    """
    query = select(orders).where(
        orders.c.tenant_id == work.tenant_id,
        orders.c.record_id == row.id,
        orders.c.id == result.id,
    )
    order = work.connection.execute(query).one_or_none()
    if order is None:
        message = "there is no such order for this record"
        raise NotFound(message)
    if order.state != "active":
        message = "the order is not open: it has ended, or it was not handed out yet"
        raise Conflict(message)
    work.connection.execute(
        update(orders)
        .where(orders.c.tenant_id == work.tenant_id, orders.c.id == result.id)
        .values(state=result.status, parameters="{}", updated_at=work.now)
    )
    if order.parameters != "{}":
        scrub_after(work.connection)
    action = ACTIONS[order.action]
    keeps = orjson.loads(order.parameters).get("keepEnrollmentData") is True
    if not action.ends:
        return None
    if result.status != "done":
        _set_management_state(work, row, STATES[action.ends][2])
        return None
    if keeps:
        _set_management_state(work, row, "managed")
        return None
    return action


def remove_all(work: Work, record_id: str) -> int:
    """Remove every order of a record that has ended; returns how many there were."""
    of_record = (orders.c.tenant_id == work.tenant_id, orders.c.record_id == record_id)
    return work.connection.execute(delete(orders).where(*of_record)).rowcount


def withdraw(work: Work, order: Any) -> None:
    """Remove a selective wipe that nobody carried out; the app is managed on."""
    this = (orders.c.tenant_id == work.tenant_id, orders.c.id == order.id)
    work.connection.execute(delete(orders).where(*this))
    row = work.connection.execute(
        select(registrations).where(
            registrations.c.tenant_id == work.tenant_id, registrations.c.id == order.record_id
        )
    ).one()
    _set_management_state(work, row, "managed")
    kind = "ManagedAppRegistration"
    work.record(
        audit.Entry(audit.Task.DELETE, f"expire {order.action}", "Application", kind, row.id)
    )


def latest(
    connection: Connection, tenant_id: str, record_ids: Sequence[str]
) -> dict[str, list[Any]]:
    """The latest order of each listed action of some records, oldest first, by record."""
    last: dict[str, dict[str, Any]] = {}
    for row in _orders_of(connection, tenant_id, record_ids):
        if ACTIONS[row.action].is_listed:
            last.setdefault(row.record_id, {})[row.action] = row
    return {record_id: list(found.values()) for record_id, found in last.items()}


def _orders_of(connection: Connection, tenant_id: str, record_ids: Sequence[str]) -> Iterable[Any]:
    """The orders of some records, oldest first."""
    if len(record_ids) == 1:
        return _OF_ONE(connection, tenant=tenant_id, record=record_ids[0])
    query = select(orders).where(orders.c.tenant_id == tenant_id)
    return connection.execute(
        query.where(orders.c.record_id.in_(record_ids)).order_by(orders.c.seq)
    )


def _set_management_state(work: Work, row: Any, state: str) -> None:
    table = devices if row.workload == Workload.MDM else registrations
    work.connection.execute(
        update(table)
        .where(table.c.tenant_id == work.tenant_id, table.c.id == row.id)
        .values(management_state=state)
    )


def block_apps(work: Work, user_id: str, *, blocks: bool) -> None:
    """Bar a user from registering apps, or let them register again."""
    forget_block(work, user_id)
    if blocks:
        row = {"collection": BLOCKED, "source_id": user_id, "target_id": user_id}
        work.connection.execute(insert(references), {"tenant_id": work.tenant_id, **row})
    verb = "Block" if blocks else "Unblock"
    kind = ("Application", "User", user_id)
    work.record(audit.Entry(audit.Task.MANAGE, f"{verb} ManagedAppUser", *kind))


def forget_block(work: Work, user_id: str) -> None:
    """Remove that a user's apps are blocked."""
    work.connection.execute(delete(references).where(*_blocked(work.tenant_id, user_id)))


def are_apps_blocked(connection: Connection, tenant_id: str, user_id: str) -> bool:
    """Whether a user is barred from registering apps."""
    query = select(references.c.source_id).where(*_blocked(tenant_id, user_id))
    return connection.execute(query).first() is not None


def _blocked(tenant_id: str, user_id: str) -> tuple[ColumnElement[bool], ...]:
    return (
        references.c.tenant_id == tenant_id,
        references.c.collection == BLOCKED,
        references.c.source_id == user_id,
    )
