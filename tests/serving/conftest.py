"""A real service in processes of its own, with real sockets and TLS, shared by these tests."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

Ready = dict[str, Any]


class Running:
    """A service, its ready file's content and a session that trusts it."""

    def __init__(self, process: subprocess.Popen[str], ready_file: Path) -> None:
        self.process = process
        self.ready_file = ready_file
        self.ready: Ready = json.loads(ready_file.read_text())
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = self.ready["ca_file"]

    def token(self, **form: str) -> str:
        """An access token, of the application unless a form says otherwise."""
        whole = {
            "grant_type": "client_credentials",
            "client_id": self.ready["client_id"],
            "client_secret": self.ready["client_secret"],
            "scope": "https://graph.microsoft.com/.default",
            **form,
        }
        url = f"{self.ready['authority_url']}/oauth2/v2.0/token"
        return str(self.session.post(url, data=whole, timeout=30).json()["access_token"])

    def user_token(self) -> str:
        """An ordinary user's access token."""
        return self.token(
            grant_type="password",
            username=self.ready["user_upn"],
            password=self.ready["user_password"],
        )

    def stop(self) -> tuple[str, str]:
        """Ask it to stop, wait, and return what it printed."""
        self.process.send_signal(signal.SIGTERM)
        self.session.close()
        return self.process.communicate(timeout=30)


def start(directory: Path, *options: str) -> Running:
    """Start a service and wait for its ready file."""
    ready_file = directory / "ready.json"
    command = [
        sys.executable,
        "-m",
        "mdm_sim",
        "serve",
        "--data-dir",
        str(directory / "data"),
        "--port",
        "0",
        "--http-port",
        "0",
        "--ready-file",
        str(ready_file),
        *options,
    ]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "error"},
    )
    deadline = time.monotonic() + 60
    while not ready_file.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise AssertionError(process.communicate())
        time.sleep(0.02)
    return Running(process, ready_file)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service for reading and for enrolling; tests leave no order to each other."""
    service = start(tmp_path_factory.mktemp("service"))
    yield service
    service.stop()


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts services of this test's own and sees that they end."""
    services: list[Running] = []

    def begin(*options: str, folder: str = "own") -> Running:
        directory = tmp_path / folder
        directory.mkdir(exist_ok=True)
        (directory / "ready.json").unlink(missing_ok=True)
        services.append(start(directory, *options))
        return services[-1]

    yield begin
    for service in services:
        service.session.close()
        service.process.terminate()
        service.process.communicate(timeout=30)
