"""The composition root: the one place that knows every room."""

from __future__ import annotations

import re
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response
from sqlalchemy import select

from mdm_sim import entra, privacy, wire
from mdm_sim.clock import Clock
from mdm_sim.graph import door as graph
from mdm_sim.protocols import plain
from mdm_sim.settings import Settings
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
    app.before_request(wire.limit_headers)
    for door in (plain.door, graph.door, entra.door, privacy.door):
        app.register_blueprint(door(desk))
    wire.answer_faults(app)
    app.add_url_rule("/healthz", "healthz", lambda: wire.answer({"status": "ok"}))
    app.add_url_rule("/readyz", "readyz", lambda: _ready(desk))
    app.wsgi_app = _normalised(app.wsgi_app)  # type: ignore[method-assign,assignment]
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


def open_desk(settings: Settings) -> Desk:
    """The store, the clock and the mint that these settings ask for."""
    store = Store(settings.database, full_sync=settings.full_sync)
    return Desk(store, Clock(settings.clock_offset), Mint(settings.seed))
