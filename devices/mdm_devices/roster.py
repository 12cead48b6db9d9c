"""The state file: who is enrolled, in JSON lines, so that a later run can go on."""

import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from mdm_devices.personas import Fleet

FORMAT = "mdm-devices-1"
ENROLLED, GONE = "enrolled", "gone"


class RosterError(ValueError):
    """A state file that cannot be read."""


@dataclass(frozen=True)
class Entry:
    """An enrolled device; `rounds` it has behind it; `renamed` by an order.

    `ownership` is what the service said last; a state file of before does not have it.
    """

    index: int
    workload: str
    profile: str
    platform: str
    id: str
    token: str
    state: str = ENROLLED
    rounds: int = 0
    renamed: str | None = None
    ownership: str | None = None


def save(path: Path, fleet: Fleet, entries: Iterable[Entry]) -> None:
    """Replace the file in one step; only its owner may read it, since it holds tokens."""
    header = {"format": FORMAT, **asdict(fleet)}
    lines = [json.dumps(header), *(json.dumps(asdict(entry)) for entry in entries)]
    # mkstemp makes the file with mode 0600
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write("\n".join(lines) + "\n")
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def load(path: Path) -> tuple[Fleet, list[Entry]]:
    """The fleet and its entries. Raises RosterError."""
    try:
        first, *rest = path.read_text(encoding="utf-8").splitlines()
        header = json.loads(first)
        if header.pop("format") != FORMAT:
            raise RosterError(f"{path} is not a state file of this program")
        return Fleet(**header), [Entry(**json.loads(line)) for line in rest]
    except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise RosterError(f"{path} is not a state file of this program") from error
