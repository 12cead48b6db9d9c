"""The proof: every byte of the data directory is searched for every value that was refused.

A value that is lawfully held of some record (a model's name, say), or that stood in the files
before anybody enrolled (a word of the schema), cannot be told from a refused one by its bytes and
is left out. That values can be found at all is shown on those that are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mdm_sim.demo.tally import rows_of
from mdm_sim.policy.facts import JUDGED
from mdm_sim.proving.search import content_of, find, leaves, total


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
    # An enrollment token says what type an administrator made it for: no value of a device.
    profiles = {device["enrollmentType"] for device in fleet if device["byToken"]}
    lawful = "\n".join(kept | profiles)
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
        total(content), len(content), len(refused), tuple(sorted(leaked)), len(kept), found
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
