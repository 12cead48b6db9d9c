"""Paths of Graph: their text as segments, and the table of routes that they are looked up in.

Segments match in any case; `x('key')` means `x/key`; a cast before an action or function is its
name alone; a double slash is a single one (as SDKs send it).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask import Response

from mdm_sim.graph.asking import Ask

KEY = "{}"
LONGEST = 2_000
_PARENTHESES = re.compile(r"^([^()]+)\((?:\w+=)?'?([^()']+)'?\)$")
_CAST = re.compile(r"^(?:microsoft\.)?graph\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Route:
    """What a method on a path does; `{}` stands for a key."""

    method: str
    path: str
    handle: Callable[[Ask], Response]
    beta_only: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The route of a request and the keys of its path."""

    route: Route
    keys: tuple[str, ...]


class Table:
    """Routes by version, method and length of path."""

    def __init__(self, routes: Iterable[Route]) -> None:
        """Later routes lose against earlier ones that match the same path."""
        self._routes: dict[tuple[str, int], list[tuple[Route, list[str]]]] = {}
        for route in routes:
            parts = route.path.lower().split("/")
            for version in ("beta",) if route.beta_only else ("v1.0", "beta"):
                self._routes.setdefault((version, len(parts)), []).append((route, parts))

    def paths(self) -> set[str]:
        """Every path there is, with `{}` for its keys."""
        return {route.path for routes in self._routes.values() for route, _ in routes}

    def find(self, version: str, method: str, path: str) -> Found | set[str]:
        """The route, or the methods that the path has (none when nothing is there)."""
        segments = split(path)
        methods = set()
        best: tuple[int, Found] | None = None
        for route, parts in self._routes.get((version, len(segments)), ()):
            if not all(
                part in {KEY, segment.lower()}
                for part, segment in zip(parts, segments, strict=True)
            ):
                continue
            methods.add(route.method)
            keys = tuple(s for part, s in zip(parts, segments, strict=True) if part == KEY)
            if route.method == method and (best is None or len(keys) < best[0]):
                best = (len(keys), Found(route, keys))
        return best[1] if best else methods


def split(path: str) -> list[str]:
    """A path as plain segments."""
    segments: list[str] = []
    for part in path[:LONGEST].split("/"):
        name = _CAST.sub("", part.removesuffix("()"))
        found = _PARENTHESES.match(name)
        segments += found.groups() if found else [name]
    return [segment for segment in segments if segment]
