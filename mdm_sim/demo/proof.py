"""The proof: every byte of the data directory is searched for every value that was refused.

A value that is lawfully held of some record (a model's name, say), or that stood in the files
before anybody enrolled (a word of the schema), cannot be told from a refused one by its bytes and
is left out. That values can be found at all is shown on those that are kept.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from mdm_sim.demo.tally import rows_of
from mdm_sim.policy.facts import JUDGED

SHORTEST = 6
# Digits also stand in ids and hashes by chance: shorter ones prove nothing.
SHORTEST_NUMBER = 10


@dataclass(frozen=True, slots=True)
class Found:
    """What the search found. `names` are the rows (or `unknown`) whose values leaked."""

    searched_bytes: int
    files: int
    refused_values: int
    leaked: tuple[str, ...]
    kept_values: int
    kept_found: int

    @property
    def is_clean(self) -> bool:
        """No refused value anywhere, and the search does find what is kept."""
        return not self.leaked and 0 < self.kept_values == self.kept_found


def content_of(directory: Path) -> list[bytes]:
    """Every byte of every file under `directory`."""
    return [path.read_bytes() for path in sorted(directory.rglob("*")) if path.is_file()]


def search(
    directory: Path,
    before: Sequence[bytes],
    fleet: Sequence[Mapping[str, Any]],
    held: Mapping[str, Mapping[str, Any]],
) -> Found:
    """Search every file under `directory`; `held` is what is stored now, by record id.

    `before` is what the files held before the fleet came.
    """
    content = content_of(directory)
    kept = {text for record in held.values() for text in leaves(record["facts"])}
    lawful = "\n".join(kept)
    refused = {
        text: row
        for device in fleet
        for row, text in _not_held(device, held.get(device["id"]))
        if text not in lawful
    }
    for text in find(refused.keys(), before):
        del refused[text]
    leaked = {refused[text] for text in find(refused.keys(), content)}
    found = len(find(kept, content))
    return Found(
        sum(map(len, content)), len(content), len(refused), tuple(sorted(leaked)), len(kept), found
    )


def _not_held(
    device: Mapping[str, Any], record: Mapping[str, Any] | None
) -> Iterator[tuple[str, str]]:
    """Every value the device sent and that is not on its record now, with the row it belongs to."""
    stored = set(leaves(record["facts"])) if record else set()
    named = {
        name: row
        for row, names in rows_of(device["workload"], device["facts"]).items()
        for name in names
    }
    for name, value in device["facts"].items():
        row = named.get(name) or ("applications" if name == "applications" else "unknown")
        if name in JUDGED:
            row = "judged"
        for text in leaves(value):
            if text not in stored:
                yield row, text


def leaves(value: Any) -> Iterator[str]:
    """Every text and long number in a JSON value, as it would stand in a file."""
    if isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    elif not isinstance(value, bool) and value is not None:
        text = value if isinstance(value, str) else orjson.dumps(value).decode()
        is_number = not set(text.lower()) - set("0123456789abcdef.-")
        if len(text) >= (SHORTEST_NUMBER if is_number else SHORTEST):
            yield text


def find(texts: Collection[str], content: Sequence[bytes]) -> set[str]:
    """Which of `texts` stand in `content`, in any of their forms; one pass over every byte."""
    beginnings: dict[bytes, list[tuple[bytes, str]]] = {}
    for text in texts:
        for form in forms(text):
            beginnings.setdefault(form[:SHORTEST], []).append((form, text))
    found = set()
    for data in content:
        for place in range(len(data) - SHORTEST + 1):
            for form, text in beginnings.get(data[place : place + SHORTEST], ()):
                if data.startswith(form, place):
                    found.add(text)
    return found


def forms(text: str) -> set[bytes]:
    """The ways a text may stand in a file: UTF-8, UTF-16, JSON-escaped, hexadecimal, base64."""
    plain = text.encode()
    return {
        plain,
        text.encode("utf-16-le"),
        orjson.dumps(text)[1:-1],
        plain.hex().encode(),
        base64.b64encode(plain).rstrip(b"=")[: max(len(plain) // 3 * 4, 8)],
    }
