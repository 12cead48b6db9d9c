"""Where this service is: every URL begins with the address that the client called."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import request
from sqlalchemy import Connection

from mdm_sim.entra import scopes
from mdm_sim.entra.directory import client_ids, find_tenant
from mdm_sim.entra.errors import Refused
from mdm_sim.entra.scopes import Resources
from mdm_sim.store.work import Desk

LOGIN_HOSTS = (
    "login.microsoftonline.com",
    "login.windows.net",
    "login.microsoft.com",
    "sts.windows.net",
)
# What may follow the tenant in an audience: its issuers and its token endpoints.
_ENDPOINTS = frozenset({"", "v2.0", "oauth2/token", "oauth2/v2.0/token"})


def base() -> str:
    """How the client addressed this service."""
    if not request.host:
        raise Refused(9002313)
    return f"{request.scheme}://{request.host}"


def resources(desk: Desk, tenant: str) -> Resources:
    """What a tenant's clients may ask scopes of, by every name it has at this address."""
    own = urlsplit(base())
    with desk.store.read() as connection:
        applications = client_ids(connection, find_tenant(connection, tenant))
    return scopes.resources((own.netloc, own.hostname or own.netloc), applications)


def is_here(connection: Connection, tenant_id: str) -> Callable[[str], bool]:
    """Whether an audience is an endpoint of a tenant, under this address or one of Microsoft's."""
    own = urlsplit(base())
    hosts = {own.netloc, own.hostname, *LOGIN_HOSTS}

    def found(audience: str) -> bool:
        try:
            parts = urlsplit(audience)
        except ValueError:
            return False
        tenant, _, endpoint = parts.path.strip("/").partition("/")
        if parts.scheme != "https" or parts.netloc.lower() not in hosts:
            return False
        return endpoint in _ENDPOINTS and _names(connection, tenant, tenant_id)

    return found


def _names(connection: Connection, tenant: str, tenant_id: str) -> bool:
    try:
        return find_tenant(connection, tenant) == tenant_id
    except Refused:
        return False
