"""The composition root: the one place that knows every room."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_address
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response
from sqlalchemy import select
from werkzeug.middleware.proxy_fix import ProxyFix

from mdm_sim import encodings, entra, lane, openapi, privacy, wire
from mdm_sim.clock import Clock
from mdm_sim.graph import blobs, everyday
from mdm_sim.graph import door as graph
from mdm_sim.protocols import plain
from mdm_sim.settings import Networks, Settings, proxies
from mdm_sim.store.engine import Store
from mdm_sim.store.minting import Mint
from mdm_sim.store.work import Desk


def create_app(settings: Settings) -> Flask:
    """The whole service as a WSGI application, on a database that `prepare` has made.

    Its desk is in `app.extensions["mdm_sim"]`, for whoever has to close the store.
    """
    desk = open_desk(settings)
    app = Flask("mdm_sim", static_folder=None)
    app.extensions["mdm_sim"] = desk
    app.config.update(MAX_CONTENT_LENGTH=settings.max_body_bytes, MAX_FORM_MEMORY_SIZE=None)
    for check in (wire.tell_crash, wire.limit_headers, wire.require_host, encodings.unpack):
        app.before_request(check)
    app.after_request(encodings.pack)
    app.register_blueprint(plain.door(desk, settings.workload))
    for door in (entra.door, privacy.door, openapi.door):
        app.register_blueprint(door(desk))
    app.register_blueprint(graph.door(desk, settings))
    app.register_blueprint(blobs.door(desk))
    wire.answer_faults(app)
    app.add_url_rule("/healthz", "healthz", lambda: wire.answer({"status": "ok"}))
    app.add_url_rule("/readyz", "readyz", lambda: _ready(desk))
    inner = _behind_proxy(app.wsgi_app, settings.trusted_proxy)
    hot = plain.hot(desk, settings.workload)
    app.wsgi_app = lane.before(  # type: ignore[method-assign,assignment]
        _normalised(inner), hot, everyday.reader(desk, settings), settings.max_body_bytes
    )
    return app


def from_environment() -> Flask:
    """The application of a listener's process, whose settings are in its environment."""
    return create_app(Settings.from_environment())


def _ready(desk: Desk) -> Response:
    with desk.store.read() as connection:
        connection.execute(select(1))
    return wire.answer({"status": "ready"})


def _normalised(inner: WSGIApplication) -> WSGIApplication:
    """What the servers leave to the application.

    SDKs whose base URL ends in a slash ask for `/v1.0//deviceManagement`. A chunked body ends by
    itself on both servers, which Werkzeug has to be told to read it.
    """

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if "//" in path:
            environ["PATH_INFO"] = re.sub("/{2,}", "/", path)
        if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
            environ["wsgi.input_terminated"] = True
        return inner(environ, start_response)

    return application


def _behind_proxy(inner: WSGIApplication, trusted: str) -> WSGIApplication:
    """What a trusted proxy says of scheme, host and prefix counts; anybody else's word does not."""
    told = proxies(trusted)
    if not told:
        return inner
    number = told if isinstance(told, int) else 1
    fixed = ProxyFix(inner, x_for=0, x_proto=number, x_host=number, x_prefix=number)
    if isinstance(told, int):
        return fixed

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        is_trusted = _is_in(environ.get("REMOTE_ADDR", ""), told)
        return (fixed if is_trusted else inner)(environ, start_response)

    return application


def _is_in(address: str, networks: Networks) -> bool:
    try:
        return any(ip_address(address) in network for network in networks)
    except ValueError:  # a Unix socket has no address
        return False


def open_desk(settings: Settings) -> Desk:
    """The store, the clock and the mint that these settings ask for."""
    store = Store(settings.database, full_sync=settings.full_sync)
    return Desk(store, Clock(settings.clock_offset), Mint(settings.seed))
