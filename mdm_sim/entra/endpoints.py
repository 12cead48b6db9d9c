"""The routes of the Entra ID doors, and how a refusal is answered."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from mdm_sim import tokens, wire
from mdm_sim.entra import errors, forms, metadata, scopes
from mdm_sim.entra.directory import ALIASES, find_client, find_tenant
from mdm_sim.entra.errors import Refused
from mdm_sim.entra.grants import GRANTS, Ask
from mdm_sim.store.work import Desk
from mdm_sim.tenant import DOMAIN

_CONFIGURATION = ".well-known/openid-configuration"
_METHODS = ["DELETE", "GET", "PATCH", "POST", "PUT"]
_VERSIONS = frozenset({"1.0", "1.1"})
_UNSTORED = {"Pragma": "no-cache"}  # beside the no-store of every answer (RFC 6749 5.1)


def door(desk: Desk) -> Blueprint:
    """The Entra ID doors of a desk."""
    blueprint = Blueprint("entra", __name__)
    decoy = tokens.hash_secret("nobody")

    @blueprint.get(f"/<tenant>/{_CONFIGURATION}", defaults={"v2": False}, endpoint="v1")
    @blueprint.get(f"/<tenant>/v2.0/{_CONFIGURATION}", defaults={"v2": True}, endpoint="v2")
    def configuration(tenant: str, *, v2: bool) -> dict[str, Any]:
        return metadata.configuration(_base(), _canonical(desk, tenant), v2=v2)

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
        return metadata.instance(_base(), version, endpoint)

    @blueprint.get("/common/userrealm/<name>")
    def user_realm(name: str) -> dict[str, str]:
        # MSAL asks this before it sends a password. It tells of the domain, not of the user.
        managed = name.lower().endswith(f"@{DOMAIN}")
        return {"ver": "1.0", "account_type": "Managed" if managed else "Unknown"}

    @blueprint.route("/<tenant>/oauth2/v2.0/token", methods=_METHODS)
    def token(tenant: str) -> Response:
        if request.method != "POST":
            raise Refused(900561)
        return wire.answer(_grant(desk, tenant, decoy), 200, **_UNSTORED)

    @blueprint.errorhandler(Refused)
    def refuse(refused: Refused) -> Response:
        ids = wire.request_id(), wire.correlation_id()
        body = errors.body(refused, desk.clock.now(), *ids)
        return wire.answer(body, refused.refusal.status, **_headers(refused.refusal.status))

    return blueprint


def _grant(desk: Desk, tenant: str, decoy: str) -> dict[str, Any]:
    form = forms.read(request)
    grant = GRANTS.get(forms.need(form, "grant_type"))
    if grant is None:
        raise Refused(70003)
    with desk.store.read() as connection:
        tenant_id = find_tenant(connection, tenant)
    client = find_client(desk.store, tenant_id, *forms.credentials(request, form))
    base = _base()
    own = urlsplit(base)
    return grant(
        Ask(
            desk=desk,
            authority=tenant.lower(),
            tenant_id=tenant_id,
            issuer=metadata.issuer(base, tenant_id),
            graph=scopes.resources((own.netloc, own.hostname or own.netloc)),
            client=client,
            form=form,
            decoy=decoy,
        )
    )


def _canonical(desk: Desk, tenant: str) -> str:
    """The tenant as URLs name it: an alias as it is, a domain by the tenant's id."""
    with desk.store.read() as connection:
        tenant_id = find_tenant(connection, tenant)
    return tenant.lower() if tenant.lower() in ALIASES else tenant_id


def _base() -> str:
    """How the client addressed this service."""
    if not request.host:
        raise Refused(9002313)
    return f"{request.scheme}://{request.host}"


def _headers(status: int) -> dict[str, str]:
    if status == 401 and "Authorization" in request.headers:
        return _UNSTORED | {"WWW_Authenticate": 'Basic realm="entra"'}  # RFC 6749 5.2
    return _UNSTORED | ({"Allow": "POST"} if status == 405 else {})
