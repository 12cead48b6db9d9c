"""What a client discovers: OpenID Connect configurations, and the names of this cloud.

Every URL begins with the address that the client called (`base`), so that it comes back here.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from mdm_sim.entra.addresses import LOGIN_HOSTS
from mdm_sim.entra.codes import METHODS
from mdm_sim.entra.device_codes import CODE_SECONDS, INTERVAL
from mdm_sim.entra.directory import ALIASES
from mdm_sim.entra.errors import Refused
from mdm_sim.entra.grants import GRANTS
from mdm_sim.entra.proofs import ALGORITHMS
from mdm_sim.entra.redirects import MODES
from mdm_sim.entra.scopes import OPENID

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad"
_TENANT = re.compile(r"[A-Za-z0-9.-]{1,255}")


def issuer(base: str, tenant: str) -> str:
    """Who signs v2.0 tokens; of the aliases, `{tenantid}` is the client's to fill in."""
    names = {"common": "{tenantid}", "organizations": "{tenantid}", "consumers": _CONSUMERS}
    return f"{base}/{names.get(tenant, tenant)}/v2.0"


def configuration(base: str, tenant: str, *, v2: bool) -> dict[str, Any]:
    """The OpenID Connect configuration (Discovery 1.0, 3) of a tenant's id or of an alias.

    v1 names the issuer of the access tokens.
    """
    v1_issuer = f"https://sts.windows.net/{'{tenantid}' if tenant in ALIASES else tenant}/"
    keys = f"{base}/{tenant}/discovery/{'v2.0/' if v2 else ''}keys"
    endpoints = f"{base}/{tenant}/oauth2/{'v2.0/' if v2 else ''}"
    host = _graph_host(base)
    return {
        "issuer": issuer(base, tenant) if v2 else v1_issuer,
        "authorization_endpoint": f"{endpoints}authorize",
        "token_endpoint": f"{endpoints}token",
        "device_authorization_endpoint": f"{endpoints}devicecode",
        "end_session_endpoint": f"{endpoints}logout",
        "userinfo_endpoint": f"{urlsplit(base).scheme}://{host}/oidc/userinfo",
        "jwks_uri": keys,
        "grant_types_supported": list(GRANTS),
        "token_endpoint_auth_methods_supported": [
            *("client_secret_post", "private_key_jwt", "client_secret_basic")
        ],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "code_challenge_methods_supported": list(METHODS),
        "response_types_supported": ["code"],
        "response_modes_supported": list(MODES),
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": list(OPENID),
        "claims_supported": [
            *("sub", "iss", "aud", "exp", "iat", "tid", "ver"),
            *("name", "preferred_username", "email", "nonce", "oid"),
        ],
        "request_uri_parameter_supported": False,
        "tenant_region_scope": None if tenant in ALIASES else "EU",
        "cloud_instance_name": "microsoftonline.com",
        "msgraph_host": host,
    }


def device_codes(base: str, code: str, shown: str, *, is_v1: bool) -> dict[str, Any]:
    """What a device is told (RFC 8628 3.2), and its user by its message; v1.0 has texts only."""
    page = f"{base}/devicelogin"
    message = (
        f"To sign in, use a web browser to open the page {page} and enter the code {shown}"
        " to authenticate."
    )
    numbers: dict[str, int] = {"expires_in": CODE_SECONDS, "interval": INTERVAL}
    told = {"user_code": shown, "device_code": code, "message": message}
    if is_v1:
        return told | {"verification_url": page} | {name: str(n) for name, n in numbers.items()}
    return told | {"verification_uri": page} | numbers


def instance(base: str, version: str, authorization_endpoint: str) -> dict[str, Any]:
    """Whether an authority's host is this cloud, and where its tenant is described.

    The tenant itself is not looked up here, as at Entra: its own configuration will say.
    """
    tenant = _tenant_of(authorization_endpoint, {urlsplit(base).hostname, *LOGIN_HOSTS, *_LOOPBACK})
    return {
        "tenant_discovery_endpoint": f"{base}/{tenant}/v2.0/.well-known/openid-configuration",
        "api-version": version,
        "metadata": _networks(base),
    }


def _tenant_of(endpoint: str, hosts: set[str | None]) -> str:
    try:
        parts = urlsplit(endpoint)
    except ValueError as error:
        raise Refused(50049) from error
    tenant = parts.path.strip("/").partition("/")[0]
    if parts.scheme != "https" or parts.hostname not in hosts or not _TENANT.fullmatch(tenant):
        raise Refused(50049)
    return tenant


def _networks(base: str) -> list[dict[str, Any]]:
    """Names that share one token cache: Microsoft's, and this service's own, with its port."""
    own = urlsplit(base)
    groups: list[tuple[str, ...]] = [LOGIN_HOSTS]
    if own.hostname and own.hostname not in LOGIN_HOSTS:
        groups.append(tuple(dict.fromkeys((own.netloc, own.hostname))))
    return [
        {
            "preferred_network": names[0],
            "preferred_cache": "login.windows.net" if names is LOGIN_HOSTS else names[0],
            "aliases": list(names),
        }
        for names in groups
    ]


def _graph_host(base: str) -> str:
    own = urlsplit(base)
    return "graph.microsoft.com" if own.hostname in LOGIN_HOSTS else own.netloc
