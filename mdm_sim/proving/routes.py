"""The routes of the service as templates (`GET /v1.0/users/{}`), and how a path is one of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

VERSIONS = ("v1.0", "beta")
KEY = "{}"
_PLACEHOLDER = re.compile(r"<[^>]+>")
# The rules for everything that Graph serves, the roots of its versions among them.
_GRAPH = re.compile(r"/<(?:any\([^)]*\):)?version>(?:/(?:<path:path>)?)?")
# The parameters of a function, as the proof writes them.
_QUOTED = re.compile(r"='([^']*)'")


@dataclass(frozen=True, order=True, slots=True)
class Route:
    """A method and a path, with `{}` for its keys; `is_modelled` where the type model answers."""

    path: str
    method: str
    is_modelled: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


# A version of Graph, a path in it, and the methods that the path has.
Paths = Iterable[tuple[str, str, Iterable[str]]]


def served(
    rules: Iterable[tuple[str, Iterable[str]]], graph: Paths, modelled: Paths
) -> frozenset[Route]:
    """Every route there is, from what the application knows itself.

    `rules` are Flask's rules with their methods; what Graph's own rule does is told by the paths
    of its table and by those that the type model answers.
    """
    found = {
        Route(_PLACEHOLDER.sub(KEY, rule), method)
        for rule, methods in rules
        if not _GRAPH.fullmatch(rule)
        for method in methods
        if method not in {"HEAD", "OPTIONS"}
    }
    for paths, is_modelled in ((graph, False), (modelled, True)):
        found |= {
            Route(f"/{version}/{path}", method, is_modelled)
            for version, path, methods in paths
            for method in methods
        }
    return frozenset(found)


def unversioned(path: str) -> str:
    """A path of Graph without its version."""
    return path.split("/", 2)[-1]


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
            found = [_keys(*pair) for pair in zip(parts, segments, strict=True)]
            if all(keys is not None for keys in found):
                return route, tuple(key for keys in found for key in keys or ())
        return Route("(no route)", method), ()


def _keys(part: str, segment: str) -> tuple[str, ...] | None:
    """The keys that a segment gives where a route has `part`; None where it is another."""
    if part == KEY:
        return (segment,)
    if part == segment.lower():
        return ()
    name = part.partition("(")[0]
    if KEY not in part or not segment.lower().startswith(f"{name}("):
        return None
    return tuple(_QUOTED.findall(segment))
