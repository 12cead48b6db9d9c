"""The Entra ID doors: the routes at which clients get tokens, and how a refusal is answered."""

from __future__ import annotations

from flask import Blueprint, Response, request

from mdm_sim import tokens, wire
from mdm_sim.entra import addresses, discovery, errors, forms, metadata, proofs, sign_in
from mdm_sim.entra.asking import Ask
from mdm_sim.entra.device_codes import begin
from mdm_sim.entra.directory import find_client, find_tenant
from mdm_sim.entra.errors import Refused
from mdm_sim.entra.grants import GRANTS
from mdm_sim.messages import Fault
from mdm_sim.store.work import Desk

_METHODS = ["DELETE", "GET", "PATCH", "POST", "PUT"]
_V1, _V2 = {"v1": True}, {"v1": False}
_UNSTORED = {"Pragma": "no-cache"}  # beside the no-store of every answer (RFC 6749 5.1)


def door(desk: Desk) -> Blueprint:
    """The Entra ID doors of a desk."""
    blueprint = Blueprint("entra", __name__)
    decoy = tokens.hash_secret("nobody")
    discovery.add_routes(blueprint, desk)

    @blueprint.route("/<tenant>/oauth2/token", methods=_METHODS, defaults=_V1, endpoint="token_v1")
    @blueprint.route("/<tenant>/oauth2/v2.0/token", methods=_METHODS, defaults=_V2)
    def token(tenant: str, *, v1: bool) -> Response:
        return _token(desk, tenant, decoy, is_v1=v1)

    @blueprint.route(
        "/<tenant>/oauth2/devicecode", methods=_METHODS, defaults=_V1, endpoint="code_v1"
    )
    @blueprint.route("/<tenant>/oauth2/v2.0/devicecode", methods=_METHODS, defaults=_V2)
    def device_code(tenant: str, *, v1: bool) -> Response:
        return _device_code(desk, tenant, decoy, is_v1=v1)

    @blueprint.errorhandler(Refused)
    def refuse(refused: Refused) -> Response:
        ids = wire.request_id(), wire.correlation_id()
        body = errors.body(refused, desk.clock.now(), *ids)
        return wire.answer(body, refused.refusal.status, **_headers(refused.refusal.status))

    blueprint.register_error_handler(Fault, wire.on_fault)
    blueprint.register_blueprint(sign_in.door(desk, decoy))
    return blueprint


def _token(desk: Desk, tenant: str, decoy: str, *, is_v1: bool) -> Response:
    form = _form("grant_type")
    grant = GRANTS.get(forms.need(form, "grant_type"))
    if grant is None:
        raise Refused(70003)
    return wire.answer(grant(_ask(desk, tenant, form, decoy, is_v1=is_v1)), 200, **_UNSTORED)


def _device_code(desk: Desk, tenant: str, decoy: str, *, is_v1: bool) -> Response:
    ask = _ask(desk, tenant, _form("client_id"), decoy, is_v1=is_v1)
    codes = begin(ask, ask.wanted())
    return wire.answer(
        metadata.device_codes(addresses.base(), *codes, is_v1=is_v1), 200, **_UNSTORED
    )


def _form(wanted: str) -> dict[str, str]:
    """The form of a request, which has to be a POST."""
    if request.method != "POST":
        raise Refused(900561)
    return forms.read(request, wanted)


def _ask(desk: Desk, tenant: str, form: dict[str, str], decoy: str, *, is_v1: bool) -> Ask:
    """The request of a client that is known, and has proved what it says it can."""
    given = forms.credentials(request, form)
    with desk.store.read() as connection:
        tenant_id = find_tenant(connection, tenant)
        client = find_client(connection, tenant_id, given.client_id)
        is_here = addresses.is_here(connection, tenant_id)
        client = proofs.prove(client, given, form, desk.clock.now(), is_here)
    return Ask(
        desk=desk,
        authority=tenant.lower(),
        tenant_id=tenant_id,
        issuer=metadata.issuer(addresses.base(), tenant_id),
        resources=addresses.resources(desk, tenant),
        client=client,
        form=form,
        decoy=decoy,
        is_v1=is_v1,
    )


def _headers(status: int) -> dict[str, str]:
    if status == 401 and "Authorization" in request.headers:
        return _UNSTORED | {"WWW_Authenticate": 'Basic realm="entra"'}  # RFC 6749 5.2
    return _UNSTORED | ({"Allow": "POST"} if status == 405 else {})
