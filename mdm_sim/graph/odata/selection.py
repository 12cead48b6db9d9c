"""$select and $expand: their text as paths and parts, and the pruning of values to paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement

from mdm_sim.graph.odata.properties import Casts, Properties, Property, named, type_name
from mdm_sim.graph.odata.scope import cast_of
from mdm_sim.messages import Malformed

LONGEST = 10_000
MOST_SELECTED = 500
_FAILED = "Parsing OData Select and Expand failed: "
Paths = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Selected:
    """A property that is chosen: under which name, of which type, and which parts of it.

    Without `paths` the whole of it is shown; `condition` is that of being of the type.
    """

    name: str
    prop: Property
    paths: Paths = ()
    cast: str | None = None
    condition: ColumnElement[bool] | None = None

    @property
    def told(self) -> str:
        """What `@odata.context` says of it."""
        start = f"{self.cast}/{self.name}" if self.cast else self.name
        return ",".join("/".join((start, *path)) for path in self.paths) or start


def failed(reason: str) -> Malformed:
    """The refusal of a $select or an $expand."""
    return Malformed(f"{_FAILED}{reason}.")


def split(text: str, mark: str) -> list[str]:
    """The parts of a text between marks that are in no parentheses and no quotes."""
    if len(text) > LONGEST:
        raise failed(f"the text is longer than {LONGEST} characters")
    parts, depth, begins, quoted = [], 0, 0, False
    for place, sign in enumerate(text):
        if sign == "'":
            quoted = not quoted
        elif quoted:
            continue
        elif sign in "()":
            depth += 1 if sign == "(" else -1
        elif sign == mark and not depth:
            parts.append(text[begins:place])
            begins = place + 1
        if depth < 0:
            break
    if depth or quoted:
        raise failed("parentheses or quotes that are not closed")
    parts.append(text[begins:])
    return [part.strip() for part in parts if part.strip()]


def parenthesised(part: str) -> tuple[str, list[str] | None]:
    """`name(a;b)` as the name and what is in its parentheses, if it has any."""
    name, mark, rest = part.partition("(")
    if not mark:
        return part, None
    if not rest.endswith(")"):
        raise failed("a comma is expected behind parentheses")
    return name.strip(), split(rest[:-1], ";")


@dataclass(frozen=True, slots=True)
class Selectable:
    """What can be selected: properties, `filters` (parts of them), types, names of navigations."""

    properties: Properties
    filters: Properties
    casts: Casts | None
    navigations: Sequence[str]


def select(text: str, target: Selectable) -> tuple[Selected, ...] | None:
    """The properties that a $select chooses, the key first; None where it chooses all of them.

    Names of navigations are understood; they show where they are expanded.
    """
    names = split(text, ",")
    if len(names) > MOST_SELECTED:
        raise failed(f"at most {MOST_SELECTED} properties are expected")
    chosen: dict[tuple[str | None, str], Selected] = {
        (None, name): Selected(name, target.properties[name])
        for name in ("@odata.type", "id")
        if name in target.properties
    }
    for name in names:
        found = _selected(name, target)
        if found is not None:
            key = (found.cast and found.cast.lower(), found.name)
            chosen[key] = _merged(chosen.get(key), found)
    return None if "*" in names else tuple(chosen.values())


def _merged(before: Selected | None, found: Selected) -> Selected:
    """Both paths of one property, or the whole of it where one is the whole."""
    if before is None or not found.paths:
        return found
    paths = (*before.paths, *found.paths) if before.paths else ()
    return Selected(found.name, found.prop, paths, found.cast, found.condition)


def _selected(text: str, target: Selectable) -> Selected | None:
    steps = [step.strip() for step in text.split("/")]
    if text == "*":
        return None
    properties, cast, condition = target.properties, None, None
    name = type_name(steps[0])
    if name is not None:
        found = target.casts(name) if target.casts else None
        if found is None or len(steps) == 1:
            raise failed("Could not find a type of that name")
        cast, condition = f"microsoft.graph.{name}", found.condition
        properties, steps = found.properties, steps[1:]
    spelled = named(steps[0], properties)
    if spelled is None:
        if len(steps) == 1 and steps[0].lower() in {each.lower() for each in target.navigations}:
            return None
        raise failed("Could not find a property of that name on this type")
    prop = properties[spelled]
    path = _checked(spelled, prop, steps[1:], target.filters)
    return Selected(spelled, prop, (path,) if path else (), cast, condition)


def _checked(name: str, prop: Property, steps: list[str], filters: Properties) -> tuple[str, ...]:
    """The steps inside a property as its type spells them. Raises Malformed."""
    flat = named("/".join((name, *steps)), filters)
    if flat is not None:
        return tuple(flat.split("/")[1:])
    path: list[str] = []
    members: Properties | None = None
    for step in steps:
        item = prop.each("item").item if prop.each else prop
        kind = type_name(step)
        if kind is not None:
            members = cast_of(item.casts, step, 0).properties
            path.append(f"microsoft.graph.{kind}")
            continue
        if members is None:
            members = item.members() if item.members else {}
        spelled = named(step, members)
        if spelled is None:
            raise failed("Could not find a property of that name on this type")
        prop, members = members[spelled], None
        path.append(spelled)
    return tuple(path)


def prune(value: Any, paths: Paths) -> Any:
    """What `paths` choose of a complex value, or of each value of a list."""
    if isinstance(value, list):
        return [prune(each, paths) for each in value]
    if not isinstance(value, Mapping) or () in paths:
        return value
    kept = {name: value[name] for name in ("@odata.type",) if name in value}
    for first in dict.fromkeys(path[0] for path in paths):
        rest = tuple(path[1:] for path in paths if path[0] == first)
        kind = type_name(first)
        if kind is not None:
            if str(value.get("@odata.type", "")).lower().endswith(f".{kind.lower()}"):
                kept |= prune(value, rest)
        else:
            kept[first] = prune(value.get(first), rest)
    return kept
