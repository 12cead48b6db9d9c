"""A small real HTTP service with the doors devices use, and a way to call the command line."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from click.testing import CliRunner, Result

from mdm_devices.cli import main
from mdm_devices.personas import Fleet

TENANT = "5f1d0000-0000-4000-8000-000000000001"
PASSWORD = "correct horse"
ENROLL = {"/mdm/v1/enrollments": "deviceToken", "/mam/v1/registrations": "appToken"}
CHECK_IN = ("/mdm/v1/check-ins", "/mam/v1/check-ins")
TOKENS = "/mdm/v1/enrollment-tokens"
ADMIN = "admin@example.test"
LEAVE = ("/mdm/v1/enrollments/self", "/mam/v1/registrations/self")


@dataclass
class Service:
    """What the service knows, and what it has been told to do next."""

    url: str = ""
    enrolled: dict[str, dict[str, Any]] = field(default_factory=dict)
    check_ins: list[dict[str, Any]] = field(default_factory=list)
    orders: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    notices: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    faults: list[tuple[int, dict[str, str], str]] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    sign_ins: list[str] = field(default_factory=list)
    user_tokens: dict[str, str] = field(default_factory=dict)
    profiles: dict[str, str] = field(default_factory=dict)
    connections: set[int] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def handler(self) -> type[BaseHTTPRequestHandler]:
        """A request handler that asks this service."""
        return handler_of(self)

    def order(self, nth: int, action: str, **parameters: Any) -> None:
        """Give the nth device that enrolled an order at its next check-in."""
        order = {"id": f"order-{action}", "action": action, "parameters": parameters}
        self.orders.setdefault(nth, []).append(order)

    def answer(
        self, method: str, path: str, token: str, body: dict[str, Any]
    ) -> tuple[int, dict[str, Any]]:
        """Status and body for a request; one at a time."""
        with self.lock:
            if path.endswith("/oauth2/v2.0/token"):
                return self.sign_in(body)
            if path == TOKENS:
                return self.make_token(token, body)
            if path in ENROLL:
                return self.enroll(path, token, body)
            if token in self.gone:
                return 410, {"error": {"code": "gone", "message": "", "details": []}}
            if token not in self.enrolled:
                return 401, {"error": {"code": "unauthenticated", "message": "", "details": []}}
            if method == "DELETE" and path in LEAVE:
                self.gone.add(token)
                return 204, {}
            return self.check_in(token, body) if path in CHECK_IN else (404, {})

    def sign_in(self, form: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if form["password"] != PASSWORD or form["grant_type"] != "password":
            return 400, {"error": "invalid_grant", "error_description": "no"}
        self.sign_ins.append(form["username"])
        token = f"user-{len(self.sign_ins)}"
        self.user_tokens[token] = form["username"]
        return 200, {"access_token": token}

    def make_token(self, token: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if self.user_tokens.get(token) != ADMIN:
            return 403, {"error": {"code": "forbidden", "message": "", "details": []}}
        made = f"profile-{len(self.profiles)}"
        self.profiles[made] = body["enrollmentType"]
        return 201, {"id": "id", "token": made}

    def enroll(self, path: str, token: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if token not in {*self.user_tokens, *self.profiles}:
            return 401, {"error": {"code": "tokenExpired", "message": "", "details": []}}
        name = f"device-{len(self.enrolled)}"
        self.enrolled[name] = body | {"path": path, "credential": token}
        receipt = receipt_of(body["facts"])
        return 201, {"id": f"id-{name}", ENROLL[path]: name, "receipt": receipt}

    def check_in(self, token: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.check_ins.append(body | {"token": token})
        nth = int(token.rpartition("-")[2])
        given, notices = self.orders.pop(nth, []), self.notices.pop(nth, [])
        receipt = receipt_of(body["facts"])
        return 200, {"orders": given, "receipt": receipt, "notices": notices}


def receipt_of(facts: dict[str, Any]) -> dict[str, Any]:
    """A receipt that keeps only the model."""
    refused = {name: "mam_not_permitted" for name in facts if name != "model"}
    kept = ["hardware.model"] if "model" in facts else []
    return {"kept": kept, "reduced": {}, "judged": [], "refused": refused, "unknown": 2}


def handler_of(service: Service) -> type[BaseHTTPRequestHandler]:
    """A request handler that asks the service."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet per answer

        def setup(self) -> None:
            super().setup()
            service.connections.add(self.client_address[1])

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            if service.faults:
                status, headers, text = service.faults.pop(0)
                return self.reply(status, text, headers)
            is_json = "json" in self.headers.get("Content-Type", "")
            form = {name: values[0] for name, values in parse_qs(raw).items()}
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            body = json.loads(raw) if is_json else form
            status, answer = service.answer(self.command, self.path, token, body)
            return self.reply(status, json.dumps(answer) if status != 204 else "", {})

        def do_DELETE(self) -> None:
            self.do_POST()

        def reply(self, status: int, text: str, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    return Handler


@pytest.fixture
def service() -> Iterator[Service]:
    """A running service on a free port."""
    service = Service()
    with ThreadingHTTPServer(("127.0.0.1", 0), service.handler) as server:
        service.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield service
        server.shutdown()
        thread.join()


@pytest.fixture
def ready_file(service: Service, tmp_path: Path) -> Path:
    """The file that a running service writes, with two users."""
    ready = {
        "base_url": "https://localhost:1",
        "http_url": service.url,
        "tenant_id": TENANT,
        "client_id": "5f1d0000-0000-4000-8000-0000000000c1",
        "users": [{"upn": f"u{n}@example.test", "password": PASSWORD} for n in (1, 2)],
    }
    path = tmp_path / "ready.json"
    path.write_text(json.dumps(ready))
    return path


@pytest.fixture
def administered(ready_file: Path) -> None:
    """The ready file names an administrator as well."""
    ready = json.loads(ready_file.read_text()) | {"admin_upn": ADMIN, "admin_password": PASSWORD}
    ready_file.write_text(json.dumps(ready))


@pytest.fixture
def call(ready_file: Path) -> Callable[..., Result]:
    """Call `mdm-devices COMMAND --ready-file … ARGUMENTS`."""

    def call(command: str, *arguments: object) -> Result:
        line = [command, "--ready-file", str(ready_file), *map(str, arguments)]
        return CliRunner().invoke(main, line)

    return call


@pytest.fixture(scope="session")
def fleet() -> Fleet:
    """A fleet of all platforms and profiles."""
    return Fleet(
        seed=7,
        mix="corporate=40,byod=40,mam=20",
        platforms="windows,macos,ios,ipados,android,linux",
        clock="2026-09-01T08:00:00Z",
    )
