"""auditEvents: what was assigned, created, deleted, managed, updated and ordered. Read-only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

import orjson
from flask import Response
from sqlalchemy import ColumnElement, Connection, Select, func, select

from mdm_sim.clock import instant
from mdm_sim.graph.asking import Ask, shown
from mdm_sim.graph.documents.operations import Served
from mdm_sim.graph.documents.properties import DocumentProperties
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.edm.shaping import completed, given
from mdm_sim.graph.odata.collection import Collection, Total
from mdm_sim.graph.odata.paging import Order
from mdm_sim.graph.odata.properties import Property
from mdm_sim.graph.resolving import Place, Target
from mdm_sim.graph.views import View, ViewShelf
from mdm_sim.messages import Malformed
from mdm_sim.store.tables import audit_events, audit_heads

PATH = "deviceManagement/auditEvents"
_TYPE = "auditEvent"
# Graph's audit categories (Azure Monitor's value list), for getAuditCategories.
CATEGORIES = (
    "Other",
    "Enrollment",
    "Compliance",
    "DeviceConfiguration",
    "Device",
    "Application",
    "EBookManagement",
    "ConditionalAccess",
    "OnPremiseAccess",
    "Role",
    "SoftwareUpdates",
    "DeviceSetupConfiguration",
    "DeviceIntent",
    "DeviceIntentSetting",
    "DeviceSecurity",
    "GroupPolicyAnalytics",
)
# What `fill` completes.
_COMPLEX = ("actor", "resources")
# What columns hold; everything else stands in the entry's document, in Graph's own names.
_OWN = {
    "id": Property(audit_events.c.id, always=True),
    "activityDateTime": Property(audit_events.c.recorded_at, "instant", always=True),
    "activityType": Property(audit_events.c.activity_type, any_case=True, always=True),
    "activityOperationType": Property(audit_events.c.operation_type, any_case=True, always=True),
    "category": Property(audit_events.c.category, any_case=True, always=True, literals=CATEGORIES),
}


def _of_tenant(ask: Ask) -> Sequence[ColumnElement[bool]]:
    return (audit_events.c.tenant_id == ask.who.tenant_id,)


def _total(ask: Ask) -> Select[Any]:
    """SQL: how many entries there are: the chain has no gap between its base and its head."""
    kept = select(audit_heads.c.seq - audit_heads.c.base_seq)
    mine = kept.where(audit_heads.c.tenant_id == ask.who.tenant_id).scalar_subquery()
    return select(func.coalesce(mine, 0))


@lru_cache(maxsize=2)
def events(version: str) -> Collection:
    """Every entry, the newest first."""
    known = model(version)
    kind = known.types[_TYPE]

    def whole(row: Any) -> dict[str, Any]:
        told = orjson.loads(row.document) | {"activityDateTime": instant(row.recorded_at)}
        parts = {name: told.pop(name) for name in _COMPLEX if name in told}
        return completed(known, kind, told) | parts

    def fill(name: str, _connection: Connection, _ask: Ask, items: list[dict[str, Any]]) -> None:
        for item in items:
            item[name] = given(known, kind, name, item[name])

    return Collection(
        PATH,
        audit_events,
        audit_events.c.id,
        DocumentProperties(known, kind, audit_events.c.document, _OWN),
        _of_tenant,
        whole=whole,
        whole_columns=tuple(audit_events.c),
        extras={name: partial(fill, name) for name in _COMPLEX},
        default_order=(Order(audit_events.c.seq, descending=True),),
        searchable=("displayName", "activityType"),
        total=Total(_total),
        kept=(PATH, version),
    )


def _view(shelf: ViewShelf, _place: Place) -> Collection:
    return events(shelf.version)


def _categories(ask: Ask, _target: Target, _given: Mapping[str, Any]) -> Response:
    context = ask.context("Collection(Edm.String)")
    return shown({"@odata.context": context, "value": list(CATEGORIES)})


def _activity_types(ask: Ask, _target: Target, given: Mapping[str, Any]) -> Response:
    """The activities that there are entries of, in one category."""
    wanted = str(given.get("category", "")).lower()
    category = next((each for each in CATEGORIES if each.lower() == wanted), None)
    if category is None:
        message = f"A category is required: one of {', '.join(CATEGORIES)}."
        raise Malformed(message)
    query = (
        select(audit_events.c.activity_type)
        .where(*_of_tenant(ask), audit_events.c.category == category)
        .distinct()
        .order_by(audit_events.c.activity_type)
    )
    with ask.read() as connection:
        found = [row[0] for row in connection.execute(query)]
    context = ask.context("Collection(Edm.String)")
    return shown({"@odata.context": context, "value": found})


VIEWS: dict[str, View] = {PATH: _view}
SERVED = (
    Served(_TYPE, "getAuditCategories", _categories),
    Served(_TYPE, "getAuditActivityTypes", _activity_types),
)
