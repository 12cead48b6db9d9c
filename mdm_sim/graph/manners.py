"""How a request wants its answer (Accept, Prefer, ConsistencyLevel), and what every answer has."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response, g, request
from werkzeug.exceptions import NotAcceptable
from werkzeug.http import parse_list_header, parse_options_header

from mdm_sim import wire

LEVELS = ("minimal", "none", "full")
_PLAIN = ("$count", "$value", "$metadata")
_JSON = {"application/json", "application/*", "*/*"}
_LEVEL = "odata.metadata="
_MOST_PREFERENCES = 20
DIAGNOSTIC = orjson.dumps(
    {
        "ServerInfo": {
            "DataCenter": "Simulated",
            "Slice": "E",
            "Ring": "0",
            "ScaleUnit": "000",
            "RoleInstance": "MDMSIM000000",
        }
    }
).decode()
_ALWAYS = {
    "Cache-Control": "no-cache, no-store",
    "OData-Version": "4.0",
    "Strict-Transport-Security": "max-age=31536000",
    "x-ms-ags-diagnostic": DIAGNOSTIC,
}
# What scripts of other sites may do and see; they need a token as everybody does.
_EXPOSED = (
    "ETag, Location, Preference-Applied, Content-Range, request-id, client-request-id, "
    "ReadWriteConsistencyToken, SdkVersion, WWW-Authenticate, x-ms-client-gcc-tenant"
)


def metadata(path: str) -> str:
    """The odata.metadata level that the Accept header asks for, minimal where it asks for none.

    Raises NotAcceptable where neither JSON nor what `path` answers instead may be sent.
    """
    accepted = request.headers.get("Accept", "")
    if not accepted or path.rstrip("/").rpartition("/")[2].lower() in _PLAIN:
        return LEVELS[0]
    ranked = []
    for part in parse_list_header(accepted):
        kind, parameters = parse_options_header(part)
        level = parameters.get("odata.metadata", LEVELS[0]).lower()
        if kind.lower() in _JSON and level in LEVELS and _weight(parameters.get("q", "1")):
            ranked.append((_weight(parameters.get("q", "1")), level))
    if not ranked:
        raise NotAcceptable
    return max(ranked, key=lambda each: each[0])[1]


def _weight(text: str) -> float:
    """A quality value (RFC 9110 clause 12.4.2); what is none counts as 1."""
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 1.0


def preferences() -> dict[str, str]:
    """The preferences of the request (RFC 7240) by name in lower case; of each the first counts."""
    found: dict[str, str] = {}
    for part in parse_list_header(request.headers.get("Prefer", ""))[:_MOST_PREFERENCES]:
        name, _, value = part.partition(";")[0].partition("=")
        found.setdefault(name.strip().lower(), value.strip().strip('"').lower())
    return found


def is_eventual() -> bool:
    """Whether the directory may answer from its index, which advanced queries need."""
    return request.headers.get("ConsistencyLevel", "").strip().lower() == "eventual"


def as_preferred(response: Response, preferred: str, url: str) -> Response:
    """The answer to a write without its body, where `return=minimal` is asked for.

    Where the object is then stands in headers (OData 4.01 protocol, clause 8.3.4).
    """
    if preferred != "minimal" or not _has_entity(response):
        return response
    if response.status_code == 201:
        url = location(response, url)
    told = Response(status=204)
    told.headers["OData-EntityId"] = url
    if response.status_code == 201:
        told.headers["Location"] = url
    g.graph_applied = "return=minimal"
    return told


def _has_entity(response: Response) -> bool:
    is_written = response.status_code == 201 or request.method in {"PATCH", "PUT"}
    return is_written and response.status_code < 300 and response.is_json


def location(response: Response, url: str) -> str:
    """The URL of the object that was created in the collection at `url`."""
    body: Any = orjson.loads(response.get_data())
    return f"{url.rstrip('/')}/{body['id']}" if "id" in body else url


def preflight() -> Response:
    """OPTIONS: what browsers ask before they let a script of another site call (Fetch, CORS)."""
    response = Response(status=200)
    response.headers["Access-Control-Allow-Methods"] = "GET, POST, PUT, PATCH, DELETE, OPTIONS"
    response.headers["Access-Control-Allow-Headers"] = "Authorization, *"
    response.headers["Access-Control-Max-Age"] = "3600"
    return response


def signature(request_id: str, correlation_id: str) -> dict[str, str]:
    """The headers that every answer of Graph has, for a request and the caller's name for it."""
    return {**_ALWAYS, "request-id": request_id, "client-request-id": correlation_id}


def sign(response: Response) -> Response:
    """The headers that every answer of Graph has, and the ones that its content asks for."""
    headers = response.headers
    headers.update(signature(wire.request_id(), wire.correlation_id()))
    response.vary.add("Accept-Encoding")
    if "Origin" in request.headers:
        headers["Access-Control-Allow-Origin"] = "*"
        headers["Access-Control-Expose-Headers"] = _EXPOSED
    if "graph_applied" in g:
        headers["Preference-Applied"] = g.graph_applied
    if response.status_code == 204 or request.method == "OPTIONS":
        headers.pop("Content-Type", None)
    level = g.get("graph_metadata", LEVELS[0])
    kind = headers.get("Content-Type", "")
    if level != LEVELS[0] and _LEVEL in kind:
        headers["Content-Type"] = kind.replace(_LEVEL + LEVELS[0], _LEVEL + level)
    return response
