"""The HTTPS listener: cheroot, which can show TLS client certificates to the application.

A connection waits in the selector until its client speaks, and the handshake happens in a worker
thread: one that never speaks would otherwise hold up everybody. What goes wrong on a connection is
logged without the peer's address.
"""

from __future__ import annotations

import logging
import signal
import ssl
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from types import FrameType
from typing import Any

from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server

from mdm_sim.serving import lifeline, starting

THREADS = 4
MOST_HEADER_BYTES = 64 * 1024
_LOG = logging.getLogger("mdm_sim")


class _Environment(Mapping[str, Any]):
    """The TLS part of a WSGI environ, read once the handshake is done."""

    def __init__(self, adapter: BuiltinSSLAdapter, sock: ssl.SSLSocket) -> None:
        self._adapter = adapter
        self._socket = sock

    def _read(self) -> dict[str, Any]:
        environment: dict[str, Any] = self._adapter.get_environ(self._socket)  # type: ignore[no-untyped-call]
        return environment

    def __getitem__(self, name: str) -> Any:
        return self._read()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())


class LateHandshake(BuiltinSSLAdapter):
    """TLS whose handshake waits for the client's first bytes."""

    def wrap(self, sock: Any) -> tuple[ssl.SSLSocket, Mapping[str, Any]]:
        """The socket in TLS, and what to say of it later."""
        wrapped = self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        return wrapped, _Environment(self, wrapped)


class PatientServer(Server):
    """A server that gives a worker to a new connection only once there is something to read."""

    def process_conn(self, conn: Any) -> None:
        """Hand a connection to a worker, or a new one to the selector first."""
        if conn.last_used is None:
            self.put_conn(conn)
        else:
            super().process_conn(conn)


def _log(_message: str = "", level: int = logging.INFO, **_: Any) -> None:
    """Cheroot's messages name the peer's address: only that there was one is logged."""
    _LOG.log(level, "the HTTPS listener dropped a connection")


def main(host: str, port: str, chain_file: str, key_file: str) -> None:
    """Serve over TLS until told to stop."""
    lifeline.hold()
    with starting.importing():
        from mdm_sim.app import from_environment
    starting.await_prepared()
    server = PatientServer(
        (host, int(port)), from_environment(), numthreads=THREADS, server_name="mdm-sim"
    )
    server.max_request_header_size = MOST_HEADER_BYTES
    server.ssl_adapter = LateHandshake(chain_file, key_file)
    server.error_log = _log  # type: ignore[method-assign,assignment]

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    with suppress(KeyboardInterrupt):
        server.safe_start()


if __name__ == "__main__":
    main(*sys.argv[1:])
