"""The processes of the listeners."""

from __future__ import annotations

import subprocess
import sys
import time

# A listener that ends is started again, but not more often than this in a minute.
MOST_ENDS = 20


class CannotServe(Exception):
    """The service cannot start or go on; the message says why."""


class Child:
    """The process of a listener, which can be begun again."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._command, self._environment = command, environment
        self._ends: list[float] = []
        self.begin()

    def begin(self) -> None:
        """Start the process; its standard input ends with this one (see `lifeline`)."""
        module, *arguments = self._command
        self.process = subprocess.Popen(
            [sys.executable, "-m", f"mdm_sim.serving.{module}", *arguments],
            env=self._environment,
            stdin=subprocess.PIPE,
        )

    def revive(self) -> None:
        """Start it again if it has ended. Raises CannotServe where that happens all the time."""
        if self.process.poll() is None:
            return
        now = time.monotonic()
        self._ends = [*(moment for moment in self._ends if moment > now - 60), now]
        if len(self._ends) > MOST_ENDS:
            message = f"a listener ended {MOST_ENDS} times in a minute"
            raise CannotServe(message)
        print("mdm-sim: a listener ended and is started again", file=sys.stderr)
        self.close()
        self.begin()

    def close(self) -> None:
        """Let go of what ties an ended process to this one."""
        if self.process.stdin:
            self.process.stdin.close()
