"""Licences: the products that the tenant has, and who has which of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from mdm_sim.store.tables import documents, users
from mdm_sim.store.work import Work

ASSIGNED = "users/assignedLicenses"
_KIND = "#microsoft.graph.assignedLicense"


@dataclass(frozen=True, slots=True)
class Plan:
    """A service in a product, by Microsoft's own id; `service` is what users' plans call it."""

    id: str
    name: str
    service: str


@dataclass(frozen=True, slots=True)
class Product:
    """A product (SKU) by Microsoft's own id, and how many licences of it were bought."""

    id: str
    name: str
    units: int
    plans: tuple[Plan, ...]


# fmt: off
_INTUNE = Plan("c1ec4a95-1f05-45b3-a911-aa3fa01094f5", "INTUNE_A", "SCO")
EMS, INTUNE = PRODUCTS = (
    Product("efccb6f7-5641-4e0e-bd10-b4976e1bf68e", "EMS", 1000, (
        _INTUNE,
        Plan("41781fb2-bc02-4b7c-bd55-b576c07bb09d", "AAD_PREMIUM", "AADPremiumService"),
        Plan("8a256a2b-b617-496d-b51b-e76466e88db0", "MFA_PREMIUM", "MultiFactorService"),
        Plan("bea4c11e-220a-4e6d-8eb8-8ea15d019f90", "RMS_S_ENTERPRISE", "RMSOnline"),
    )),
    Product("061f9ace-7d42-4136-88ac-31dc755f143f", "INTUNE_A", 1000, (_INTUNE,)),
)
# fmt: on
BY_ID = {product.id: product for product in PRODUCTS}


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence that a user has: since when, and which of its plans are disabled."""

    since: float
    disabled_plans: list[str]


def assigned(
    connection: Connection, tenant_id: str, user_ids: Collection[str]
) -> dict[str, dict[str, Licence]]:
    """The licences of users, by user and product."""
    found: dict[str, dict[str, Licence]] = {}
    query = select(documents).where(*_of(tenant_id), documents.c.parent_id.in_(user_ids))
    for row in connection.execute(query.order_by(documents.c.id)):
        plans = orjson.loads(row.document)["disabledPlans"]
        found.setdefault(row.parent_id, {})[row.id] = Licence(row.updated_at, plans)
    return found


def consumed(connection: Connection, tenant_id: str) -> dict[str, int]:
    """How many licences of each product users have who are not deleted."""
    alive = (
        (users.c.tenant_id == documents.c.tenant_id)
        & (users.c.id == documents.c.parent_id)
        & users.c.deleted_at.is_(None)
    )
    query = select(documents.c.id, func.count()).join(users, alive).where(*_of(tenant_id))
    return {row[0]: row[1] for row in connection.execute(query.group_by(documents.c.id))}


def assign(work: Work, user_id: str, product_id: str, disabled_plans: Iterable[str]) -> None:
    """Give a user a licence, or change which of its plans are disabled."""
    withdraw(work, user_id, product_id)
    work.connection.execute(
        insert(documents), row(work.tenant_id, user_id, product_id, work.now, disabled_plans)
    )


def withdraw(work: Work, user_id: str, product_id: str) -> int:
    """Take a licence from a user; returns how many there were."""
    mine = (documents.c.parent_id == user_id, documents.c.id == product_id)
    return work.connection.execute(delete(documents).where(*_of(work.tenant_id), *mine)).rowcount


def row(
    tenant_id: str, user_id: str, product_id: str, now: float, disabled_plans: Iterable[str] = ()
) -> dict[str, Any]:
    """A licence as it is stored."""
    return {
        "tenant_id": tenant_id,
        "collection": ASSIGNED,
        "parent_id": user_id,
        "id": product_id,
        "odata_type": _KIND,
        "document": orjson.dumps(
            {"skuId": product_id, "disabledPlans": list(disabled_plans)}
        ).decode(),
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }


def _of(tenant_id: str) -> tuple[ColumnElement[bool], ...]:
    return (documents.c.tenant_id == tenant_id, documents.c.collection == ASSIGNED)
