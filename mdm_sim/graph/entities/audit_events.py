"""auditEvents: what was assigned, created, deleted, managed, updated and ordered. Read-only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response
from sqlalchemy import ColumnElement, func

from mdm_sim import access
from mdm_sim.graph import listing
from mdm_sim.graph.asking import Ask, shown
from mdm_sim.graph.odata.paging import Order
from mdm_sim.graph.odata.properties import Properties, Property
from mdm_sim.graph.reading import reading
from mdm_sim.graph.routing import Route
from mdm_sim.store.tables import audit_events

_READ = access.reading(access.APPS)
_PATH = "deviceManagement/auditEvents"

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


def _told(path: str) -> ColumnElement[Any]:
    return func.json_extract(audit_events.c.document, f"$.{path}")


PROPERTIES: Properties = {
    "id": Property(audit_events.c.id),
    "displayName": Property(_told("displayName")),
    "componentName": Property(_told("componentName")),
    "activity": Property(_told("activity")),
    "activityDateTime": Property(audit_events.c.recorded_at, "instant"),
    "activityType": Property(audit_events.c.activity_type, any_case=True),
    "activityOperationType": Property(audit_events.c.operation_type),
    "activityResult": Property(_told("activityResult")),
    "correlationId": Property(_told("correlationId")),
    "category": Property(audit_events.c.category),
    "actor": Property(_told("actor"), "json"),
    "resources": Property(_told("resources"), "json"),
}
# Parts of the actor can be filtered on; they are shown as parts of it only.
FILTERS: Properties = {
    f"actor/{name}": Property(_told(f"actor.{name}"), any_case=True)
    for name in ("userPrincipalName", "userId", "applicationId", "applicationDisplayName")
}


def _of_tenant(ask: Ask) -> Sequence[ColumnElement[bool]]:
    return (audit_events.c.tenant_id == ask.who.tenant_id,)


EVENTS = listing.Collection(
    _PATH,
    audit_events,
    audit_events.c.id,
    PROPERTIES,
    _of_tenant,
    filters=FILTERS,
    default_order=(Order(audit_events.c.seq, descending=True),),
)


def _categories(ask: Ask) -> Response:
    ask.require(_READ)
    context = ask.context("Collection(Edm.String)")
    return shown({"@odata.context": context, "value": list(CATEGORIES)})


ROUTES = (
    *reading(_PATH, _READ, lambda _ask: EVENTS),
    Route("GET", f"{_PATH}/getAuditCategories", _categories),
)
