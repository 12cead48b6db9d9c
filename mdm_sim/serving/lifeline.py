"""A child's tie to its parent: standard input, which ends when the parent does, however it ends."""

from __future__ import annotations

import os
import signal
import threading


def hold() -> None:
    """End this process when whoever started it is gone."""
    threading.Thread(target=_watch, name="lifeline", daemon=True).start()


def _watch() -> None:
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
