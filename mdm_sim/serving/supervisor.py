"""`mdm-sim serve`: prepare the store, start the listeners, tell when they answer, mind them."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import orjson

from mdm_sim import tenant
from mdm_sim.app import open_desk
from mdm_sim.preparation import prepare
from mdm_sim.serving import certificates
from mdm_sim.settings import Settings
from mdm_sim.store.work import Desk
from mdm_sim.upkeep import job

OFF = -1
UPKEEP_SECONDS = 30
THOROUGH_SECONDS = 3600
BEHIND_SECONDS = 1
# A database is compacted while it serves up to this size, and for a twentieth of the time.
MOST_COMPACTED = 512 * 1024 * 1024
COMPACTING_SHARE = 20
START_SECONDS = 60
STOP_SECONDS = 10
# A listener that ends is started again, but not more often than this in a minute.
MOST_ENDS = 20


@dataclass(frozen=True, slots=True)
class Listening:
    """Where to listen: a port of 0 takes a free one, OFF none at all."""

    host: str
    https_port: int
    http_port: int
    workers: int


class CannotServe(Exception):
    """The service cannot start or go on; the message says why."""


def serve(
    settings: Settings, directory: Path, listening: Listening, ready_file: Path | None
) -> None:
    """Serve until SIGTERM or SIGINT.

    When it answers it prints one line and writes `ready_file`, which goes when it stops.
    """
    os.umask(0o077)
    directory.mkdir(parents=True, exist_ok=True)
    if ready_file:
        ready_file.unlink(missing_ok=True)
    certs = certificates.ensure(directory)
    where = Listening(
        listening.host,
        _port(listening.host, listening.https_port),
        _port(listening.host, listening.http_port),
        listening.workers,
    )
    desk = open_desk(settings)
    prepare(desk, lambda done: print(f"mdm-sim: {done} records judged again", file=sys.stderr))
    with _stopping() as stopped, _children(settings, where, certs) as children:
        _await_answers(where, certs, children, stopped)
        told = ready(where, certs)
        if ready_file:
            write_whole(ready_file, orjson.dumps(told, option=orjson.OPT_INDENT_2))
        print(f"mdm-sim is ready: {told['base_url'] or told['http_url']}", flush=True)
        try:
            _mind(desk, children, stopped)
        finally:
            if ready_file:
                ready_file.unlink(missing_ok=True)


def ready(where: Listening, certs: certificates.Certificates) -> dict[str, object]:
    """What a client needs: the contract of the ready file."""
    host = "localhost" if where.host in {"127.0.0.1", "0.0.0.0", "::", "::1"} else where.host
    https = f"https://{host}:{where.https_port}" if where.https_port != OFF else None
    http = f"http://{host}:{where.http_port}" if where.http_port != OFF else None
    root = https or http
    return {
        "pid": os.getpid(),
        "base_url": https,
        "http_url": http,
        "tenant_id": tenant.TENANT_ID,
        "client_id": tenant.CLIENT_ID,
        "client_secret": tenant.CLIENT_SECRET,
        "client_certificate_file": str(tenant.CERTIFICATE_FILE),
        "public_client_id": tenant.PUBLIC_CLIENT_ID,
        "authority_url": f"{root}/{tenant.TENANT_ID}",
        "admin_upn": tenant.ADMIN.upn,
        "admin_password": tenant.PASSWORD,
        "user_upn": tenant.USERS[0].upn,
        "user_password": tenant.PASSWORD,
        "users": [{"upn": user.upn, "password": tenant.PASSWORD} for user in tenant.USERS],
        "ca_file": str(certs.ca_file.resolve()),
        "console_url": f"{root}/console",
        "lab_url": f"{root}/_lab",
    }


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that readers see whole or not at all, for its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(name).replace(path)


def _port(host: str, port: int) -> int:
    if port != 0:
        return port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


class _Child:
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


@contextmanager
def _children(
    settings: Settings, where: Listening, certs: certificates.Certificates
) -> Iterator[list[_Child]]:
    """The listeners, and their end whatever happens."""
    commands = []
    if where.http_port != OFF:
        commands.append(["http_listener", where.host, str(where.http_port), str(where.workers)])
    if where.https_port != OFF:
        commands.append(
            [
                "https_listener",
                where.host,
                str(where.https_port),
                str(certs.chain_file),
                str(certs.key_file),
            ]
        )
    environment = {**os.environ, **settings.to_environment()}
    children = [_Child(command, environment) for command in commands]
    try:
        yield children
    finally:
        _end(children)


def _end(children: list[_Child]) -> None:
    for child in children:
        child.process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for child in children:
        try:
            child.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()
        child.close()


@contextmanager
def _stopping() -> Iterator[list[int]]:
    """Collects the signals that ask to stop."""
    received: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        received.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _await_answers(
    where: Listening,
    certs: certificates.Certificates,
    children: list[_Child],
    stopped: list[int],
) -> None:
    told = ready(where, certs)
    waiting = [url for url in (told["http_url"], told["base_url"]) if url]
    trust = ssl.create_default_context(cafile=told["ca_file"])  # type: ignore[arg-type]
    deadline = time.monotonic() + START_SECONDS
    while waiting and not stopped:
        _require_alive(children)
        if _answers(f"{waiting[0]}/readyz", trust):
            waiting.pop(0)
        elif time.monotonic() > deadline:
            message = f"the listeners did not answer within {START_SECONDS} seconds"
            raise CannotServe(message)
        else:
            time.sleep(0.02)


def _answers(url: str, trust: ssl.SSLContext) -> bool:
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust)
    )
    try:
        with opener.open(url, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _require_alive(children: list[_Child]) -> None:
    for child in children:
        if (status := child.process.poll()) is not None:
            message = f"a listener ended by itself (exit status {status}); is its port taken?"
            raise CannotServe(message)


def _mind(desk: Desk, children: list[_Child], stopped: list[int]) -> None:
    """See that the listeners live; upkeep now and then, and what a change left behind at once."""
    quick = thorough = behind = tidy = 0.0
    while not stopped:
        for child in children:
            child.revive()
        now = time.monotonic()
        if now >= quick:
            job.run(desk, only_quick=now < thorough, stopped=lambda: bool(stopped))
            quick = now + UPKEEP_SECONDS
            thorough = thorough if now < thorough else now + THOROUGH_SECONDS
        elif now >= behind:
            job.catch_up(desk, lambda: bool(stopped))
            behind = now + BEHIND_SECONDS
        elif now >= tidy:
            desk.store.compact(MOST_COMPACTED)
            tidy = now + max(BEHIND_SECONDS, COMPACTING_SHARE * (time.monotonic() - now))
        time.sleep(0.1)
