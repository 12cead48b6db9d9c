"""What the names of a filter mean: properties and their parts, casts, variables of lambdas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count

from sqlalchemy import ColumnElement, and_, case, func

from mdm_sim.graph.odata.dialect import is_number
from mdm_sim.graph.odata.filter_tree import Path, wrong
from mdm_sim.graph.odata.properties import (
    Cast,
    Casts,
    Items,
    Properties,
    Property,
    named,
    type_name,
)

MOST_READ = 4_000
_NO_PROPERTY = "Could not find a property of that name on this type"
_NO_TYPE = "Could not find a type of that name"


@dataclass(frozen=True, slots=True)
class Scope:
    """The objects that a filter is about. `now` is the moment that `now()` gives, in ticks."""

    properties: Properties
    filters: Properties = field(default_factory=dict)
    casts: Casts | None = None
    now: int = 0
    variables: Mapping[str, Property] = field(default_factory=dict)
    _aliases: count[int] = field(default_factory=count)
    _spent: list[int] = field(default_factory=lambda: [0])

    def bind(self, variable: str, item: Property) -> Scope:
        """The scope of a lambda's body."""
        return replace(self, variables={**self.variables, variable: item})

    def spend(self, weight: int, position: int) -> None:
        """Count what a filter makes a database read. Raises Malformed where it is too much."""
        self._spent[0] += weight
        if self._spent[0] > MOST_READ:
            raise wrong(position, "Too complex an expression")

    def items(self, prop: Property, position: int) -> Items:
        """The rows of a collection, under a fresh alias. Raises Malformed when it is none."""
        if prop.each is None:
            raise wrong(position, "A collection is expected")
        return prop.each(f"each_{next(self._aliases)}")

    def find(self, path: Path) -> Property:
        """The property that a path leads to. Raises Malformed."""
        steps = list(path.segments)
        start = steps[0].lower()
        if start in self.variables:
            return _inside(self.variables[start], steps[1:], path, None)
        if start == "$it":
            steps = steps[1:]
        flat = named("/".join(steps), self.filters)
        if flat is not None:
            return self.filters[flat]
        return self._of_root(steps, path)

    def _of_root(self, steps: list[str], path: Path) -> Property:
        properties, guard = self.properties, None
        while steps and type_name(steps[0]) is not None:
            cast = self.cast(steps.pop(0), path.position)
            properties = cast.properties
            guard = cast.condition if guard is None else and_(guard, cast.condition)
        if not steps:
            raise wrong(path.position, "A property is expected")
        return _inside(_member(steps[0], properties, path), steps[1:], path, guard)

    def cast(self, segment: str, position: int) -> Cast:
        """The type that a segment names. Raises Malformed."""
        return cast_of(self.casts, segment, position)


def cast_of(casts: Casts | None, segment: str, position: int) -> Cast:
    """The type that a segment such as `microsoft.graph.x` names. Raises Malformed."""
    name = type_name(segment)
    cast = casts(name) if casts and name else None
    if cast is None:
        raise wrong(position, _NO_TYPE)
    return cast


def _member(name: str, properties: Properties, path: Path) -> Property:
    spelled = named(name, properties)
    if spelled is None:
        raise wrong(path.position, _NO_PROPERTY)
    return properties[spelled]


def _inside(
    prop: Property, steps: list[str], path: Path, guard: ColumnElement[bool] | None
) -> Property:
    """What `steps` lead to inside a property; NULL where `guard` is not so."""
    members: Properties | None = None
    for step in steps:
        if type_name(step) is not None:
            cast = cast_of(prop.casts, step, path.position)
            members = cast.properties
            guard = cast.condition if guard is None else and_(guard, cast.condition)
            continue
        if members is None:
            members = prop.members() if prop.members else {}
        prop, members = _member(step, members, path), None
    return prop if guard is None else _guarded(prop, guard)


def _guarded(prop: Property, guard: ColumnElement[bool]) -> Property:
    """The property where `guard` is so, and nothing elsewhere."""
    shown = prop.expression
    if isinstance(prop.default, (str, int, float)) and not is_number(shown):
        shown = func.coalesce(shown, prop.default)
    return replace(
        prop,
        expression=case((guard, shown), else_=None),
        default=None,
        member=None,
        each=_each_guarded(prop.each, guard) if prop.each else None,
    )


def _each_guarded(
    each: Callable[[str], Items], guard: ColumnElement[bool]
) -> Callable[[str], Items]:
    def guarded(alias: str) -> Items:
        items = each(alias)
        return replace(items, where=(*items.where, guard))

    return guarded
