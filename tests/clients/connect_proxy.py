"""An HTTP proxy that leads Microsoft's two names to the service, and nothing anywhere else.

For clients whose addresses are fixed: they need HTTPS_PROXY and the service's authority, and no
change. TLS goes through untouched, since the service's own certificate names these hosts.
"""

from __future__ import annotations

import selectors
import socket
from collections import Counter
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore, Event, Thread
from types import TracebackType
from typing import Any

NAMES = ("graph.microsoft.com:443", "login.microsoftonline.com:443")
MOST_TUNNELS = 32
LOOK_UP = 0.2  # seconds between two looks at whether the proxy is to stop


class _Tunnelling(BaseHTTPRequestHandler):
    """One connection: CONNECT (RFC 9110, 9.3.6) to a known name, or a refusal."""

    server: ConnectProxy
    timeout = 10

    def do_CONNECT(self) -> None:
        if self.path not in NAMES:
            self.server.refused[self.path] += 1
            self.send_error(HTTPStatus.FORBIDDEN)
            return
        self.server.tunnelled[self.path] += 1
        with socket.create_connection(("127.0.0.1", self.server.service_port), 10) as service:
            self.send_response(HTTPStatus.OK)
            self.end_headers()
            self._carry(service)

    def _carry(self, service: socket.socket) -> None:
        """Carry bytes both ways until either side ends."""
        ways = {self.connection: service, service: self.connection}
        with selectors.DefaultSelector() as waiting:
            for each in ways:
                waiting.register(each, selectors.EVENT_READ)
            while not self.server.ending.is_set():
                for key, _ in waiting.select(LOOK_UP):
                    source: Any = key.fileobj
                    if not (data := source.recv(65536)):
                        return
                    ways[source].sendall(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as the base names it
        """Say nothing: `tunnelled` and `refused` tell what was asked."""


class ConnectProxy(ThreadingHTTPServer):
    """The proxy on a free port of loopback, for as long as the `with` block lasts.

    `tunnelled` and `refused` count the names that were asked for.
    """

    daemon_threads = False  # leaving waits for every tunnel

    def __init__(self, service_port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Tunnelling)
        self.service_port = service_port
        self.ending = Event()
        self.tunnelled: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self._places = BoundedSemaphore(MOST_TUNNELS)
        self._accepting = Thread(target=self.serve_forever, args=(LOOK_UP,))

    @property
    def url(self) -> str:
        """What HTTPS_PROXY is to be."""
        return f"http://127.0.0.1:{self.server_port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        """Wait for a place before a thread is started."""
        self._places.acquire()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Give the place back at the end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that breaks off is not an error of the proxy's."""

    def __enter__(self) -> ConnectProxy:
        self._accepting.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.ending.set()
        self.shutdown()
        self._accepting.join()
        self.server_close()
