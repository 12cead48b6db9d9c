"""The programs of the demo: the service and the simulated devices, each a process of its own."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import requests

START_SECONDS = 60
_TIMEOUT = 30


class DemoFailed(Exception):
    """A program of the demo did not do what it should; the message says which."""


@dataclass(frozen=True, slots=True)
class Service:
    """A running service: its process, its ready file and where its data is."""

    process: subprocess.Popen[bytes]
    ready_file: Path
    directory: Path
    ready: dict[str, Any]


@contextmanager
def service(directory: Path) -> Iterator[Service]:
    """A service on free ports with a database of its own; ended when the block is."""
    ready_file = directory / "ready.json"
    process = subprocess.Popen(
        [
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
        ],
        stdout=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not ready_file.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                message = "the service did not start"
                raise DemoFailed(message)
            time.sleep(0.02)
        ready = orjson.loads(ready_file.read_bytes())
        yield Service(process, ready_file, directory / "data", ready)
    finally:
        process.terminate()
        process.wait()


def devices(service: Service, verb: str, *arguments: str) -> dict[str, Any]:
    """What `mdm-devices VERB` tells as JSON."""
    finished = subprocess.run(
        [
            sys.executable,
            "-m",
            "mdm_devices",
            verb,
            "--ready-file",
            str(service.ready_file),
            "--json",
            *arguments,
        ],
        stdout=subprocess.PIPE,
        check=False,
    )
    if finished.returncode:
        message = f"mdm-devices {verb} failed"
        raise DemoFailed(message)
    told: dict[str, Any] = orjson.loads(finished.stdout)
    return told


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
        """One request; its JSON answer, or nothing for 204. Raises DemoFailed when refused."""
        answer = self._session.request(method, self._root + path, json=body, timeout=_TIMEOUT)
        if not answer.ok:
            code = answer.json()["error"]["code"]
            message = f"{method} {path.split('?', 1)[0]} answered {answer.status_code} {code}"
            raise DemoFailed(message)
        told: dict[str, Any] = answer.json() if answer.content else {}
        return told
