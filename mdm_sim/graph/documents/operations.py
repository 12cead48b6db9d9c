"""Actions and functions of the type model: checked against it, then done by whoever knows how.

An operation that nobody knows is refused openly (501): it is never said to be done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response
from werkzeug.exceptions import MethodNotAllowed

from mdm_sim import access
from mdm_sim.graph.asking import Ask
from mdm_sim.graph.documents import tables
from mdm_sim.graph.edm.checking import checked_parameters
from mdm_sim.graph.edm.model import Operation, model
from mdm_sim.graph.resolving import Target
from mdm_sim.messages import NotServed

# What an operation does: the caller's request, what it is bound to, and its parameters.
Handler = Callable[[Ask, Target, Mapping[str, Any]], Response]


@dataclass(frozen=True, slots=True)
class Served:
    """An operation by name, on a type and what is derived from it (`*`: on any).

    `reads` marks an action that only reads, such as a report's. Where there are `permissions`, it
    takes one of them and not its path's.
    """

    kind: str
    name: str
    handle: Handler
    reads: bool = False
    permissions: tuple[str, ...] = ()


class Operations:
    """The operations that are served, by type and name."""

    def __init__(self, served: Iterable[Served]) -> None:
        """Later ones lose against earlier ones of the same name and type."""
        self._served: dict[tuple[str, str], Served] = {}
        for each in served:
            self._served.setdefault((each.kind, each.name.lower()), each)

    def answer(
        self, ask: Ask, target: Target, method: str, require: Callable[[Ask, Target], None]
    ) -> Response:
        """Do what a path with an operation asks, if `require` lets a permitted caller pass.

        Raises NotServed for one that nobody knows.
        """
        operation = target.operation
        if operation is None:
            raise NotServed
        expected = "POST" if operation.is_action else "GET"
        if method != expected:
            raise MethodNotAllowed(valid_methods=[expected])
        served = self._find(target)
        ask.require(*_permissions(target, operation, served))
        require(ask, target)
        if served is None:
            raise NotServed
        given: Mapping[str, Any] = target.arguments
        if operation.is_action:
            body = ask.body_or_nothing()
            known = model(ask.version)
            given = checked_parameters(known, operation.parameters, body, operation.name)
        return served.handle(ask, target, given)

    def _find(self, target: Target) -> Served | None:
        name = target.operation.name.lower() if target.operation else ""
        kinds = [*target.kind.lineage, *(each.name for each in target.kind.derived), "*"]
        return next(
            (self._served[kind, name] for kind in kinds if (kind, name) in self._served), None
        )


def _permissions(target: Target, operation: Operation, served: Served | None) -> tuple[str, ...]:
    """One of these a caller has to hold."""
    if served is not None and served.permissions:
        return served.permissions
    area = tables.area(target.place.path)
    is_reading = not operation.is_action or (served is not None and served.reads)
    return (access.reading(area) if is_reading else access.writing(area),)
