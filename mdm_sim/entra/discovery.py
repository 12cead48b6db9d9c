"""The routes of discovery: configurations, keys, names of this cloud, and who a token's user is."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from mdm_sim import tokens, wire
from mdm_sim.entra import addresses, claims, metadata
from mdm_sim.entra.directory import ALIASES, find_tenant, find_user
from mdm_sim.entra.errors import Refused
from mdm_sim.messages import Forbidden
from mdm_sim.store.work import Desk
from mdm_sim.tenant import DOMAIN

_CONFIGURATION = ".well-known/openid-configuration"
_VERSIONS = frozenset({"1.0", "1.1"})


def add_routes(blueprint: Blueprint, desk: Desk) -> None:
    """Add what a client asks before it signs anybody in, and what it may ask after."""

    @blueprint.get(f"/<tenant>/{_CONFIGURATION}", defaults={"v2": False}, endpoint="v1")
    @blueprint.get(f"/<tenant>/v2.0/{_CONFIGURATION}", defaults={"v2": True}, endpoint="v2")
    def configuration(tenant: str, *, v2: bool) -> dict[str, Any]:
        return metadata.configuration(addresses.base(), _canonical(desk, tenant), v2=v2)

    @blueprint.get("/<tenant>/discovery/v2.0/keys")
    @blueprint.get("/<tenant>/discovery/keys")
    def keys(tenant: str) -> dict[str, Any]:
        with desk.store.read() as connection:
            return {"keys": tokens.public_keys(connection, find_tenant(connection, tenant))}

    @blueprint.get("/common/discovery/instance")
    def instance() -> dict[str, Any]:
        version = request.args.get("api-version", "1.0")
        if version not in _VERSIONS:
            raise Refused(9002313)
        endpoint = request.args.get("authorization_endpoint", "")
        return metadata.instance(addresses.base(), version, endpoint)

    @blueprint.get("/common/userrealm/<name>")
    def user_realm(name: str) -> dict[str, str]:
        # MSAL asks this before it sends a password. It tells of the domain, not of the user.
        managed = name.lower().endswith(f"@{DOMAIN}")
        return {"ver": "1.0", "account_type": "Managed" if managed else "Unknown"}

    @blueprint.route("/oidc/userinfo", methods=["GET", "POST"])
    def user_info() -> Response:
        return wire.answer(_user_info(desk))


def _user_info(desk: Desk) -> dict[str, Any]:
    who = wire.principal(desk)
    if who.user_id is None or "openid" not in who.permissions:
        message = "The access token has to be a user's, with the scope openid."
        raise Forbidden(message)
    with desk.store.read() as connection:
        user = find_user(connection, who.tenant_id, who.user_id)
    return claims.user_info(who, user)


def _canonical(desk: Desk, tenant: str) -> str:
    """The tenant as URLs name it: an alias as it is, a domain by the tenant's id."""
    with desk.store.read() as connection:
        tenant_id = find_tenant(connection, tenant)
    return tenant.lower() if tenant.lower() in ALIASES else tenant_id
