"""What the peers' requests have in common: fields, what an answer shows, how a peer is filled."""

from __future__ import annotations

import http.client
from collections.abc import Iterable, Mapping
from dataclasses import replace

from benching import bodies
from benching.load import NUMBER, Load, field
from benching.rows import PAGE, SERIAL

JSON = {"Content-Type": "application/json"}
_SHOWN = {
    "get": (SERIAL, 1),
    "filter": (SERIAL, 1),
    "first page": (SERIAL, PAGE),
    "last page": (SERIAL, PAGE),
}


def values(devices: int) -> list[dict[str, str]]:
    """The fields of the devices that requests name."""
    return [bodies.own(number) for number in range(min(devices, 10_000))]


def new_device() -> dict[str, str]:
    """The fields of a device that is new with every request, by the running number."""
    mine = bodies.own(1)
    return {name: field(NUMBER) if name == "digits" else text for name, text in mine.items()}


def showing(loads: Mapping[str, Load]) -> dict[str, Load]:
    """The same loads, with what the answers to reads have to show."""
    return {name: replace(load, shows=_SHOWN.get(name, ("", 0))) for name, load in loads.items()}


def send_all(port: int, requests: Iterable[tuple[str, str, str, Mapping[str, str]]]) -> None:
    """Send requests (method, path, body, headers) one by one over one connection.

    Raises ValueError when one is refused.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    for method, path, body, headers in requests:
        connection.request(method, path, body.encode(), dict(headers))
        answer = connection.getresponse()
        answer.read()
        if answer.status >= 400:
            message = f"the peer refused what it was to hold: {answer.status}"
            raise ValueError(message)
    connection.close()
