"""The plain HTTP listener: granian with one blocking thread a worker (the measured best)."""

from __future__ import annotations

import multiprocessing
import sys

from granian.constants import Interfaces
from granian.server import Server

from mdm_sim.serving import lifeline

BACKLOG = 1024


def main(host: str, port: str, workers: str) -> None:
    """Serve `mdm_sim.app:from_environment` until told to stop."""
    multiprocessing.set_start_method("spawn")
    lifeline.hold()
    Server(
        "mdm_sim.app:from_environment",
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
        workers_kill_timeout=5,
    ).serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
