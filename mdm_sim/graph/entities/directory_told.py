"""Directory objects that follow from the tenant itself, and are kept nowhere: they are told anew.

Its organization, domains, products, roles, and the applications that are registered with their
service principals. Lists of them are queried as JSON, by the same rules as all others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID, uuid5

import orjson
from sqlalchemy import BindParameter, Connection, bindparam, delete, func, insert, select

from mdm_sim import access, licences, memberships, tokens
from mdm_sim.clock import iso
from mdm_sim.graph.asking import Ask
from mdm_sim.graph.entities import user_licences
from mdm_sim.graph.entities.directory_kinds import Kind
from mdm_sim.graph.entities.graph_permissions import ROLE_IDS, ROLES
from mdm_sim.graph.odata.properties import Property
from mdm_sim.store.dialects.functions import json_value
from mdm_sim.store.engine import scrub_after
from mdm_sim.store.tables import clients, documents, users
from mdm_sim.store.work import Work
from mdm_sim.tenant import APPS, CLIENT_ID, DOMAIN, PUBLIC_CLIENT_ID

Objects = list[dict[str, Any]]
_MICROSOFT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
# Microsoft's own applications that every tenant with Intune has.
_GRAPH, _INTUNE = (
    (tokens.GRAPH_APP_ID, "Microsoft Graph"),
    (
        "0000000a-0000-0000-c000-000000000000",
        "Microsoft Intune",
    ),
)
_OF_MICROSOFT = {app.id for app in APPS} - {CLIENT_ID, PUBLIC_CLIENT_ID}
_UNRESTRICTED = {
    "@odata.type": "#microsoft.graph.unrestrictedAudience",
    "kind": "unrestricted",
}
ORGANIZATION = "organization"


def _kind(
    name: str, path: str, objects: Iterable[Any], reads: tuple[str, ...], alternate: str = ""
) -> Kind:
    """A kind whose rows are these objects."""
    given: BindParameter[str] = bindparam(None, orjson.dumps(list(objects)).decode(), unique=True)
    rows = func.json_each(given).table_valued("value", name=f"told_{name}")
    document = rows.c.value
    key = json_value(document, "id")
    return Kind(
        name=name,
        path=path,
        table=rows,
        key=key,
        own={"id": Property(key)},
        where=lambda _tenant_id: (),
        reads=reads,
        document=document,
        alternate=(alternate, json_value(document, alternate)) if alternate else None,
    )


def roles(_connection: Connection, tenant_id: str) -> Kind:
    """The directory's roles that are in use."""
    told = (
        {
            "id": role.id_in(tenant_id),
            "description": role.description,
            "displayName": role.name,
            "roleTemplateId": role.template_id,
        }
        for role in memberships.ROLES
    )
    reads = ("RoleManagement.Read.Directory", access.reading(access.DIRECTORY))
    return _kind("directoryRole", "directoryRoles", told, reads, "roleTemplateId")


def _apps(connection: Connection, tenant_id: str) -> list[Any]:
    query = select(clients).where(clients.c.tenant_id == tenant_id).order_by(clients.c.id)
    return list(connection.execute(query))


def _application_id(tenant_id: str, client_id: str) -> str:
    return str(uuid5(UUID(tenant_id), f"application:{client_id}"))


def applications(connection: Connection, tenant_id: str) -> Kind:
    """The applications that are registered here."""
    told = (
        {
            "id": _application_id(tenant_id, row.id),
            "appId": row.id,
            "displayName": row.display_name,
            "publisherDomain": DOMAIN,
            "signInAudience": "AzureADMyOrg",
            "signInAudienceRestrictions": _UNRESTRICTED,
            "publicClient": {"redirectUris": orjson.loads(row.redirect_uris).get("public", [])},
            "web": {"redirectUris": orjson.loads(row.redirect_uris).get("web", [])},
            "requiredResourceAccess": _required(orjson.loads(row.roles)),
        }
        for row in _apps(connection, tenant_id)
        if row.id not in _OF_MICROSOFT
    )
    reads = (access.reading(access.APPLICATIONS),)
    return _kind("application", "applications", told, reads, "appId")


def _required(granted: list[str]) -> Objects:
    wanted = [{"id": ROLE_IDS[name], "type": "Role"} for name in granted if name in ROLE_IDS]
    return [{"resourceAppId": _GRAPH[0], "resourceAccess": wanted}] if wanted else []


def principals(connection: Connection, tenant_id: str) -> Kind:
    """The service principals of those applications, and of Graph's and Intune's own."""
    own = [
        _principal(
            tenant_id,
            row.id,
            row.display_name,
            _MICROSOFT if row.id in _OF_MICROSOFT else tenant_id,
        )
        for row in _apps(connection, tenant_id)
    ]
    theirs = [_principal(tenant_id, *each, _MICROSOFT) for each in (_GRAPH, _INTUNE)]
    theirs[0] |= {
        "appRoles": ROLES,
        "servicePrincipalNames": [_GRAPH[0], tokens.GRAPH, "https://graph.microsoft.com/"],
    }
    reads = (access.reading(access.APPLICATIONS),)
    return _kind("servicePrincipal", "servicePrincipals", [*own, *theirs], reads, "appId")


def _principal(tenant_id: str, app_id: str, name: str, owner_id: str) -> dict[str, Any]:
    return {
        "id": tokens.service_principal_id(tenant_id, app_id),
        "accountEnabled": True,
        "appDisplayName": name,
        "appId": app_id,
        "appOwnerOrganizationId": owner_id,
        "displayName": name,
        "servicePrincipalNames": [app_id],
        "servicePrincipalType": "Application",
        "signInAudience": "AzureADMyOrg" if owner_id == tenant_id else "AzureADMultipleOrgs",
    }


def role_assignments(connection: Connection, tenant_id: str, principal_id: str) -> Kind:
    """What a service principal was granted at Graph for itself."""
    since = _since(connection, tenant_id)
    told = [
        {
            "id": str(uuid5(UUID(principal_id), name)),
            "appRoleId": ROLE_IDS[name],
            "createdDateTime": since,
            "principalDisplayName": row.display_name,
            "principalId": principal_id,
            "principalType": "ServicePrincipal",
            "resourceDisplayName": _GRAPH[1],
            "resourceId": tokens.service_principal_id(tenant_id, _GRAPH[0]),
        }
        for row in _apps(connection, tenant_id)
        if tokens.service_principal_id(tenant_id, row.id) == principal_id
        for name in orjson.loads(row.roles)
        if name in ROLE_IDS
    ]
    reads = (access.reading(access.APPLICATIONS),)
    return _kind("appRoleAssignment", "appRoleAssignments", told, reads)


def organization(connection: Connection, tenant_id: str) -> Kind:
    """The tenant."""
    stated = select(documents.c.document).where(
        documents.c.tenant_id == tenant_id, documents.c.collection == ORGANIZATION
    )
    since = _since(connection, tenant_id)
    plans = {plan.id: plan for product in licences.PRODUCTS for plan in product.plans}.values()
    told = {
        "id": tenant_id,
        "assignedPlans": [
            {
                "assignedDateTime": since,
                "capabilityStatus": "Enabled",
                "service": plan.service,
                "servicePlanId": plan.id,
            }
            for plan in plans
        ],
        "countryLetterCode": "NL",
        "createdDateTime": since,
        "displayName": "mdm-sim development tenant",
        "mobileDeviceManagementAuthority": "intune",
        "preferredLanguage": "en",
        "provisionedPlans": [
            {
                "capabilityStatus": "Enabled",
                "provisioningStatus": "Success",
                "service": plan.service,
            }
            for plan in plans
        ],
        "tenantType": "AAD",
        "verifiedDomains": [
            {
                "capabilities": "Email, OfficeCommunicationsOnline",
                "isDefault": True,
                "isInitial": True,
                "name": DOMAIN,
                "type": "Managed",
            }
        ],
    }
    told |= orjson.loads(connection.execute(stated).scalar() or "{}")
    reads = (access.reading(access.ORGANIZATION),)
    return _kind("organization", ORGANIZATION, [told], reads)


def _since(connection: Connection, tenant_id: str) -> str:
    """When the tenant began: with its first user."""
    query = select(func.min(users.c.created_at)).where(users.c.tenant_id == tenant_id)
    return iso(connection.execute(query).scalar() or 0)


def domains(_connection: Connection, _tenant_id: str) -> Kind:
    """The tenant's one domain."""
    told = {
        "id": DOMAIN,
        "authenticationType": "Managed",
        "isAdminManaged": True,
        "isDefault": True,
        "isInitial": True,
        "isRoot": True,
        "isVerified": True,
        "passwordNotificationWindowInDays": 14,
        "passwordValidityPeriodInDays": 2147483647,
        "supportedServices": ["Email", "Intune"],
    }
    return _kind("domain", "domains", [told], (access.reading(access.DOMAINS),))


def products(connection: Connection, tenant_id: str) -> Kind:
    """The products that the tenant has licences of."""
    told = user_licences.subscribed(connection, tenant_id)
    reads = (access.reading(access.ORGANIZATION), "LicenseAssignment.Read.All")
    return _kind("subscribedSku", "subscribedSkus", told, reads)


def licence_details(connection: Connection, tenant_id: str, user_id: str) -> Kind:
    """What a user is licensed for."""
    told = user_licences.details(connection, tenant_id, user_id)
    return _kind("licenseDetails", "licenseDetails", told, (access.reading(access.USERS),))


def told(ask: Ask, make: Callable[[Connection, str], Kind]) -> Kind:
    """A kind as it is now in the caller's tenant."""
    with ask.read() as connection:
        return make(connection, ask.who.tenant_id)


def keep_organization(work: Work, values: dict[str, Any]) -> None:
    """Keep what an admin states of the tenant."""
    this = (documents.c.tenant_id == work.tenant_id, documents.c.collection == ORGANIZATION)
    work.connection.execute(delete(documents).where(*this))
    row = {
        "tenant_id": work.tenant_id,
        "collection": ORGANIZATION,
        "parent_id": "",
        "id": work.tenant_id,
        "odata_type": "#microsoft.graph.organization",
        "document": orjson.dumps(values).decode(),
        "version": 1,
        "created_at": work.now,
        "updated_at": work.now,
    }
    work.connection.execute(insert(documents), row)
    scrub_after(work.connection)
