"""The door itself: `/v1.0/…` and `/beta/…` looked up in the table of routes."""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from mdm_sim import messages, wire
from mdm_sim.graph.asking import Ask
from mdm_sim.graph.entities import (
    admin_objects,
    app_registrations,
    audit_events,
    deleted_users,
    detected_apps,
    device_queries,
    directory_devices,
    managed_devices,
    personal_data,
    users,
)
from mdm_sim.graph.odata.query import options
from mdm_sim.graph.routing import Found, Table
from mdm_sim.messages import Fault, Malformed
from mdm_sim.store.work import Desk

ROUTES = Table(
    (
        *managed_devices.ROUTES,
        *app_registrations.ROUTES,
        *audit_events.ROUTES,
        *detected_apps.ROUTES,
        *device_queries.ROUTES,
        *admin_objects.ROUTES,
        *users.ROUTES,
        *deleted_users.ROUTES,
        *personal_data.ROUTES,
        *directory_devices.ROUTES,
    )
)
METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")

# Graph's codes and statuses where they are not the other doors'.
_CODES: dict[type[Fault], tuple[int, str]] = {
    messages.Malformed: (400, "BadRequest"),
    messages.Unauthenticated: (401, "InvalidAuthenticationToken"),
    messages.Forbidden: (403, "Forbidden"),
    messages.NotFound: (404, "ResourceNotFound"),
    messages.NotInDirectory: (404, "Request_ResourceNotFound"),
    messages.Conflict: (409, "Conflict"),
    messages.TooLarge: (413, "RequestEntityTooLarge"),
    messages.WrongMediaType: (415, "UnsupportedMediaType"),
    messages.Impossible: (400, "BadRequest"),
    messages.Gone: (410, "Gone"),
}


def door(desk: Desk) -> Blueprint:
    """Graph's two versions."""
    blueprint = Blueprint("graph", __name__)

    @blueprint.route("/<any('v1.0', 'beta'):version>/<path:path>", methods=METHODS)
    def graph(version: str, path: str) -> Response:
        return _answer(desk, version, path)

    wire.answer_faults(blueprint)
    blueprint.register_error_handler(Fault, _on_fault)
    blueprint.register_error_handler(HTTPException, _on_http_error)
    blueprint.after_request(_sign)
    return blueprint


def _answer(desk: Desk, version: str, path: str) -> Response:
    who = wire.principal(desk)
    found = ROUTES.find(version, request.method, path)
    if not isinstance(found, Found):
        if found:
            raise MethodNotAllowed(valid_methods=sorted(found))
        message = "Resource not found for the segment."
        raise Malformed(message)
    given = options(request.args, is_beta=version == "beta")
    root = f"{request.scheme}://{request.host}/{version}"
    return found.route.handle(Ask(desk, who, version, root, path, found.keys, given))


def _on_fault(fault: Fault) -> Response:
    status, code = _CODES[type(fault)]
    response = wire.answer(wire.error_body(code, fault.message, fault.details), status)
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm=""'
    return response


def _on_http_error(error: HTTPException) -> Response:
    """A wrong method, or a body over the limit, in Graph's own codes."""
    response = wire.on_http_error(error)
    code = {405: "Request_BadRequest", 413: "RequestEntityTooLarge"}.get(response.status_code)
    if code is None:
        return response
    told = wire.answer(wire.error_body(code, error.name), response.status_code)
    told.headers.extend((name, text) for name, text in response.headers if name == "Allow")
    return told


def _sign(response: Response) -> Response:
    """The headers that every answer of Graph has."""
    response.headers["OData-Version"] = "4.0"
    response.headers["request-id"] = wire.request_id()
    response.headers["client-request-id"] = wire.correlation_id()
    return response
