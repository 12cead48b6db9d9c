"""Licences of users: what is assigned, the plans that follow from it, and what the tenant has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from sqlalchemy import Connection, literal

from mdm_sim import licences
from mdm_sim.clock import iso
from mdm_sim.graph.asking import Ask
from mdm_sim.graph.odata.collection import Extra
from mdm_sim.graph.odata.dialect import json_items
from mdm_sim.graph.odata.properties import Items, Properties, Property
from mdm_sim.licences import BY_ID, Product
from mdm_sim.store.dialects.functions import json_value
from mdm_sim.store.tables import documents, users

Made = list[dict[str, Any]]


def _each(alias: str) -> Items:
    """The licences of a user as rows."""
    mine = documents.alias(alias)

    def plans(inner: str) -> Items:
        source, value, condition = json_items(mine.c.document, "disabledPlans", inner)
        return Items(source, Property(value, "guid"), (condition,))

    members: Properties = {
        "skuId": Property(mine.c.id, "guid"),
        "disabledPlans": Property(json_value(mine.c.document, "disabledPlans"), "json", each=plans),
    }
    item = Property(mine.c.document, "json", members=lambda: members)
    conditions = (
        mine.c.tenant_id == users.c.tenant_id,
        mine.c.collection == licences.ASSIGNED,
        mine.c.parent_id == users.c.id,
    )
    return Items(mine, item, conditions)


PROPERTY = Property(literal("[]"), "json", [], each=_each)


def _licenses(held: Mapping[str, list[str]], _since: str) -> Made:
    return [{"disabledPlans": plans, "skuId": product} for product, plans in held.items()]


def _assigned_plans(held: Mapping[str, list[str]], since: str) -> Made:
    return [
        {
            "assignedDateTime": since,
            "capabilityStatus": "Deleted" if plan.id in disabled else "Enabled",
            "service": plan.service,
            "servicePlanId": plan.id,
        }
        for product, disabled in held.items()
        for plan in BY_ID[product].plans
    ]


def _provisioned_plans(held: Mapping[str, list[str]], _since: str) -> Made:
    return [
        {
            "capabilityStatus": "Enabled",
            "provisioningStatus": "Success",
            "service": plan.service,
        }
        for product, disabled in held.items()
        for plan in BY_ID[product].plans
        if plan.id not in disabled
    ]


def _states(held: Mapping[str, list[str]], since: str) -> Made:
    return [
        {
            "assignedByGroup": None,
            "disabledPlans": plans,
            "error": "None",
            "lastUpdatedDateTime": since,
            "skuId": product,
            "state": "Active",
        }
        for product, plans in held.items()
    ]


_MAKERS = {
    "assignedLicenses": _licenses,
    "assignedPlans": _assigned_plans,
    "provisionedPlans": _provisioned_plans,
    "licenseAssignmentStates": _states,
}


def _fill(name: str, connection: Connection, ask: Ask, items: list[dict[str, Any]]) -> None:
    ids = [item["id"] for item in items if name in item]
    held = licences.assigned(connection, ask.who.tenant_id, ids)
    for item in items:
        if item["id"] in held and name in item:
            own = held[item["id"]]
            since = iso(max(each.since for each in own.values()))
            item[name] = _MAKERS[name]({n: each.disabled_plans for n, each in own.items()}, since)


EXTRAS: dict[str, Extra] = {name: partial(_fill, name) for name in _MAKERS}


def plans_of(product: Product, disabled: Iterable[str] = ()) -> Made:
    """The service plans of a product as licence details and SKUs tell them."""
    return [
        {
            "appliesTo": "User",
            "provisioningStatus": "Disabled" if plan.id in disabled else "Success",
            "servicePlanId": plan.id,
            "servicePlanName": plan.name,
        }
        for plan in product.plans
    ]


def subscribed(connection: Connection, tenant_id: str) -> Made:
    """The tenant's products as `subscribedSkus`."""
    used = licences.consumed(connection, tenant_id)
    return [
        {
            "id": f"{tenant_id}_{product.id}",
            "accountId": tenant_id,
            "accountName": "mdmsim",
            "appliesTo": "User",
            "capabilityStatus": "Enabled",
            "consumedUnits": used.get(product.id, 0),
            "prepaidUnits": {
                "enabled": product.units,
                "lockedOut": 0,
                "suspended": 0,
                "warning": 0,
            },
            "servicePlans": plans_of(product),
            "skuId": product.id,
            "skuPartNumber": product.name,
            "subscriptionIds": [],
        }
        for product in licences.PRODUCTS
    ]


def details(connection: Connection, tenant_id: str, user_id: str) -> Made:
    """A user's licences as `licenseDetails`."""
    held = licences.assigned(connection, tenant_id, [user_id]).get(user_id, {})
    return [
        {
            "id": f"{user_id}_{product}",
            "servicePlans": plans_of(BY_ID[product], each.disabled_plans),
            "skuId": product,
            "skuPartNumber": BY_ID[product].name,
        }
        for product, each in held.items()
    ]
