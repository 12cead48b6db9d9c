"""NDJSON as it comes: bytes in by parts, lines out, within limits of length and number.

Line ends are LF (CR LF is taken too); empty lines are counted and passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from werkzeug.exceptions import HTTPException

from mdm_sim.messages import Fault, Malformed, TooLarge

TYPES = ("application/x-ndjson", "application/ndjson")
MOST_LINES, MOST_BYTES = 100_000, 2 * 1024**3
# Lines that are done together: so many, or as soon as they have so many bytes.
BATCH_LINES, BATCH_BYTES = 100, 8 * 1024**2
_PART = 64 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """A line by its number, from 1; without its text where it is too long."""

    number: int
    text: bytes | None


@dataclass(slots=True)
class Batch:
    """Lines to be done together; with `end` there come no more, and that is why."""

    lines: list[Line]
    end: Fault | None = None
    last: int = 0


def batches(read: Callable[[int], bytes], most: int) -> Iterator[Batch]:
    """The lines that `read` gives, each of at most `most` bytes; the last batch may be empty."""
    batch, size = Batch([]), 0
    try:
        for line in _lines(read, most):
            batch.last = line.number
            if line.text is None or line.text.strip():
                batch.lines.append(line)
                size += len(line.text or b"")
            if len(batch.lines) >= BATCH_LINES or size >= BATCH_BYTES:
                yield batch
                batch, size = Batch([], last=line.number), 0
    except Fault as fault:
        batch.end, batch.last = fault, batch.last + 1
    yield batch


def _lines(read: Callable[[int], bytes], most: int) -> Iterator[Line]:
    """Raises Malformed where the stream breaks off, TooLarge beyond its limits."""
    number, total = 0, 0
    rest, is_too_long = b"", False
    while part := _next(read):
        total += len(part)
        *whole, rest = (rest + part).split(b"\n")
        for text in whole:
            number += 1
            if total > MOST_BYTES or number > MOST_LINES:
                message = f"a request has at most {MOST_LINES} lines and {MOST_BYTES} bytes"
                raise TooLarge(message)
            yield Line(number, None if is_too_long or len(text) > most else text)
            is_too_long = False
        if len(rest) > most:
            rest, is_too_long = b"", True
    if rest or is_too_long:
        yield Line(number + 1, None if is_too_long else rest)


def _next(read: Callable[[int], bytes]) -> bytes:
    try:
        return read(_PART)
    except (HTTPException, OSError, ValueError):
        message = "the stream broke off"
        raise Malformed(message) from None
