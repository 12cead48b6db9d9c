"""What is over: orders, queries, receipts, tokens, keys, deleted users and groups, old entries.

Every function removes at most `limit` things that are due by the service's clock, inside one
transaction, and returns how many it removed. It can be called again at any time by any worker.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Table, delete, select, tuple_, update

from mdm_sim import actions, epochs, memberships, queries, rights, tokens
from mdm_sim.policy.retention import seconds
from mdm_sim.store import audit, tables
from mdm_sim.store.engine import scrub_after
from mdm_sim.store.work import Work


def remove_ended_wipes(work: Work, limit: int) -> int:
    """Selective wipes that failed or were canceled are kept for four days."""
    orders = tables.orders
    return _remove(
        work,
        limit,
        orders,
        orders.c.action == "selectiveWipe",
        orders.c.state.not_in(actions.OPEN),
        # Asked before it ended, which is what the index knows.
        orders.c.requested_at <= work.now - seconds("selective_wipe_ended"),
        orders.c.updated_at <= work.now - seconds("selective_wipe_ended"),
    )


def remove_pending_wipes(work: Work, limit: int) -> int:
    """A selective wipe that no app has answered waits for 94 days."""
    orders = tables.orders
    query = select(orders).where(
        orders.c.tenant_id == work.tenant_id,
        orders.c.action == "selectiveWipe",
        orders.c.state.in_(actions.OPEN),
        orders.c.requested_at <= work.now - seconds("selective_wipe_pending"),
    )
    rows = work.connection.execute(query.limit(limit)).all()
    for row in rows:
        actions.withdraw(work, row)
    return len(rows)


def remove_query_answers(work: Work, limit: int) -> int:
    """The answer to a device query that nobody came for waits for ten minutes."""
    answered = tables.queries.c.answered_at
    return _remove(work, limit, tables.queries, answered <= work.now - seconds("query_result"))


def remove_pending_queries(work: Work, limit: int) -> int:
    """A device query that no device has answered waits for a day."""
    query = select(tables.queries.c.record_id).where(
        tables.queries.c.tenant_id == work.tenant_id,
        tables.queries.c.requested_at <= work.now - seconds("query_pending"),
    )
    rows = work.connection.execute(query.limit(limit)).all()
    return sum(queries.purge(work.connection, work.tenant_id, row.record_id) for row in rows)


def remove_receipts(work: Work, limit: int) -> int:
    """A receipt is kept for 90 days after it was last given."""
    before = work.now - seconds("receipts")
    return _remove(work, limit, tables.receipts, before >= tables.RECEIPT_LAST)


def remove_bulk_keys(work: Work, limit: int) -> int:
    """A stream can be sent again for a day; its keys are not needed after that."""
    done = tables.bulk_keys.c.done_at
    return _remove(work, limit, tables.bulk_keys, done <= work.now - seconds("bulk_key"))


def remove_credentials(work: Work, limit: int) -> int:
    """A token's hash goes when it has expired; one that was ended is told so for a year."""
    return _remove(work, limit, tables.credentials, tables.credentials.c.expires_at <= work.now)


def rotate_pseudonym_key(work: Work, _limit: int) -> int:
    """The key of the pseudonyms is a new one every 90 days."""
    settings = tables.settings
    row = work.connection.execute(
        select(settings).where(settings.c.tenant_id == work.tenant_id)
    ).one()
    if row.former_pseudonym_key or work.now < row.pseudonym_key_at + seconds("pseudonym_key"):
        return 0
    epochs.rotate_pseudonyms(work)
    return 1


def erase_deleted_users(work: Work, limit: int) -> int:
    """Who was deleted 30 days ago is erased, with everything that is held on them."""
    users = tables.users
    query = select(users).where(
        users.c.tenant_id == work.tenant_id,
        users.c.deleted_at <= work.now - seconds("deleted_user"),
    )
    rows = work.connection.execute(query.limit(limit)).all()
    for row in rows:
        rights.erase(work, row, "retention")
    return len(rows)


def erase_deleted_groups(work: Work, limit: int) -> int:
    """What was a group until 30 days ago goes, with who was in it."""
    documents = tables.documents
    query = select(documents.c.id).where(
        documents.c.tenant_id == work.tenant_id,
        documents.c.collection == memberships.DELETED_GROUPS,
        documents.c.updated_at <= work.now - seconds("deleted_group"),
    )
    ids = list(work.connection.execute(query.limit(limit)).scalars())
    for group_id in ids:
        memberships.erase_group(work, group_id)
        work.record(audit.Entry(audit.Task.DELETE, "erase Group", "Other", "Group", group_id))
    return len(ids)


def shorten_audit_log(work: Work, limit: int) -> int:
    """Entries are kept for two years; the chain then begins at the last one that went."""
    return audit.shorten(work.connection, work.tenant_id, work.now - seconds("audit"), limit)


def end_tenant(work: Work, limit: int) -> int:
    """Everything of a tenant that was closed 180 days ago goes, its settings last."""
    settings = tables.settings
    closed = select(settings.c.closed_at).where(settings.c.tenant_id == work.tenant_id)
    closed_at = work.connection.execute(closed).scalar()
    if closed_at is None or closed_at > work.now - seconds("tenant_end"):
        return 0
    heads = tables.audit_heads
    base = {"base_seq": heads.c.seq, "base_hash": heads.c.hash}
    work.connection.execute(update(heads).where(heads.c.tenant_id == work.tenant_id).values(base))
    last = [heads, settings]
    others = [
        table
        for table in tables.metadata.sorted_tables
        if "tenant_id" in table.c and table not in last
    ]
    removed = 0
    for table in (*others, *last):
        removed += _remove(work, limit - removed, table)
        if removed >= limit:
            break
    return removed


def _remove(work: Work, limit: int, table: Table[Any], *due: ColumnElement[bool]) -> int:
    """Delete up to `limit` rows of the tenant that are `due`."""
    key = tuple(table.primary_key.columns)
    rows = select(*key).where(table.c.tenant_id == work.tenant_id, *due).limit(limit)
    removed = work.connection.execute(delete(table).where(tuple_(*key).in_(rows))).rowcount
    if removed:
        scrub_after(work.connection)
    return removed


def rotate_signing_keys(work: Work, _limit: int) -> int:
    """The keys that sign tokens take turns; an old one stays while its tokens live."""
    return tokens.rotate(work.connection, work.tenant_id, work.now)
