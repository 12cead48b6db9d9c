"""Starting side by side: listeners import their modules while the store is prepared.

They wait for a lock that is held meanwhile. It is the operating system's, and so it is free
whenever nobody prepares anything, however the one who did came to an end.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mdm_sim.settings import PREFIX

VARIABLE = f"{PREFIX}STARTING"


@contextmanager
def preparing(path: Path) -> Iterator[None]:
    """Hold up every process that waits for `path`."""
    with path.open("w", encoding="utf-8") as file:
        _lock(file.fileno(), exclusive=True)
        yield


def await_prepared() -> None:
    """Go on when nobody prepares the store (any more)."""
    if path := os.environ.get(VARIABLE):
        with Path(path).open(encoding="utf-8") as file:
            _lock(file.fileno(), exclusive=False)


@contextmanager
def importing() -> Iterator[None]:
    """Import a great deal without looking for garbage in it, now or ever after."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _lock(descriptor: int, *, exclusive: bool) -> None:
    import fcntl

    fcntl.flock(descriptor, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
