"""What a contestant is: something that can be started and be asked some of the rows."""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from benching.load import Load
from benching.processes import Running


class Absent(Exception):
    """The contestant cannot take part here; the message says why."""


@dataclass
class Started:
    """A contestant that answers.

    `loads` gives its requests for the rows it can do, with running numbers from `first` on;
    `before` is done before a run of a row, `stop` ends it.
    """

    running: Running
    loads: Callable[[int], Mapping[str, Load]]
    stop: Callable[[], None]
    before: Callable[[str], None] = lambda _row: None


@dataclass(frozen=True)
class Contestant:
    """`kind` is service, limit or peer; `devices`, `workers`, `database` where it has them."""

    name: str
    kind: str
    start: Callable[[], Started]
    devices: int = 0
    workers: int = 1
    database: str = ""
    note: str = ""
    answers: dict[str, bytes] = field(default_factory=dict)
    took: dict[str, float] = field(default_factory=dict)  # seconds, of the row's first request


# Numbers of checks, which are neither those of prepared devices nor those of runs.
CHECKS = 9_000_000


def ask(load: Load, port: int, place: int = 0) -> bytes:
    """Send the request of the device at `place` of a load; returns the answer's body.

    Raises Absent when the answer is not the one that the row is about.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        body = load.filled(load.body, CHECKS + place, place).encode() or None
        headers = {
            name: load.filled(text, CHECKS + place, place) for name, text in load.headers.items()
        }
        connection.request(
            load.method, load.filled(load.path, CHECKS + place, place), body, headers
        )
        answer = connection.getresponse()
        told = answer.read()
    finally:
        connection.close()
    if answer.status != load.expects:
        message = f"it answers {answer.status}"
        raise Absent(message)
    pattern, times = load.shows
    if pattern and len(re.findall(pattern.encode(), told)) != times:
        message = "its answer is another than was expected"
        raise Absent(message)
    return told
