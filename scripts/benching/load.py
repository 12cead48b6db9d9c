"""One load: requests that differ in a few fields, sent by `wrk`, or by `sockets` where it is not.

The generator shares the machine's cores with what it measures, so it only joins text: a template
(literal pieces and the places of fields) and a table of values, a line for each device. The field
`n` is a running number of eight digits that no two requests of a benchmark share.
"""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# A server that takes long for a request is asked over two connections, so that hardly any request
# is still under way when a run ends.
CONNECTIONS, FEW_CONNECTIONS, SLOW_SECONDS = 16, 2, 0.02
LONGEST_SECONDS = 30.0
NUMBER = "n"
_MARK = "\x1f"
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Load:
    """Requests to one server. In `path`, `headers` and `body`, `\x1fname\x1f` is a field.

    `values` has a mapping of fields for each device, each field of the same width in all of them.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: str = ""
    values: Sequence[Mapping[str, str]] = ({},)
    expects: int = 200
    shows: tuple[str, int] = ("", 0)  # a pattern, and how often the answer has it

    def template(self, port: int) -> str:
        """The whole request as text, its fields in marks."""
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
        lines += [f"{name}: {text}" for name, text in self.headers.items()]
        if self.body or self.method in {"POST", "PUT", "PATCH", "MERGE"}:
            lines.append(f"Content-Length: {len(self.filled(self.body, 0).encode())}")
        return "\r\n".join((*lines, "", self.body))

    def filled(self, text: str, number: int, place: int = 0) -> str:
        """`text` with the fields of the device at `place`."""
        first = {**self.values[place % len(self.values)], NUMBER: f"{number:08d}"}
        pieces = text.split(_MARK)
        return "".join(first[piece] if at % 2 else piece for at, piece in enumerate(pieces))

    def table(self) -> str:
        """The values as lines, tabs between them, in the order of the first device's names.

        Raises ValueError when a field has not the same width everywhere.
        """
        names = list(self.values[0])
        widths = [len(text) for text in self.values[0].values()]
        lines = []
        for each in self.values:
            line = [each[name] for name in names]
            if [len(text) for text in line] != widths:
                message = "a field has not the same width everywhere"
                raise ValueError(message)
            lines.append("\t".join(line) + "\n")
        return "".join(lines)


def field(name: str) -> str:
    """The place of a field in a template."""
    return f"{_MARK}{name}{_MARK}"


@dataclass(frozen=True)
class Sent:
    """What a run of a load came to; times in microseconds. `failed` is answers of 400 and up,
    timeouts and broken connections."""

    requests: int
    seconds: float
    failed: int
    p50: float
    p99: float


def send(
    load: Load, port: int, seconds: float, folder: Path, first: int, took: float = 0.0
) -> Sent:
    """Send `load` for so long, numbers from `first`; `took` is what one request took before.

    A slow server is given time for ten requests, but not more than half a minute.
    """
    connections = FEW_CONNECTIONS if took > SLOW_SECONDS else CONNECTIONS
    seconds = max(seconds, min(10 * took, LONGEST_SECONDS))
    names = list(load.values[0])
    numbers = {name: str(place) for place, name in enumerate(names, 1)} | {NUMBER: NUMBER}
    pieces = load.template(port).split(_MARK)
    text = _MARK.join(numbers[piece] if at % 2 else piece for at, piece in enumerate(pieces))
    folder.mkdir(parents=True, exist_ok=True)
    template, table = folder / "template", folder / "values"
    template.write_bytes(text.encode())
    table.write_text(load.table())
    asked = [str(template), str(table), str(first)]
    finished = subprocess.run(
        _command(port, connections, seconds, asked), capture_output=True, text=True, check=True
    )
    told = json.loads(finished.stdout.strip().splitlines()[-1])
    return Sent(told["requests"], told["seconds"], told["failed"], told["p50"], told["p99"])


def generator() -> str:
    """Which generator is used here."""
    return "wrk" if shutil.which("wrk") else "sockets.py"


def _command(port: int, connections: int, seconds: float, asked: list[str]) -> list[str]:
    wrk = shutil.which("wrk")
    if wrk is None:
        given = [str(port), str(connections), str(seconds), *asked]
        return [sys.executable, str(_HERE / "sockets.py"), *given]
    options = ["--threads", "1", "--connections", str(connections), "--timeout", "60s"]
    whole = max(1, math.ceil(seconds))  # wrk counts whole seconds
    options += ["--duration", f"{whole}s", "--script", str(_HERE / "wrk.lua")]
    return [wrk, *options, f"http://127.0.0.1:{port}", "--", *asked]
