"""A service in processes of its own, on free ports, with a data directory of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import requests

START_SECONDS = 60
STOP_SECONDS = 30
_TIMEOUT = 30


class ServiceFailed(Exception):
    """A program did not do what it should; the message says which."""


class Service:
    """A service: its directory, its processes, and its ready file's content while it runs.

    All that it could write is under `root`: its data, what it prints, its temporary files.
    """

    def __init__(self, root: Path, environment: Mapping[str, str] | None = None) -> None:
        """`environment` is added to this process's own."""
        self.root = root
        self.directory = root / "data"
        self.ready_file = root / "ready.json"
        self.ready: dict[str, Any] = {}
        self._temporary = root / "tmp"
        self._environment = {**os.environ, **(environment or {}), "TMPDIR": str(self._temporary)}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *more: str) -> None:
        """Start it, with `more` options, and wait until it answers.

        Raises ServiceFailed when it does not.
        """
        self._temporary.mkdir(exist_ok=True)
        self.ready_file.unlink(missing_ok=True)
        options = {"--data-dir": self.directory, "--ready-file": self.ready_file}
        given = [text for name, path in options.items() for text in (name, str(path))]
        with (self.root / "stdout").open("ab") as out, (self.root / "stderr").open("ab") as err:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "mdm_sim",
                    "serve",
                    *given,
                    "--port=0",
                    "--http-port=0",
                    *more,
                ],
                stdout=out,
                stderr=err,
                env=self._environment,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.ready_file.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                message = f"the service did not start: {self._last_words()}"
                raise ServiceFailed(message)
            time.sleep(0.02)
        self.ready = orjson.loads(self.ready_file.read_bytes())

    @property
    def is_running(self) -> bool:
        """Whether its first process lives."""
        return self.process is not None and self.process.poll() is None

    def _last_words(self) -> str:
        return (self.root / "stderr").read_text(errors="replace")[-500:].strip()

    def kill(self) -> None:
        """SIGKILL to all of its processes, in the middle of whatever they do."""
        if self.process and self.is_running:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def stop(self) -> None:
        """Ask it to stop, and wait."""
        if self.process and self.is_running:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()


@contextmanager
def service(root: Path, environment: Mapping[str, str] | None = None) -> Iterator[Service]:
    """A running service, ended when the block is."""
    running = Service(root, environment)
    try:
        running.start()
        yield running
    finally:
        running.stop()


class Admin:
    """An administrator's tool: Graph and the privacy doors, over HTTP, with its own token."""

    def __init__(self, service: Service) -> None:
        """Signs the development application in."""
        self._root = service.ready["http_url"]
        self._session = requests.Session()
        self._session.trust_env = False
        form = {
            "grant_type": "client_credentials",
            "client_id": service.ready["client_id"],
            "client_secret": service.ready["client_secret"],
            "scope": "https://graph.microsoft.com/.default",
        }
        url = f"{self._root}/{service.ready['tenant_id']}/oauth2/v2.0/token"
        token = self._session.post(url, data=form, timeout=_TIMEOUT).json()["access_token"]
        self._session.headers["Authorization"] = f"Bearer {token}"

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One request; its JSON answer, or nothing for 204. Raises ServiceFailed when refused."""
        answer = self._session.request(method, self._root + path, json=body, timeout=_TIMEOUT)
        if not answer.ok:
            code = answer.json()["error"]["code"]
            message = f"{method} {path.split('?', 1)[0]} answered {answer.status_code} {code}"
            raise ServiceFailed(message)
        told: dict[str, Any] = answer.json() if answer.content else {}
        return told
