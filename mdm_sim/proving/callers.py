"""Callers: every request of the harness goes out here, and every answer is kept for the search."""

from __future__ import annotations

import gzip
import http.client
import socket
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import orjson

from mdm_sim.proving.answers import Answer
from mdm_sim.proving.ledger import Ledger
from mdm_sim.proving.routes import Map, Route
from mdm_sim.proving.service import Service, ServiceFailed

TIMEOUT = 20.0
RAW_TIMEOUT = 1.0
FORM = "application/x-www-form-urlencoded"
JSON, LINES = "application/json", "application/x-ndjson"


class Callers:
    """The connections to a service, its tokens, and the answers since the last search."""

    def __init__(self, service: Service, ledger: Ledger, routes: Map) -> None:
        """Connections are made when they are used."""
        self.service, self.ledger, self.routes = service, ledger, routes
        self.answers: list[Answer] = []
        self.requests = 0
        self._connections: dict[bool, http.client.HTTPConnection] = {}
        self._admin_token = ""

    def close(self) -> None:
        """Close every connection; the next request makes a new one."""
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()

    def sign_out(self) -> None:
        """Forget the administrator's token: the next request asks for a new one."""
        self.close()
        self._admin_token = ""

    def another(self) -> Callers:
        """The same service and ledger over connections of its own, for another thread."""
        twin = Callers(self.service, self.ledger, self.routes)
        twin._admin_token = self._admin_token
        return twin

    @property
    def admin_token(self) -> str:
        """The development application's access token."""
        if not self._admin_token:
            self._admin_token = self.sign_in(
                grant_type="client_credentials",
                client_secret=self.service.ready["client_secret"],
            )
        return self._admin_token

    def user_token(self, upn: str, password: str | None = None) -> str:
        """The access token of a user."""
        secret = password or self.service.ready["user_password"]
        return self.sign_in(grant_type="password", username=upn, password=secret)

    def sign_in(self, **form: str) -> str:
        """An access token for a grant."""
        ready = self.service.ready
        whole = {
            "client_id": ready["client_id"],
            "scope": "https://graph.microsoft.com/.default",
            **form,
        }
        path = f"/{ready['tenant_id']}/oauth2/v2.0/token"
        answer = self.send("POST", path, body=urlencode(whole).encode(), content_type=FORM)
        return str(answer.json["access_token"])

    def ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, **more: Any
    ) -> dict[str, Any]:
        """An administrator's request that has to succeed. Raises ServiceFailed."""
        answer = self.send(method, path, body, token=self.admin_token, **more)
        return _require(answer).json

    def tell(
        self, method: str, path: str, body: Mapping[str, Any] | None, token: str, subject: str = ""
    ) -> dict[str, Any]:
        """A device's, an app's or a user's request that has to succeed. Raises ServiceFailed."""
        return _require(self.send(method, path, body, token=token, subject=subject)).json

    def tell_in_bulk(
        self, path: str, line: Mapping[str, Any], token: str, subject: str = ""
    ) -> dict[str, Any]:
        """A line for a bulk door that has to succeed; returns its answer. Raises ServiceFailed."""
        sent = self.send("POST", path, line, token=token, subject=subject, content_type=LINES)
        told = _require(sent).json
        if told.get("status", 0) >= 300:
            message = f"POST {path} answered {told['status']} to its line"
            raise ServiceFailed(message)
        return told

    def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | bytes | None = None,
        *,
        token: str = "",
        content_type: str = JSON,
        headers: Mapping[str, str] | None = None,
        subject: str = "",
        echoed: dict[str, frozenset[int]] | None = None,
        https: bool = False,
        found: tuple[Route, tuple[str, ...]] | None = None,
    ) -> Answer:
        """One request, whatever becomes of it; `subject` is the record that speaks.

        `found` is the route with the keys of the path, where they are known.
        """
        content = orjson.dumps(body) if isinstance(body, Mapping) else body
        given = {**(headers or {})}
        if token:
            given["Authorization"] = f"Bearer {token}"
        if content is not None:
            given["Content-Type"] = content_type
        tick = self.ledger.next_tick()
        status, head, text = self._exchange(method, path, content, given, https=https)
        route, keys = found or self.routes.find(method, path)
        by_admin = bool(token) and token == self._admin_token
        is_sign_in = route.path.endswith("/token")
        answer = Answer(
            route, tick, status, head, text, keys, by_admin or is_sign_in, subject, echoed or {}
        )
        self.answers.append(answer)
        self.requests += 1
        return answer

    def _exchange(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], *, https: bool
    ) -> tuple[int, bytes, bytes]:
        for attempt in range(2):
            connection = self._connections.get(https) or self._connect(https=https)
            self._connections[https] = connection
            try:
                connection.request(method, path, body, headers)
                response = connection.getresponse()
                text = response.read()
            except (OSError, http.client.HTTPException):
                connection.close()
                del self._connections[https]
                if attempt:
                    raise
                continue
            if response.getheader("Content-Encoding") == "gzip":
                text = gzip.decompress(text)
            fields = [f"{name}: {value}" for name, value in response.getheaders()]
            head = "\r\n".join([f"{response.status} {response.reason}", *fields])
            return response.status, head.encode("latin-1", "replace"), text
        raise AssertionError

    def _connect(self, *, https: bool) -> http.client.HTTPConnection:
        host, port = self.address(https=https)
        if not https:
            return http.client.HTTPConnection(host, port, timeout=TIMEOUT)
        trust = ssl.create_default_context(cafile=self.service.ready["ca_file"])
        return http.client.HTTPSConnection(host, port, timeout=TIMEOUT, context=trust)

    def address(self, *, https: bool) -> tuple[str, int]:
        """Where a listener is."""
        url = str(self.service.ready["base_url" if https else "http_url"])
        host, _, port = url.partition("://")[2].partition(":")
        return host, int(port)

    def raw(self, data: bytes, *, https: bool, tls: bool) -> None:
        """Bytes that may be no request at all; what comes back is an answer like any other."""
        tick = self.ledger.next_tick()
        heard = b""
        try:
            with socket.create_connection(self.address(https=https), RAW_TIMEOUT) as connection:
                stream: socket.socket = connection
                if tls:
                    trust = ssl.create_default_context(cafile=self.service.ready["ca_file"])
                    stream = trust.wrap_socket(connection, server_hostname="localhost")
                stream.sendall(data)
                stream.shutdown(socket.SHUT_WR)
                while part := stream.recv(65_536):
                    heard += part
        except OSError:
            pass
        listener = "HTTPS" if https else "HTTP"
        self.answers.append(Answer(Route(f"(the {listener} socket)", "RAW"), tick, 400, b"", heard))
        self.requests += 1


def _require(answer: Answer) -> Answer:
    if not 200 <= answer.status < 300:
        message = f"{answer.route} answered {answer.status}"
        raise ServiceFailed(message)
    return answer
