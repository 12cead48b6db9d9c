"""What Graph answers to a request that it refuses.

The gateway's own refusals are plain: who calls, a path or a query that it cannot read, a wrong
method, too much. What an Intune workload refuses has a JSON text for a message, as Intune has it.
"""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response, g, request
from werkzeug.exceptions import HTTPException, TooManyRequests

from mdm_sim import messages, wire
from mdm_sim.graph.asking import Unreadable
from mdm_sim.messages import Fault, Unauthenticated

GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
QUIRKY = "intune"
_API_VERSION = "5023-10-14"
_NO_OPERATION = "00000000-0000-0000-0000-000000000000"

# Graph's codes and statuses where they are not the other doors'.
_CODES: dict[type[Fault], tuple[int, str]] = {
    messages.Malformed: (400, "BadRequest"),
    messages.BadInDirectory: (400, "Request_BadRequest"),
    messages.UnsupportedQuery: (400, "Request_UnsupportedQuery"),
    messages.Unauthenticated: (401, "InvalidAuthenticationToken"),
    messages.Forbidden: (403, "Forbidden"),
    messages.NotFound: (404, "ResourceNotFound"),
    messages.NotInDirectory: (404, "Request_ResourceNotFound"),
    messages.Conflict: (409, "Conflict"),
    messages.TooLarge: (413, "RequestEntityTooLarge"),
    messages.WrongMediaType: (415, "UnsupportedMediaType"),
    messages.Impossible: (400, "BadRequest"),
    messages.Gone: (410, "Gone"),
    messages.NotServed: (501, "NotImplemented"),
    messages.Unavailable: (503, "ServiceUnavailable"),
}
# The directory's own are plain as the gateway's are.
_OF_THE_GATEWAY = (
    Unauthenticated,
    Unreadable,
    messages.NotInDirectory,
    messages.BadInDirectory,
    messages.TooLarge,
    messages.WrongMediaType,
    messages.Unavailable,
)
# What the directory says to whoever may not do something.
_DENIED = ("Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
# fmt: off
_HTTP: dict[int, tuple[str, str]] = {
    400: ("BadRequest", "Bad Request - Invalid Hostname"),
    405: ("Request_BadRequest", "Specified HTTP method is not allowed for the request target."),
    406: ("NotAcceptable", "A supported MIME type that the Accept header allows was not found."),
    412: ("PreconditionFailed", "The ETag of If-Match is not the object's current one."),
    413: ("RequestEntityTooLarge", "Request Entity Too Large"),
    415: ("UnsupportedMediaType", "Unsupported Media Type"),
    429: ("TooManyRequests", "Please retry again later."),
    431: ("BadRequest", "Bad Request - Request Too Long"),
}
# fmt: on
_KEPT_HEADERS = {"Allow", "Retry-After"}


def reached(template: str) -> None:
    """Note that the gateway has handed the request on; `template` is its path without any key."""
    g.graph_template = template


def on_fault(fault: Fault, quirks: frozenset[str]) -> Response:
    """A refused request as an answer."""
    status, code = next(_CODES[kind] for kind in type(fault).__mro__ if kind in _CODES)
    message = fault.message
    if isinstance(fault, messages.Forbidden) and _is_of_directory():
        code, message = _DENIED
    if _is_of_intune(fault):
        message = _nested(message)
        if status == 403 and QUIRKY in quirks:
            code, message = "UnknownError", _forbidden(message)
    response = wire.answer(wire.error_body(code, message, fault.details), status)
    if status == 401:
        response.headers["WWW-Authenticate"] = _challenge()
    wire.tell_retry(response)
    return response


def on_http_error(error: HTTPException) -> Response:
    """A wrong method, a body over the limit, too many requests, in Graph's own codes."""
    response = wire.on_http_error(error)
    if response.status_code not in _HTTP:
        return response
    code, message = _HTTP[response.status_code]
    headers = [each for each in error.get_headers() if each[0] in _KEPT_HEADERS]
    body = wire.error_body(code, message)
    if isinstance(error, TooManyRequests) and error.retry_after is None:
        body["error"] |= {"message": "An error has occurred.", "details": []}
    told = wire.answer(body, response.status_code)
    told.headers.extend(headers)
    return told


def _is_of_intune(fault: Fault) -> bool:
    """Whether the workload raised it: the gateway reads queries, and it reads bodies as JSON."""
    if "graph_template" not in g or isinstance(fault, _OF_THE_GATEWAY):
        return False
    if isinstance(fault, messages.Malformed) and request.method == "GET":
        return False
    return bool(g.graph_workload.is_intune)


def _is_of_directory() -> bool:
    return "graph_workload" in g and not g.graph_workload.is_intune


def _nested(text: str) -> str:
    """Intune's JSON text for a message, laid out as Intune does."""
    end, root = g.graph_workload.front_end, wire.own_root()
    parts = (
        text.rstrip("."),
        f"Operation ID (for customer support): {_NO_OPERATION}",
        f"Activity ID: {wire.correlation_id()}",
        f"Url: {root}/{end}/{g.graph_template}?api-version={_API_VERSION}",
    )
    told: dict[str, Any] = {
        "_version": 3,
        "Message": " - ".join(parts),
        "CustomApiErrorPhrase": "",
        "RetryAfter": None,
        "ErrorSourceService": "",
        "HttpHeaders": "{}",
    }
    return orjson.dumps(told, option=orjson.OPT_INDENT_2).decode().replace("\n", "\r\n")


def _forbidden(message: str) -> str:
    """The second layer that some of Intune's front ends put around a 403."""
    told: dict[str, Any] = {
        "ErrorCode": "Forbidden",
        "Message": message,
        "Target": None,
        "Details": None,
        "InnerError": None,
        "InstanceAnnotations": [],
    }
    return orjson.dumps(told).decode()


def _challenge() -> str:
    """RFC 6750 clause 3; the authority is the one beside the name that the caller knows."""
    is_graph = request.host == "graph.microsoft.com"
    root = "https://login.microsoftonline.com" if is_graph else wire.own_root()
    return (
        f'Bearer realm="", authorization_uri="{root}/common/oauth2/authorize", '
        f'client_id="{GRAPH_APP_ID}"'
    )
