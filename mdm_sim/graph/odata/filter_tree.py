"""What a filter's text becomes: paths, literals, operations and lambdas, each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mdm_sim.messages import Malformed


@dataclass(frozen=True, slots=True)
class Path:
    """A property by its segments; the last one may be `$count`."""

    segments: tuple[str, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Literal:
    """A value. `kind` is text, guid, enum, integer, number, boolean, null, moment, time, duration.

    Moments, times of day and durations are ticks of 100 ns (moments since 1970, in UTC).
    """

    kind: str
    value: Any
    position: int


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator or a function, in lower case, and what it is applied to."""

    name: str
    operands: tuple[Expression, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Lambda:
    """`any` or `all` over a collection; `any()` alone has no variable and no body."""

    name: str
    path: Path
    variable: str
    body: Expression | None
    position: int


Expression = Path | Literal | Operation | Lambda


def parts(tree: Expression) -> Iterator[Expression]:
    """A tree and everything in it."""
    yield tree
    match tree:
        case Operation(_, operands):
            for each in operands:
                yield from parts(each)
        case Lambda(_, path, _, body):
            yield path
            if body is not None:
                yield from parts(body)


def wrong(position: int, reason: str = "Syntax error") -> Malformed:
    """The refusal of a filter: why, and where; what stands there is not repeated."""
    return Malformed(f"Invalid filter clause: {reason} at position {position}.")
