"""A service of one's own for load: starts it on free loopback ports, and ends it by its id."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

READY_WITHIN = 60  # seconds
STOPPED_WITHIN = 20


class NotServingError(Exception):
    """A service that did not come up; its last words."""


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to end and wait; end what does not, it or what it started, by its id."""
    if process.poll() is not None:
        return
    started = psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    try:
        process.wait(STOPPED_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for each in started:
        with suppress(psutil.NoSuchProcess):
            each.kill()


@contextmanager
def service(folder: Path, *options: str) -> Iterator[tuple[int, Path]]:
    """`mdm-sim serve` with its data in the folder: its process id and ready file.

    Raises NotServingError.
    """
    ready, log = folder / "ready.json", folder / "service.log"
    command = [sys.executable, "-m", "mdm_sim", "serve", "--port", "off", "--http-port", "0"]
    command += ["--data-dir", str(folder / "data"), "--ready-file", str(ready), *options]
    with log.open("wb") as words:
        process = subprocess.Popen(command, stdout=words, stderr=subprocess.STDOUT)
        try:
            deadline = time.monotonic() + READY_WITHIN
            while not ready.exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise NotServingError(log.read_text(encoding="utf-8")[-2000:])
                time.sleep(0.05)
            yield process.pid, ready
        finally:
            stop(process)
