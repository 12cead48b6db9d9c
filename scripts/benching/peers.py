"""The peers: what a user would pick instead, each on its nearest work with the same facts.

They hold the 34 facts of each device without the 60 apps, so less than the service does. Requests
are prepared by `moto_requests` and `mock_requests`; here is how each is started and filled.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benching import bodies, installing, mock_requests, moto_requests, places
from benching.contestants import Contestant, Started
from benching.load import Load
from benching.processes import Running, free_port, start

Loads = Callable[[int, int], Mapping[str, Load]]


def contestants(devices: int, chosen: list[str] | None = None) -> list[Contestant]:
    """Those that are asked for, all of them unless told; each holds so many devices."""
    return [
        Contestant(
            name,
            "peer",
            lambda begin=begin: begin(devices),
            devices,
            0,
            note=note,  # type: ignore[misc]
        )
        for name, (begin, note) in PEERS.items()
        if chosen is None or name in chosen
    ]


def documents(devices: int) -> list[dict[str, Any]]:
    """What a peer holds: the facts of every device under an id."""
    owned = (bodies.own(number) for number in range(devices))
    return [{"id": mine["digits"], **bodies.plain(mine)} for mine in owned]


def _begin(
    name: str,
    command: list[str],
    loads: Loads,
    devices: int,
    port: int,
    path: str = "/",
    fill: Callable[[Running], None] = lambda _running: None,
) -> Started:
    with ExitStack() as held:
        running = start(command, _folder(name), port, path)
        held.callback(running.stop)
        fill(running)
        running.settle()
        return Started(running, lambda first: loads(devices, first), held.pop_all().close)


def _folder(name: str) -> Path:
    folder = places.SCRATCH / "peers" / name.replace(" ", "-")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _moto(loads: Loads, name: str, fill: Callable[[int, int], None]) -> Callable[[int], Started]:
    def begin(devices: int) -> Started:
        port = free_port()
        command = [*installing.moto(), "-H", "127.0.0.1", "-p", str(port)]
        return _begin(
            name,
            command,
            loads,
            devices,
            port,
            "/moto-api/data.json",
            lambda running: fill(running.port, devices),
        )

    return begin


def _azurite(devices: int) -> Started:
    port, name = free_port(), "Azurite tables"
    command = [*installing.node("azurite", "azurite-table"), "--silent", "--tablePort", str(port)]
    command += ["--skipApiVersionCheck", "--disableTelemetry"]
    return _begin(
        name,
        command,
        mock_requests.azurite,
        devices,
        port,
        fill=lambda running: mock_requests.fill_azurite(running.port, devices),
    )


def _json_server(devices: int) -> Started:
    port, name = free_port(), "json-server"
    data = _folder(name) / "db.json"
    data.write_text(json.dumps({"devices": documents(devices)}))
    command = [*installing.node("json-server", "json-server"), "--quiet", "--host", "127.0.0.1"]
    command += ["--port", str(port), str(data)]
    return _begin(name, command, mock_requests.json_server, devices, port, "/devices/00000000")


def _mockoon(devices: int) -> Started:
    port, name = free_port(), "Mockoon"
    data = _folder(name) / "environment.json"
    data.write_text(json.dumps(mock_requests.mockoon_environment(port, documents(devices))))
    command = [*installing.node("@mockoon/cli", "mockoon-cli"), "start", "--data", str(data)]
    command += ["--disable-log-to-file", "--disable-admin-api", "--hostname", "127.0.0.1"]
    return _begin(name, command, mock_requests.mockoon, devices, port, "/devices/00000000")


def _prism(devices: int) -> Started:
    port, name = free_port(), "Prism"
    data = _folder(name) / "openapi.json"
    data.write_text(json.dumps(mock_requests.prism_document(documents(100))))
    command = [*installing.node("@stoplight/prism-cli", "prism"), "mock", str(data)]
    command += ["--port", str(port), "--host", "127.0.0.1", "--verboseLevel", "silent"]
    return _begin(name, command, mock_requests.stateless, devices, port, "/devices/00000000")


def _wiremock(devices: int) -> Started:
    port, name = free_port(), "WireMock"
    mappings = _folder(name) / "mappings"
    mappings.mkdir(exist_ok=True)
    for file, mapping in mock_requests.wiremock_mappings(documents(100)).items():
        (mappings / file).write_text(json.dumps(mapping))
    command = [*installing.wiremock(), "--port", str(port), "--bind-address", "127.0.0.1"]
    command += ["--no-request-journal", "--root-dir", str(_folder(name))]
    return _begin(name, command, mock_requests.stateless, devices, port, "/devices/00000000")


PEERS: dict[str, tuple[Callable[[int], Started], str]] = {
    "moto DynamoDB": (
        _moto(moto_requests.dynamodb, "moto DynamoDB", moto_requests.fill_dynamodb),
        "in memory",
    ),
    "moto IoT": (_moto(moto_requests.iot, "moto IoT", moto_requests.fill_iot), "in memory"),
    "Azurite tables": (_azurite, "persists"),
    "json-server": (_json_server, "rewrites its file"),
    "Mockoon": (_mockoon, "in memory"),
    "Prism": (_prism, "stateless"),
    "WireMock": (_wiremock, "stateless"),
}
STATELESS = ("Prism", "WireMock")
