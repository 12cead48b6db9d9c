"""The Entra ID doors on a new store: through Flask's client, and over TLS as MSAL needs it."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
import requests
import trustme
from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jws
from requests.adapters import HTTPAdapter
from werkzeug.test import TestResponse

from mdm_sim import entra, tenant
from mdm_sim.store.work import Desk

DEFAULT = "https://graph.microsoft.com/.default"
APP = {
    "grant_type": "client_credentials",
    "client_id": tenant.CLIENT_ID,
    "client_secret": tenant.CLIENT_SECRET,
    "scope": DEFAULT,
}
USER = {
    "grant_type": "password",
    "client_id": tenant.CLIENT_ID,
    "username": tenant.ADMIN.upn,
    "password": tenant.PASSWORD,
    "scope": DEFAULT,
}
Asking = Callable[..., TestResponse]


@dataclass(frozen=True)
class Address:
    """Where the doors are served over TLS, and the CA to trust there."""

    url: str
    ca: Path

    @property
    def authority(self) -> str:
        """The development tenant's authority."""
        return f"{self.url}/{tenant.TENANT_ID}"

    def session(self) -> requests.Session:
        """A session in which MSAL's question without a port finds its way too."""
        session = requests.Session()
        session.verify = str(self.ca)
        session.mount("https://localhost/", Portless(self.url))
        return session


class Portless(HTTPAdapter):
    """Sends what is addressed to https://localhost/ to the real port, as a proxy would."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    def send(self, request: requests.PreparedRequest, *rest: Any, **more: Any) -> requests.Response:
        parts = urlsplit(request.url or "")
        request.url = f"{self.url}{parts.path}?{parts.query}"
        return super().send(request, *rest, **more)


def app_of(desk: Desk) -> Flask:
    """An application with these doors alone."""
    app = Flask("mdm_sim", static_folder=None)
    app.register_blueprint(entra.door(desk))
    return app


def asking(client: FlaskClient) -> Asking:
    """POST a form to the token endpoint; None leaves a parameter out."""

    def ask(form: dict[str, str], where: str = tenant.TENANT_ID, **change: Any) -> TestResponse:
        sent = {name: value for name, value in (form | change).items() if value is not None}
        return client.post(f"/{where}/oauth2/v2.0/token", data=sent)

    return ask


def claims(token: str) -> dict[str, Any]:
    """What a token says, unverified."""
    said: dict[str, Any] = orjson.loads(jws.extract_compact(token.encode()).payload)
    return said


@pytest.fixture
def client(desk: Desk) -> FlaskClient:
    """A client of the doors."""
    return app_of(desk).test_client()


@pytest.fixture
def ask(client: FlaskClient) -> Asking:
    """Ask the token endpoint."""
    return asking(client)


@pytest.fixture
def ask_later(desk: Desk) -> Callable[[float], Asking]:
    """Ask the token endpoint of the same store, so many seconds later."""

    def later(seconds: float) -> Asking:
        clock = replace(desk.clock, offset=seconds)
        return asking(app_of(replace(desk, clock=clock)).test_client())

    return later


@pytest.fixture
def address(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Address]:
    """The doors served over TLS on a free loopback port."""
    ca, made = tmp_path / "ca.pem", trustme.CA()
    ca.write_bytes(made.cert_pem.bytes())
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):  # requests prefers these to `verify`
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "localhost")
    pem = tmp_path / "server.pem"
    pem.write_bytes(
        made.issue_cert("localhost", "127.0.0.1").private_key_and_cert_chain_pem.bytes()
    )
    server = Server(("127.0.0.1", 0), app_of(desk), numthreads=2)
    server.ssl_adapter = BuiltinSSLAdapter(str(pem), str(pem))
    server.prepare()
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield Address(f"https://localhost:{server.bind_addr[1]}", ca)
    server.stop()
    thread.join()
