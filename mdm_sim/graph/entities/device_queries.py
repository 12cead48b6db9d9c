"""Device query: asked of one device, answered at its next check-in, returned once and not kept.

Graph's published metadata does not have these calls; they are the ones of Intune's admin centre,
as far as they are known: the query and its results travel in base64.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import orjson
from flask import Response
from sqlalchemy import select

from mdm_sim import access, actions, contexts, queries
from mdm_sim.graph.asking import Ask, shown
from mdm_sim.graph.entities.device_places import PATH
from mdm_sim.graph.entities.managed_devices import find
from mdm_sim.graph.routing import Route
from mdm_sim.messages import Detail, Impossible, Malformed, NotFound
from mdm_sim.store import audit
from mdm_sim.store.tables import settings
from mdm_sim.store.work import Work


def _create(ask: Ask) -> Response:
    ask.require(access.REMOTE_ACTIONS)
    text = _query(ask.body().get("query"))
    with ask.work() as work:
        row = find(ask, work.connection, ask.keys[-1])
        _require_permitted(work, row)
        order_id = actions.ask(work, row, queries.ACTION, {"query": text})
        query_id = queries.begin(work, row.id, order_id)
    return shown({**_untyped(ask), "id": query_id, "status": "pending"}, 201)


def _query(given: Any) -> str:
    """The text of a query, which comes in base64. Raises Malformed."""
    try:
        text = base64.b64decode(given, validate=True).decode() if isinstance(given, str) else ""
    except (binascii.Error, UnicodeDecodeError, ValueError):
        text = ""
    if not 0 < len(text) <= queries.MOST_CHARACTERS:
        message = f"The query has to be base64 of at most {queries.MOST_CHARACTERS} characters."
        raise Malformed(message, [Detail("/query", "base64 of a query is expected")])
    return text


def _require_permitted(work: Work, row: Any) -> None:
    """Raise Impossible where row optional.device_query does not permit it."""
    switch = select(settings.c.device_query).where(settings.c.tenant_id == work.tenant_id)
    is_on = bool(work.connection.execute(switch).scalar_one())
    if not is_on or not queries.is_permitted(contexts.current(work.connection, row)):
        message = "Device query is for corporate, Entra joined Windows devices, where it is on."
        raise Impossible(message)


def _result(ask: Ask) -> Response:
    """How a query stands. Its results are given once, and are gone with this answer."""
    ask.require(access.REMOTE_ACTIONS)
    device_id, query_id = ask.keys
    with ask.work() as work:
        row = find(ask, work.connection, device_id)
        answer = queries.read(work, row.id, query_id.lower())
        if answer is None:
            message = "Resource not found."
            raise NotFound(message)
        if answer.status != "pending":
            entry = ("get DeviceQueryResult", "Device", "ManagedDevice", row.id)
            work.record(audit.Entry(audit.Task.MANAGE, *entry))
    done = answer.status == "successful"
    results = base64.b64encode(orjson.dumps(answer.rows)).decode() if done else None
    told = {"id": query_id, "status": answer.status, "results": results}
    return shown({**_untyped(ask), **told})


def _untyped(ask: Ask) -> dict[str, str]:
    """The context of an answer that no type of Graph's metadata describes."""
    return {"@odata.context": ask.context("Edm.Untyped")}


ROUTES = (
    Route("POST", f"{PATH}/{{}}/createQuery", _create, beta_only=True),
    Route("GET", f"{PATH}/{{}}/queryResults/{{}}", _result, beta_only=True),
)
