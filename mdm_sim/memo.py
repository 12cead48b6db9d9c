"""What was found out a moment ago: a few results by the digest of what they are of, for a while."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Result = TypeVar("Result")


class Memo(Generic[Result]):
    """At most `most` results; the oldest go first. What was asked about is not kept.

    It spares work and decides nothing: whoever asks has to name all that a result depends on.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: dict[bytes, Result] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._held)

    def of(self, *parts: str, found: Callable[[], Result]) -> Result:
        """The result for these parts, by `found` where there is none yet."""
        digest = hashlib.sha256("\0".join(parts).encode()).digest()
        held = self._held.get(digest)
        if held is None:
            held = found()
            with self._lock:
                while len(self._held) >= self._most:
                    del self._held[next(iter(self._held))]
                self._held[digest] = held
        return held
