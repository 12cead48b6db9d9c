"""A zip archive of one file, part by part as it is made."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

_PART = 64 * 1024


class _Pipe(io.RawIOBase):
    """What is written to it waits until it is taken."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.size = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """Keep bytes; returns how many."""
        part = bytes(data)
        self._parts.append(part)
        self.size += len(part)
        return len(part)

    def take(self) -> bytes:
        """What was written since the last time."""
        taken, self._parts, self.size = b"".join(self._parts), [], 0
        return taken


def zipped(name: str, parts: Iterable[bytes]) -> Iterator[bytes]:
    """The archive with the file of that name, whose bytes are `parts`; no more of it is held."""
    pipe = _Pipe()
    with (
        zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(name, "w", force_zip64=True) as inner,
    ):
        for part in parts:
            inner.write(part)
            if pipe.size >= _PART:
                yield pipe.take()
    yield pipe.take()
