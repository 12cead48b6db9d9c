"""`mdm-sim serve`: prepare the store, start the listeners, tell when they answer, mind them."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import orjson

from mdm_sim.serving import certificates, starting
from mdm_sim.serving.children import CannotServe, Child
from mdm_sim.settings import Settings

OFF = -1
START_SECONDS = 60
STOP_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Listening:
    """Where to listen: a port of 0 takes a free one, OFF none at all."""

    host: str
    https_port: int
    http_port: int
    workers: int


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
    lock = directory / "starting.lock"
    environment = {**settings.to_environment(), starting.VARIABLE: str(lock)}
    with ExitStack() as held:
        with starting.preparing(lock):
            stopped = held.enter_context(_stopping())
            children = held.enter_context(_children(environment, where, certs))
            # Modules that take long are imported while the listeners import theirs.
            with starting.importing():
                from mdm_sim.serving import keeping
            desk = keeping.prepared(settings)
        https, http = _urls(where)
        _await_answers([url for url in (http, https) if url], certs, children, stopped)
        if ready_file:
            told = keeping.ready(https, http, certs.ca_file)
            write_whole(ready_file, orjson.dumps(told, option=orjson.OPT_INDENT_2))
            held.callback(ready_file.unlink, missing_ok=True)
        print(f"mdm-sim is ready: {https or http}", flush=True)
        keeping.mind(desk, children, stopped)


def _urls(where: Listening) -> tuple[str | None, str | None]:
    """Where the listeners are, HTTPS and plain; None for one that is off."""
    host = "localhost" if where.host in {"127.0.0.1", "0.0.0.0", "::", "::1"} else where.host
    https = f"https://{host}:{where.https_port}" if where.https_port != OFF else None
    return https, f"http://{host}:{where.http_port}" if where.http_port != OFF else None


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


@contextmanager
def _children(
    settings: Mapping[str, str], where: Listening, certs: certificates.Certificates
) -> Iterator[list[Child]]:
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
    environment = {**os.environ, **settings}
    children = [Child(command, environment) for command in commands]
    try:
        yield children
    finally:
        _end(children)


def _end(children: list[Child]) -> None:
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
    waiting: list[str],
    certs: certificates.Certificates,
    children: list[Child],
    stopped: list[int],
) -> None:
    trust = ssl.create_default_context(cafile=certs.ca_file)
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


def _require_alive(children: list[Child]) -> None:
    for child in children:
        if (status := child.process.poll()) is not None:
            message = f"a listener ended by itself (exit status {status}); is its port taken?"
            raise CannotServe(message)
