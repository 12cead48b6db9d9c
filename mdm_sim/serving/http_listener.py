"""The plain HTTP listener: granian with one blocking thread a worker (the measured best)."""

from __future__ import annotations

import multiprocessing
import sys
from wsgiref.types import WSGIApplication

from granian.constants import HTTPModes, Interfaces
from granian.server import Server

from mdm_sim.serving import lifeline, overflow, starting

BACKLOG = 1024
# Of all workers together. Each connection has one request under way at most, and one in a buffer.
MOST_CONNECTIONS = 512


def application() -> WSGIApplication:
    """What a worker serves; and whom it has no room for is told so."""
    # A worker outlives a listener that is killed, and would go on beside the next one's.
    lifeline.hold()
    with starting.importing():
        from mdm_sim.app import from_environment
    starting.await_prepared()
    overflow.mind()
    return from_environment()


def main(host: str, port: str, workers: str) -> None:
    """Serve until told to stop."""
    multiprocessing.set_start_method("spawn")
    lifeline.hold()
    Server(
        "mdm_sim.serving.http_listener:application",
        address=host,
        port=int(port),
        interface=Interfaces.WSGI,
        workers=int(workers),
        blocking_threads=1,
        backlog=BACKLOG,
        websockets=False,
        log_enabled=False,
        factory=True,
        respawn_failed_workers=True,
        respawn_interval=0.1,
        workers_kill_timeout=5,
        http=HTTPModes.http1,
        backpressure=max(1, MOST_CONNECTIONS // int(workers)),
    ).serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
