"""What was found out a moment ago, for a while: a few results by what they follow from."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Result = TypeVar("Result")


class Memo(Generic[Result]):
    """At most `most` results; the oldest go first.

    It spares work and decides nothing: a key has all that a result depends on. Keys and results
    stay in memory, so that neither may have a value of a device or a person in it.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: dict[Hashable, Result] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._held)

    def of(self, key: Hashable, found: Callable[[], Result]) -> Result:
        """The result of a key, by `found` where there is none yet; what it raises is not kept."""
        held = self._held.get(key)
        if held is None:
            held = found()
            with self._lock:
                while len(self._held) >= self._most:
                    del self._held[next(iter(self._held))]
                self._held[key] = held
        return held
