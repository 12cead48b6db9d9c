"""The doors of a browser: signing in for an application or for a device, and signing out.

Nothing is remembered of a sign-in: no cookie is set. A form counts only when it was sent from the
page of this very service, which browsers tell in Sec-Fetch-Site (Fetch Metadata) and in Origin.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as Answer

from mdm_sim import wire
from mdm_sim.entra import addresses, authorizing, claims, codes, device_codes, errors, forms, pages
from mdm_sim.entra.authorizing import Authorization, SentBack
from mdm_sim.entra.directory import find_client, find_tenant, find_user, prove_user
from mdm_sim.entra.errors import Refused
from mdm_sim.entra.redirects import MODES, Redirect, platform_of
from mdm_sim.store.work import Desk

_CANCEL = "cancel"
_SAME = frozenset({"same-origin", "none"})
_GET_AND_POST = ["GET", "POST"]
_V1, _V2 = {"v1": True}, {"v1": False}
_DONE = "You have signed in on your device. You may close this page."
_DENIED = "The sign-in was declined. You may close this page."


def door(desk: Desk, decoy: str) -> Blueprint:
    """The pages of a desk; `decoy` is a hash of a password that nobody has."""
    blueprint = Blueprint("sign_in", __name__)

    @blueprint.route(
        "/<tenant>/oauth2/authorize", methods=_GET_AND_POST, defaults=_V1, endpoint="v1"
    )
    @blueprint.route("/<tenant>/oauth2/v2.0/authorize", methods=_GET_AND_POST, defaults=_V2)
    def authorize(tenant: str, *, v1: bool) -> Answer:
        return _authorize(desk, _asked(desk, tenant, is_v1=v1), decoy)

    @blueprint.get("/devicelogin")
    def ask_code() -> Response:
        return pages.device()

    @blueprint.post("/devicelogin")
    def take_code() -> Response:
        return _take_code(desk, decoy)

    @blueprint.route("/<tenant>/oauth2/logout", methods=_GET_AND_POST)
    @blueprint.route("/<tenant>/oauth2/v2.0/logout", methods=_GET_AND_POST)
    def sign_out(tenant: str) -> Answer:
        return _sign_out(desk, tenant)

    @blueprint.get("/common/oauth2/nativeclient")
    def native_client() -> Response:
        return pages.message("Signed in", "You may close this page.")

    @blueprint.errorhandler(Refused)
    def refuse(refused: Refused) -> Response:
        return pages.error(_described(desk, refused), refused.refusal.status)

    @blueprint.errorhandler(SentBack)
    def send_back(sent: SentBack) -> Answer:
        answer = {
            "error": _error(sent.refused),
            "error_description": _described(desk, sent.refused),
            "error_uri": errors.where_explained(sent.refused),
        }
        return _sent(sent.back, answer)

    return blueprint


def _asked(desk: Desk, tenant: str, *, is_v1: bool) -> Authorization:
    known = addresses.resources(desk, tenant)
    return authorizing.read(desk, tenant, forms.query(request), known, is_v1=is_v1)


def _authorize(desk: Desk, asked: Authorization, decoy: str) -> Answer:
    """The form, or what comes of it."""
    name, goes_to = asked.client.name, asked.back.source
    if request.method == "GET":
        return pages.sign_in(name, goes_to=goes_to)
    form = _form()
    if form.get("choice") == _CANCEL:
        raise SentBack(asked.back, Refused(65004))
    try:
        user_id = _prove(desk, asked.tenant_id, form, decoy)
    except Refused as refused:
        status = refused.refusal.status
        return pages.sign_in(name, refused.message, goes_to=goes_to, status=status)
    answer = {"code": codes.issue(desk, asked.tenant_id, user_id, asked.promise)}
    if request.args.get("client_info") == "1":
        answer["client_info"] = claims.client_info(asked.tenant_id, user_id)
    return _sent(asked.back, answer)


def _take_code(desk: Desk, decoy: str) -> Response:
    form = _form()
    try:
        return _decide(desk, form, decoy)
    except Refused as refused:
        return pages.device(refused.message, status=refused.refusal.status)


def _sign_out(desk: Desk, tenant: str) -> Answer:
    """Back to where a client that says who it is may be sent, or a page that says so."""
    query = forms.query(request)
    uri = query.get("post_logout_redirect_uri", "")
    with desk.store.read() as connection:
        tenant_id = find_tenant(connection, tenant)
        if uri and "client_id" in query:
            client = find_client(connection, tenant_id, query["client_id"])
            if platform := platform_of(client.redirect_uris, uri):
                return _sent(Redirect(uri, platform, state=query.get("state", "")), {})
    return pages.message("Signed out", "Nobody is signed in here. You may close this page.")


def _form() -> dict[str, str]:
    """What a page of this service was filled in with. Raises Refused for any other page's form."""
    origin = request.headers.get("Origin", addresses.base())
    is_own = origin.partition("://")[2] == request.host
    if not is_own or request.headers.get("Sec-Fetch-Site", "none") not in _SAME:
        raise Refused(9002313)
    return forms.read(request, "username")


def _prove(desk: Desk, tenant_id: str, form: Mapping[str, str], decoy: str) -> str:
    """The id of the user who signed in; refused when they are disabled."""
    name, password = form.get("username", ""), form.get("password", "")
    user_id = prove_user(desk.store, tenant_id, name, password, decoy)
    with desk.store.read() as connection:
        find_user(connection, tenant_id, user_id)
    return user_id


def _decide(desk: Desk, form: Mapping[str, str], decoy: str) -> Response:
    shown = form.get("code", "")
    with desk.store.read() as connection:
        tenant_id = device_codes.find(connection, shown, desk.clock.now()).tenant_id
    is_denied = form.get("choice") == _CANCEL
    user_id = None if is_denied else _prove(desk, tenant_id, form, decoy)
    with desk.store.write(tenant_id) as connection:
        device_codes.decide(connection, shown, desk.clock.now(), user_id)
    return pages.message("Sign in on a device", _DENIED if is_denied else _DONE)


def _sent(back: Redirect, answer: Mapping[str, str]) -> Answer:
    """An answer on its way to the client."""
    if back.mode == MODES[2]:
        return pages.form_post(back.uri, back.with_state(answer), back.source)
    response = redirect(back.location(answer), 302)
    response.headers.update({"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
    return response


def _error(refused: Refused) -> str:
    """`error` of an answer to an authorization request, which has no grant yet."""
    return "consent_required" if refused.number == 65001 else refused.error


def _described(desk: Desk, refused: Refused) -> str:
    ids = wire.request_id(), wire.correlation_id()
    return errors.description(refused, errors.moment(desk.clock.now()), *ids)
