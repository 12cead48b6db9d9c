"""The routes of the service as templates (`GET /v1.0/users/{}`), and how a path is one of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

VERSIONS = ("v1.0", "beta")
KEY = "{}"
_PLACEHOLDER = re.compile(r"<[^>]+>")


@dataclass(frozen=True, order=True, slots=True)
class Route:
    """A method and a path, with `{}` for its keys."""

    path: str
    method: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def served(
    rules: Iterable[tuple[str, Iterable[str]]],
    graph_paths: Iterable[str],
    graph_methods: Callable[[str, str], Iterable[str]],
) -> frozenset[Route]:
    """Every route there is, from what the application knows itself.

    `rules` are Flask's rules with their methods; what a rule of Graph's does is told by the paths
    of Graph's own table and `graph_methods(version, path)`.
    """
    plain = {
        Route(_PLACEHOLDER.sub(KEY, rule), method)
        for rule, methods in rules
        if "<path:" not in rule
        for method in methods
        if method not in {"HEAD", "OPTIONS"}
    }
    graph = {
        Route(f"/{version}/{path}", method)
        for path in graph_paths
        for version in VERSIONS
        for method in graph_methods(version, path)
    }
    return frozenset(plain | graph)


class Map:
    """The routes by their shape, and how many canaries went through each."""

    def __init__(self, routes: Iterable[Route]) -> None:
        """Literal segments win over keys."""
        self.routes = frozenset(routes)
        self.passed: Counter[Route] = Counter()
        self._by_shape: dict[tuple[str, int], list[tuple[Route, list[str]]]] = {}
        for route in sorted(self.routes, key=lambda route: route.path.count(KEY)):
            parts = route.path.lower().split("/")
            self._by_shape.setdefault((route.method, len(parts)), []).append((route, parts))

    def find(self, method: str, path: str) -> tuple[Route, tuple[str, ...]]:
        """The route of a request and the keys of its path; one that is none is its own."""
        segments = path.partition("?")[0].split("/")
        for route, parts in self._by_shape.get((method, len(segments)), ()):
            pairs = list(zip(parts, segments, strict=True))
            if all(part in {KEY, segment.lower()} for part, segment in pairs):
                return route, tuple(segment for part, segment in pairs if part == KEY)
        return Route("(no route)", method), ()
