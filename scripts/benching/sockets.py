"""The load generator where there is no `wrk`: raw sockets, kept open, one process. See `load`.

`sockets.py PORT CONNECTIONS SECONDS TEMPLATE VALUES FIRST` prints the outcome as JSON. It costs
more than `wrk` does, so its figures are not to be compared with those of `wrk`.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

_MARK = b"\x1f"
_PATIENCE = 60.0


class Connection:
    """A kept-open connection with one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""
        self.sent_at = 0.0

    def send(self, request: bytes) -> None:
        """Begin a request."""
        self._buffer, self.sent_at = b"", time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> int | None:
        """The status once the answer is whole. Raises ConnectionError when the server hung up."""
        received = self.socket.recv(1 << 18)
        if not received:
            raise ConnectionError
        self._buffer += received
        head, mark, body = self._buffer.partition(b"\r\n\r\n")
        if not mark or not _is_whole(head.lower(), body):
            return None
        return int(head.split(b" ", 2)[1])


def _is_whole(head: bytes, body: bytes) -> bool:
    if b"\r\ntransfer-encoding: chunked" in head:
        return body.endswith(b"0\r\n\r\n")
    _, named, rest = head.partition(b"\r\ncontent-length:")
    return len(body) >= (int(rest.split(b"\r\n", 1)[0]) if named else 0)


def requests(template: bytes, values: list[list[bytes]], first: int) -> Iterator[bytes]:
    """The requests, one after another, without end."""
    pieces = template.split(_MARK)
    fields = [(place, pieces[place]) for place in range(1, len(pieces), 2)]
    number = first
    while True:
        row = values[(number - first) % len(values)]
        for place, name in fields:
            pieces[place] = b"%08d" % number if name == b"n" else row[int(name) - 1]
        number += 1
        yield b"".join(pieces)


def run(port: int, connections: int, seconds: float, sending: Iterator[bytes]) -> dict[str, float]:
    """Send for so long; returns requests, seconds, failed, p50 and p99 in microseconds."""
    latencies: list[float] = []
    failed = 0
    selector = selectors.DefaultSelector()
    started = time.perf_counter()
    for _ in range(connections):
        opened = Connection(port)
        selector.register(opened.socket, selectors.EVENT_READ, opened)
        opened.send(next(sending))
    while (now := time.perf_counter()) < started + seconds or not latencies:
        if now > started + seconds + _PATIENCE or not selector.get_map():
            break
        for key, _events in selector.select(0.1):
            try:
                status = key.data.receive()
            except ConnectionError:
                selector.unregister(key.fileobj)
                failed += 1
                continue
            if status is not None:
                latencies.append(time.perf_counter() - key.data.sent_at)
                failed += status >= 400
                key.data.send(next(sending))
    took = time.perf_counter() - started
    latencies.sort()
    at = [latencies[int(len(latencies) * share)] if latencies else 0.0 for share in (0.5, 0.99)]
    return {
        "requests": len(latencies),
        "seconds": took,
        "failed": failed,
        "p50": at[0] * 1e6,
        "p99": at[1] * 1e6,
    }


if __name__ == "__main__":
    port, connections, seconds, template, values, first = sys.argv[1:]
    table = [line.split(b"\t") for line in Path(values).read_bytes().splitlines() or [b""]]
    sending = requests(Path(template).read_bytes(), table, int(first))
    print(json.dumps(run(int(port), int(connections), float(seconds), sending)))
