"""The one source of time: a clock that can be started anywhere and that is always passed in."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock that runs `offset` seconds ahead of this machine's."""

    offset: float = 0.0

    @classmethod
    def starting_at(cls, moment: datetime) -> Clock:
        """A clock that shows `moment` (with a time zone) now and ticks on from there."""
        return cls(moment.timestamp() - time.time())

    def now(self) -> float:
        """Seconds since 1970-01-01T00:00:00Z, as this clock shows it."""
        return time.time() + self.offset


def iso(seconds: float) -> str:
    """`seconds` since 1970 as Graph writes a moment: whole seconds, UTC, a final Z."""
    return f"{datetime.fromtimestamp(int(seconds), UTC).isoformat()[:19]}Z"


def instant(seconds: float) -> str:
    """`seconds` since 1970 as Graph writes an instant: seven decimals of a second."""
    fraction = int(seconds % 1 * 10_000_000)
    return f"{iso(seconds)[:-1]}.{fraction:07}Z"
