"""The routes that the type model answers: what each of them names, and when its turn is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from mdm_sim.graph.edm.model import NAMESPACE, Model, model
from mdm_sim.graph.resolving import Target, resolve
from mdm_sim.proving.doors import Door, door_of
from mdm_sim.proving.routes import KEY, VERSIONS, Route

# What comes after what: objects are made, changed, acted on, read, removed.
_MAKING, _CHANGING, _ACTING, _READING, _REMOVING = range(5)
_ORDER = {"PATCH": _CHANGING, "PUT": _CHANGING, "GET": _READING, "DELETE": _REMOVING}


@dataclass(frozen=True, slots=True)
class Way:
    """A route with what it names. A `twin` is one of beta that v1.0 has too.

    `casts` are the types that paths look at its objects as.
    """

    route: Route
    door: Door
    known: Model
    target: Target
    is_twin: bool
    casts: frozenset[str]

    @property
    def is_making(self) -> bool:
        """Whether it makes a new object of a set."""
        return self.route.method == "POST" and not (self.target.operation or self.target.tail)

    @property
    def rank(self) -> tuple[int, int, str, str]:
        """When its turn is."""
        place = _MAKING if self.is_making else _ORDER.get(self.route.method, _ACTING)
        return (place, self.route.path.count(KEY), self.route.path, self.route.method)


def ways(routes: Collection[Route]) -> list[Way]:
    """Every route of them that the type model answers, in turn."""
    found = {route for route in routes if route.is_modelled}
    casts: dict[str, set[str]] = {}
    for route in found:
        above, _, rest = route.path.partition(f"/{KEY}/{NAMESPACE}.")
        casts.setdefault(above, set()).add(rest.partition("/")[0])
    made = []
    for route in found:
        _, version, path = route.path.split("/", 2)
        known, door = model(version), door_of(route)
        target, twin = resolve(known, path), Route(f"/{VERSIONS[0]}/{path}", route.method)
        if door and target:
            is_twin = version != VERSIONS[0] and twin in found
            below = frozenset(casts.get(route.path, ()))
            made.append(Way(route, door, known, target, is_twin, below))
    return sorted(made, key=lambda way: way.rank)
