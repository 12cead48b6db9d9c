"""What every door does with HTTP: limits, JSON in and out, who calls, faults as answers.

An error is Graph's envelope on every door. It quotes nothing that the caller sent.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import uuid_utils
from flask import Blueprint, Flask, Response, g, request
from marshmallow import Schema
from sqlalchemy import Connection
from werkzeug.exceptions import (
    BadRequest,
    HTTPException,
    RequestEntityTooLarge,
    RequestHeaderFieldsTooLarge,
)

from mdm_sim import messages, tokens
from mdm_sim.bodies.checking import check
from mdm_sim.bodies.parsing import parse
from mdm_sim.messages import Asked, Detail, Fault, Principal, Told, Unauthenticated
from mdm_sim.store import audit
from mdm_sim.store.work import Desk, Work

MOST_DRAINED = 16 * 1024 * 1024
MOST_HEADER_CHARACTERS = 64 * 1024
RETRY_SECONDS = 1
# Where in the environ a crash is that happened before Flask's turn.
CRASHED = "mdm_sim.crashed"
JSON, UNCACHED = "application/json", "no-store"
_LOG = logging.getLogger("mdm_sim")

STATUS: dict[type[Fault], int] = {
    messages.Malformed: 400,
    messages.BadInDirectory: 400,
    messages.UnsupportedQuery: 400,
    messages.Unauthenticated: 401,
    messages.Forbidden: 403,
    messages.NotFound: 404,
    messages.NotInDirectory: 404,
    messages.Conflict: 409,
    messages.Gone: 410,
    messages.TooLarge: 413,
    messages.WrongMediaType: 415,
    messages.Impossible: 422,
    messages.NotServed: 501,
    messages.Unavailable: 503,
}
_BY_STATUS = {status: kind.code for kind, status in STATUS.items()} | {405: "methodNotAllowed"}


def asked() -> Asked:
    """This request, for a door that is a plain function.

    Raises Unauthenticated without any credential, then WrongMediaType or RequestEntityTooLarge.
    """
    return Asked(bearer(), _json_text(), request_id())


def told(answered: Told) -> Response:
    """What such a door told, as an answer."""
    response = Response(answered.body, answered.status, mimetype=JSON)
    response.headers["Cache-Control"] = UNCACHED
    return response


def answer(body: Any, status: int = 200, **headers: str) -> Response:
    """A JSON answer that no cache keeps."""
    response = told(Told(status, orjson.dumps(body)))
    response.headers.update({name.replace("_", "-"): text for name, text in headers.items()})
    return response


def read_json() -> dict[str, Any]:
    """The request's body as a JSON object within the limits of depth and count.

    Raises WrongMediaType, TooLarge or Malformed.
    """
    return parse(_json_text())


def _json_text() -> bytes:
    if request.mimetype != JSON:
        message = "the body has to be application/json"
        raise messages.WrongMediaType(message)
    data = request.get_data()
    if request.content_length is None and len(data) >= (request.max_content_length or 0) > 0:
        # A chunked body that reaches the limit is cut there without an error.
        raise RequestEntityTooLarge
    return data


def read_body(schema: Schema) -> dict[str, Any]:
    """The request's body, checked; a caller without any credential is turned away first.

    Raises Unauthenticated, or Malformed with a JSON pointer for each thing wrong.
    """
    bearer()
    return check(schema, read_json())


def limit_headers() -> None:
    """Refuse a request whose headers are long (RFC 6585 clause 5), whatever its server takes.

    A server that limits its read buffer alone takes what arrives in one piece.
    """
    size = sum(len(text) for name, text in request.environ.items() if name.startswith("HTTP_"))
    if size > MOST_HEADER_CHARACTERS:
        raise RequestHeaderFieldsTooLarge


def require_host() -> None:
    """Refuse a request without a valid Host (RFC 9112 clause 3.2): links are built from it."""
    if not request.host:
        raise BadRequest


def own_root() -> str:
    """Where this service is by its own account, whatever host the caller named."""
    server = request.environ
    return f"{request.scheme}://{server['SERVER_NAME']}:{server['SERVER_PORT']}"


def bearer() -> str:
    """The token of the Authorization header (RFC 6750). Raises Unauthenticated without one."""
    token = token_of(request.headers.get("Authorization", ""))
    if not token:
        message = "Access token is empty."
        raise Unauthenticated(message)
    return token


def token_of(authorization: str) -> str:
    """The bearer token in an Authorization header's text, empty where there is none."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def principal(desk: Desk) -> Principal:
    """Who calls, by the access token. Raises Unauthenticated."""
    token = bearer()
    with desk.store.read() as connection:
        return tokens.verify(connection, token, desk.clock.now())


def actor(who: Principal) -> audit.Actor:
    """A caller as audit entries name them: an admin, or an application on its own."""
    return audit.Actor(
        "ItPro" if who.user_id else "Application",
        userId=who.user_id,
        userPrincipalName=who.user_principal_name,
        applicationId=who.client_id,
        applicationDisplayName=who.client_name,
        userPermissions=sorted(who.permissions),
    )


@contextmanager
def work_for(desk: Desk, who: Principal) -> Iterator[Work]:
    """One transaction on behalf of a caller."""
    with desk.work(who.tenant_id, actor(who), correlation_id()) as work:
        yield work


@contextmanager
def work_by_token(desk: Desk, kind: str) -> Iterator[tuple[Work, tokens.Credential]]:
    """One transaction for the holder of an opaque token of `kind`, who is what it stands for."""
    token = bearer()
    with desk.store.write(lambda found: tokens.tenant_of(found, token)) as connection:
        credential = _find(connection, token, kind, desk)
        yield desk.on(connection, credential.tenant_id, audit.SYSTEM, request_id()), credential


@contextmanager
def read_by_token(desk: Desk, kind: str) -> Iterator[tuple[Connection, tokens.Credential]]:
    """A snapshot to read from for the holder of an opaque token of `kind`."""
    token = bearer()
    with desk.store.read() as connection:
        yield connection, _find(connection, token, kind, desk)


def _find(connection: Connection, token: str, kind: str, desk: Desk) -> tokens.Credential:
    return tokens.find(connection, token, frozenset({kind}), desk.clock.now())


def request_id() -> str:
    """This request's own id, for the answer's headers and errors."""
    if "request_id" not in g:
        g.request_id = str(uuid_utils.uuid4())
    return str(g.request_id)


def correlation_id() -> str:
    """The caller's `client-request-id` when it is a GUID, else the request's own id."""
    given = request.headers.get("client-request-id", "")
    try:
        return str(UUID(given))
    except ValueError:
        return request_id()


def error_body(
    code: str, message: str, details: Sequence[Detail] = (), **inner: Any
) -> dict[str, Any]:
    """Graph's error envelope."""
    moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    ids = {"date": moment, "request-id": request_id(), "client-request-id": correlation_id()}
    error: dict[str, Any] = {"code": code, "message": message, "innerError": {**inner, **ids}}
    if details:
        error["details"] = [{"target": each.target, "message": each.message} for each in details]
    return {"error": error}


def fault_body(fault: Fault) -> tuple[dict[str, Any], int]:
    """What is told of a refusal, and its status."""
    return error_body(fault.code, fault.message, fault.details), STATUS[type(fault)]


def on_fault(fault: Fault) -> Response:
    """A refused request as an answer."""
    response = answer(*fault_body(fault))
    if isinstance(fault, Unauthenticated):
        response.headers["WWW-Authenticate"] = "Bearer"
    tell_retry(response)
    return response


def tell_retry(response: Response) -> None:
    """Say when to ask again to whoever is told that the service is unavailable."""
    if response.status_code == STATUS[messages.Unavailable]:
        response.headers["Retry-After"] = str(RETRY_SECONDS)


def on_http_error(error: HTTPException) -> Response:
    """What Flask itself refuses: an unknown path, a wrong method, a body over the limit."""
    status = error.code or 500
    if status == STATUS[messages.TooLarge]:
        _drain()
    code = _BY_STATUS.get(status, "badRequest")
    response = answer(error_body(code, error.name), status)
    allowed: Mapping[str, str] = dict(error.get_headers())
    if "Allow" in allowed:
        response.headers["Allow"] = allowed["Allow"]
    return response


def _drain() -> None:
    """Read what is left of a body that is refused, within bounds.

    A client that is still sending would otherwise meet a closed connection instead of the answer.
    """
    left = min(request.content_length or MOST_DRAINED, MOST_DRAINED)
    stream = request.environ["wsgi.input"]
    while left > 0 and (chunk := stream.read(min(left, 65_536))):
        left -= len(chunk)


def on_crash(error: Exception) -> Response:
    """A fault of ours. The log gets the kind of error and the request's id, nothing else."""
    return answer(crash_body(error), 500)


def crash_body(error: Exception) -> dict[str, Any]:
    """Log a fault of ours, and tell that there was one."""
    _LOG.error("request %s failed with %s", request_id(), type(error).__name__)
    return error_body("internalError", "The service failed.")


def tell_crash() -> None:
    """Raise what a door broke with before Flask came to its turn."""
    if error := request.environ.get(CRASHED):
        raise error


def answer_faults(place: Blueprint | Flask) -> None:
    """Give a door, or the whole application, these answers to errors."""
    place.register_error_handler(Fault, on_fault)
    place.register_error_handler(HTTPException, on_http_error)
    place.register_error_handler(Exception, on_crash)
