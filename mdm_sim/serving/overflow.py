"""Turning away: a connection that a worker has no room for gets 503 and Retry-After, and soon.

A worker takes so many connections and no more; the next ones wait in the kernel's queue, where they
would learn nothing. A thread of the worker looks at the length of that queue (Linux tells it) and
answers those that are too many. It holds a bounded number of them, for a second.
"""

from __future__ import annotations

import os
import socket
import struct
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import orjson
import uuid_utils

# Connections that may wait for a worker for longer than a burst takes; and those that are being
# turned away at a time.
WAITING, PATIENCE_SECONDS = 32, 0.5
_MOST_LEAVING = 128
RETRY_SECONDS = 1
_LOOK_SECONDS, _LEAVE_SECONDS = 0.05, 1.0
_OWN = Path("/proc/self/fd")
_TOLD = 104  # bytes of tcp_info
_UNACKED = struct.Struct("24xI")  # tcpi_unacked: of a listening socket, how many wait (tcp(7))
_MESSAGE = "The service is busy; try again later."


def mind() -> None:
    """See to the socket that this process listens on, from a thread, to the end of the process."""
    if hasattr(socket, "TCP_INFO") and _OWN.exists():
        threading.Thread(target=_watch, name="overflow", daemon=True).start()


def _watch() -> None:
    leaving: list[tuple[socket.socket, float]] = []
    number, calm = None, time.monotonic()
    while True:
        time.sleep(_LOOK_SECONDS)
        number = _listening() if number is None else number
        try:
            if number is not None and _look(number, leaving, calm):
                calm = time.monotonic()
        except OSError:  # the server was quicker, or listens no more
            number = None
        leaving[:] = [each for each in leaving if not _has_left(*each)]


def _listening() -> int | None:
    """The descriptor of this process that takes connections: the server gives it no name."""
    for path in filter(Path.is_socket, _OWN.iterdir()):  # a copy of another would stay open
        with suppress(OSError), socket.socket(fileno=os.dup(int(path.name))) as found:
            if found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                return int(path.name)
    return None


def _look(number: int, leaving: list[tuple[socket.socket, float]], calm: float) -> bool:
    """Turn away what is too many since `calm`; returns whether nothing is."""
    # A copy for a moment: one that is kept would go on listening when the server has stopped.
    with socket.socket(fileno=os.dup(number)) as listener:
        told = listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TOLD)
        surplus = _UNACKED.unpack_from(told)[0] - WAITING
        if surplus <= 0 or time.monotonic() < calm + PATIENCE_SECONDS:
            return bool(surplus <= 0)
        for _ in range(min(surplus, _MOST_LEAVING - len(leaving))):
            connection, _address = listener.accept()
            leaving.append((connection, time.monotonic() + _LEAVE_SECONDS))
            _turn_away(connection)
    return False


def _turn_away(connection: socket.socket) -> None:
    connection.settimeout(0)
    connection.sendall(_answer())
    connection.shutdown(socket.SHUT_WR)


def _has_left(connection: socket.socket, until: float) -> bool:
    """Read what the client still sends, so that it meets the answer and not a reset."""
    try:
        while connection.recv(65_536):
            if time.monotonic() > until:
                break
    except BlockingIOError:
        if time.monotonic() <= until:
            return False
    except OSError:
        pass
    connection.close()
    return True


def _answer() -> bytes:
    own_id = str(uuid_utils.uuid4())
    moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    inner = {"date": moment, "request-id": own_id, "client-request-id": own_id}
    error = {"code": "serviceUnavailable", "message": _MESSAGE, "innerError": inner}
    body = orjson.dumps({"error": error})
    return (
        b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\nCache-Control: no-store\r\nRetry-After: %d\r\n"
        b"Connection: close\r\n\r\n%b" % (len(body), RETRY_SECONDS, body)
    )
