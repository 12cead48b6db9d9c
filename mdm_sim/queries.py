"""Device queries (row optional.device_query): asked live, answered live, returned once, not kept.

The answer comes with a check-in, in another process than the one that the asker waits at. So it
passes through the database, encrypted (JWE, RFC 7516) for a key that is derived from the query's
id: the database holds the id's digest and the public key alone, so that nobody but the asker can
read it. It is removed when it is read, and after some minutes in any case (`policy.retention`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import orjson
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwe
from joserfc.jwk import ECKey
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from mdm_sim.policy import catalogue
from mdm_sim.policy.context import Context
from mdm_sim.policy.minimise import Verb, judge
from mdm_sim.store.engine import scrub_after
from mdm_sim.store.prepared import Prepared
from mdm_sim.store.tables import orders, queries
from mdm_sim.store.work import Work

ACTION = "deviceQuery"
# Microsoft's own limits for a query and its answer.
MOST_CHARACTERS = 2048
MOST_BYTES = 128 * 1024
_HEADER = {"alg": "ECDH-ES", "enc": "A256GCM"}
_OF_ORDER = Prepared(
    select(queries).where(
        queries.c.tenant_id == bindparam("tenant"),
        queries.c.order_id == bindparam("order"),
        queries.c.state == "pending",
    )
)


@dataclass(frozen=True, slots=True)
class Answer:
    """How a query stands: `pending`, `successful` or `failed`; `rows` is what the device said."""

    status: str
    rows: Any = None


def is_permitted(context: Context) -> bool:
    """Whether a device in `context` may be queried, where the feature is on."""
    row = catalogue.BY_ID["optional.device_query"]
    return judge(row, replace(context, device_query=True)).verb is Verb.KEEP


def begin(work: Work, record_id: str, order_id: str) -> str:
    """Open the query that an order puts to a device; returns its id, which is its key as well."""
    query_id = work.new_id()
    key = _key(query_id)
    values = {
        "tenant_id": work.tenant_id,
        "id": _digest(query_id),
        "order_id": order_id,
        "record_id": record_id,
        "public_key": orjson.dumps(key.as_dict(private=False)).decode(),
        "state": "pending",
        "answer": None,
        "requested_at": work.now,
        "answered_at": None,
    }
    work.connection.execute(insert(queries), values)
    return query_id


def take(work: Work, order_id: str, status: str, rows: Any) -> None:
    """Take the answer that came with an order's result; other orders' details are dropped.

    An answer of more than 128 KiB is dropped as well, and the query has failed.
    """
    row = _OF_ORDER(work.connection, tenant=work.tenant_id, order=order_id).one_or_none()
    if row is None:
        return
    content = orjson.dumps(rows)
    sealed = None
    if status == "done" and len(content) <= MOST_BYTES:
        public = ECKey.import_key(orjson.loads(row.public_key))
        sealed = jwe.encrypt_compact(_HEADER, content, public)
    work.connection.execute(
        update(queries)
        .where(queries.c.tenant_id == work.tenant_id, queries.c.id == row.id)
        .values(state="successful" if sealed else "failed", answer=sealed, answered_at=work.now)
    )


def read(work: Work, record_id: str, query_id: str) -> Answer | None:
    """The answer, which is removed by this; None for a query that is not there any more."""
    of_query = (
        queries.c.tenant_id == work.tenant_id,
        queries.c.record_id == record_id,
        queries.c.id == _digest(query_id),
    )
    row = work.connection.execute(select(queries).where(*of_query)).one_or_none()
    if row is None or row.state == "pending":
        return Answer("pending") if row else None
    work.connection.execute(delete(queries).where(*of_query))
    scrub_after(work.connection)
    if row.answer is None:
        return Answer(row.state)
    content = jwe.decrypt_compact(row.answer, _key(query_id)).plaintext or b"null"
    return Answer(row.state, orjson.loads(content))


def purge(connection: Connection, tenant_id: str, record_id: str | None = None) -> int:
    """Remove the queries of a record, or of the whole tenant, and take back what was asked."""
    of_queries = [queries.c.tenant_id == tenant_id]
    of_orders = [
        orders.c.tenant_id == tenant_id,
        orders.c.action == ACTION,
        orders.c.state.in_(("pending", "active")),
    ]
    if record_id is not None:
        of_queries.append(queries.c.record_id == record_id)
        of_orders.append(orders.c.record_id == record_id)
    connection.execute(update(orders).where(*of_orders).values(state="canceled", parameters="{}"))
    gone = connection.execute(delete(queries).where(*of_queries)).rowcount
    if gone:
        scrub_after(connection)
    return gone


def _digest(query_id: str) -> str:
    return hashlib.sha256(query_id.encode()).hexdigest()


def _key(query_id: str) -> ECKey:
    """The P-256 key of a query, derived from its id: 122 random bits, or a seed's."""
    secret = hashlib.sha512(b"device query " + query_id.encode()).digest()
    # Modulo the group's order (SEC 2), less one: never zero, and without a bias worth the name.
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    number = int.from_bytes(secret, "big") % (order - 1) + 1
    private = ec.derive_private_key(number, ec.SECP256R1())
    return ECKey.import_key(
        private.private_bytes(
            encoding=serialization.Encoding.PEM,
            format=serialization.PrivateFormat.PKCS8,
            encryption_algorithm=serialization.NoEncryption(),
        )
    )
