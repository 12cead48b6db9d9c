"""The door itself: `/v1.0/…` and `/beta/…` looked up in the table of routes."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from mdm_sim import wire
from mdm_sim.graph import batch, describing, manners, refusals, throttling
from mdm_sim.graph.annotations.levels import leveled
from mdm_sim.graph.asking import Ask
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.entities import (
    app_statuses,
    deleted_items,
    device_queries,
    directory_devices,
    directory_reading,
    directory_relations,
    export_jobs,
    groups,
    managed_devices,
    member_checks,
    personal_data,
    signed_in,
    user_changes,
    users,
)
from mdm_sim.graph.mam_only import require_collected
from mdm_sim.graph.odata.options import options
from mdm_sim.graph.resolving import resolve
from mdm_sim.graph.routing import KEY, Found, Table
from mdm_sim.graph.serving import DOCUMENTS, SHELVES
from mdm_sim.graph.workloads import workload_of
from mdm_sim.messages import Fault, Malformed, Principal, Unauthenticated
from mdm_sim.settings import THROTTLES, Settings
from mdm_sim.store.work import Desk

ROUTES = Table(
    (
        *managed_devices.ROUTES,
        *app_statuses.ROUTES,
        *device_queries.ROUTES,
        *users.ROUTES,
        *user_changes.ROUTES,
        *groups.ROUTES,
        *member_checks.ROUTES,
        *directory_reading.ROUTES,
        *directory_relations.ROUTES,
        *deleted_items.ROUTES,
        *personal_data.ROUTES,
        *directory_devices.ROUTES,
        *export_jobs.ROUTES,
    )
)
# HEAD is refused as any method is that a path does not have; OPTIONS needs no token.
METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS")
_EMPTY = (
    "Access token is empty. Some Graph clients compare the names of hosts that may have the token "
    "and then send none and no error: list the service there without its port."
)


def door(desk: Desk, settings: Settings) -> Blueprint:
    """Graph's two versions."""
    blueprint = Blueprint("graph", __name__)

    def graph(version: str, path: str = "") -> Response:
        if request.method == "OPTIONS":
            return manners.preflight()
        if path.strip("/").lower() == describing.METADATA:
            return describing.metadata(version)
        who = _caller(desk)
        if path.strip("/").lower() == batch.PATH:
            return batch.answer(version)
        throttled = settings.throttle == THROTTLES[1]
        path = signed_in.rewritten(path, who)
        return _serve(_ask(desk, settings, who, version, path), throttled=throttled)

    for rule in ("", "/", "/<path:path>"):
        blueprint.add_url_rule(
            f"/<any('v1.0', 'beta'):version>{rule}",
            view_func=graph,
            methods=METHODS,
            provide_automatic_options=False,
        )
    wire.answer_faults(blueprint)
    blueprint.register_error_handler(Fault, partial(refusals.on_fault, quirks=settings.quirks))
    blueprint.register_error_handler(HTTPException, refusals.on_http_error)
    blueprint.after_request(manners.sign)
    return blueprint


def _caller(desk: Desk) -> Principal:
    if not request.headers.get("Authorization"):
        raise Unauthenticated(_EMPTY)
    return wire.principal(desk)


def _ask(desk: Desk, settings: Settings, who: Principal, version: str, path: str) -> Ask:
    """The request as handlers are given it, before its path is looked up."""
    return Ask(
        desk,
        who,
        version,
        f"{request.scheme}://{request.host}{request.root_path}/{version}",
        path,
        (),
        options(request.args, is_beta=version == "beta"),
        prefer=manners.preferences(),
        eventual=manners.is_eventual(),
        workload=settings.workload,
        quirks=settings.quirks,
        arguments=tuple(request.args.items(multi=True)),
    )


def _serve(ask: Ask, *, throttled: bool) -> Response:
    """An answer, with what the caller prefers and what the path's workload adds."""
    workload = g.graph_workload = workload_of(ask.path)
    units = throttling.units(ask.path, ask.options)
    if throttled:
        tells_when = not (workload.is_intune and refusals.QUIRKY in ask.quirks)
        throttling.take(
            ask.desk, ask.who, workload.service, request.method, units, tells_when=tells_when
        )
    g.graph_metadata = manners.metadata(ask.path)
    ask = replace(ask, metadata=g.graph_metadata)
    response = leveled(ask, _preferred(ask))
    if not workload.is_intune:
        response.headers["x-ms-resource-unit"] = str(units)
        if response.status_code == 201:
            response.headers["Location"] = manners.location(response, f"{ask.root}/{ask.path}")
    return response


def _preferred(ask: Ask) -> Response:
    """The answer in the form that `Prefer: return=…` asks for, where there is one."""
    preferred = ask.prefer.get("return", "")
    response = _answer(ask, request.method)
    if preferred == "representation" and request.method in {"PATCH", "PUT"}:
        return _represented(ask, response)
    return manners.as_preferred(response, preferred, f"{ask.root}/{ask.path}")


def _represented(ask: Ask, response: Response) -> Response:
    """The object that was written; what cannot be shown stays without a body."""
    if response.status_code == 204:
        try:
            response = _answer(replace(ask, options={}), "GET")
        except (MethodNotAllowed, Fault):
            return response
    g.graph_applied = "return=representation"
    return response


def _answer(ask: Ask, method: str) -> Response:
    """What the handler of the path says, or the type model for a path without one."""
    if not ask.path.strip("/"):
        return describing.service_document(ask)
    found = ROUTES.find(ask.version, method, ask.path)
    if isinstance(found, Found):
        refusals.reached(found.route.path.replace(KEY, "{id}"))
        require_collected(ask, found.route.path.replace(f"/{KEY}", ""))
        return found.route.handle(replace(ask, keys=found.keys))
    target = resolve(model(ask.version), ask.path)
    if found and not (target and SHELVES[ask.version].answers(target, method)):
        raise MethodNotAllowed(valid_methods=sorted(found))
    if target is None:
        message = "Resource not found for the segment."
        raise Malformed(message)
    refusals.reached(target.place.path)
    require_collected(ask, target.place.path)
    if directory_reading.is_part(target) and method == "GET":
        return DOCUMENTS.part(ask, *directory_reading.part_of(ask, target))
    return DOCUMENTS.answer(ask, target, method)
