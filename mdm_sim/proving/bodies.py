"""Bodies of the type model's types, with canaries as their values: good ones and bad ones."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from itertools import cycle
from typing import Any

from mdm_sim.graph.edm.model import NAMESPACE, Model, Shape, Type
from mdm_sim.policy.facts import Kind
from mdm_sim.proving.ledger import Ledger

TYPE = "@odata.type"
DOCUMENT_ROW = "(documents)"
# What the service sets, whatever a body says.
COMPUTED = frozenset(
    {"id", "createdDateTime", "lastModifiedDateTime", "version", "isAssigned", "settingCount"}
)
_DEEPEST = 3
# Different canaries of a kind in one body; more properties have the same ones again.
_DIFFERENT = 3
# A long number is a canary; short ones and the words of a list have too few values.
_FIXED: Mapping[str, Any] = {
    "Boolean": False,
    "Byte": 7,
    "SByte": 7,
    "Int16": 100,
    "Int32": 100,
    "Single": 0.25,
    "Date": "2026-02-03",
    "TimeOfDay": "10:20:30.0000000",
    "Duration": "P1DT12H",
}
_KINDS: Mapping[str, Kind] = {
    "String": Kind.TEXT,
    "Guid": Kind.GUID,
    "DateTimeOffset": Kind.MOMENT,
    "Int64": Kind.COUNT,
    "Double": Kind.LATITUDE,
    "Decimal": Kind.LATITUDE,
    "Binary": Kind.TEXT,
    "Stream": Kind.TEXT,
}
# What stands for a canary in a body without any.
_BLANK: Mapping[Kind, Any] = {
    Kind.TEXT: "blank",
    Kind.GUID: "00000000-0000-0000-0000-000000000000",
    Kind.MOMENT: "2026-02-03T10:20:30Z",
    Kind.COUNT: 0,
    Kind.LATITUDE: 0.5,
}
Make = Callable[[Kind], Any]


def blank(kind: Kind) -> Any:
    """No canary."""
    return _BLANK[kind]


class Palette:
    """The canaries of one body."""

    def __init__(self, ledger: Ledger, row: str, how: str) -> None:
        """They are sent for a row of the report."""
        self._ledger, self._row, self._how = ledger, row, how
        self._made: dict[Kind, list[Any]] = {}
        self._turns: dict[Kind, Iterator[Any]] = {}
        self.numbers: set[int] = set()

    def __call__(self, kind: Kind) -> Any:
        """A canary of a kind: new ones first, then the same again."""
        if kind in self._turns:
            return next(self._turns[kind])
        made = self._made.setdefault(kind, [])
        made.append(self._ledger.make(kind, self._row, self._how))
        self.numbers.add(self._ledger.of(made[-1])[0].number)
        if len(made) == _DIFFERENT:
            self._turns[kind] = cycle(made)
        return made[-1]

    def name(self) -> str:
        """One more canary, that is fit to be a key."""
        text = self._ledger.name(self._row, self._how)
        self.numbers.add(self._ledger.of(text)[0].number)
        return text


def concrete(kind: Type) -> list[Type]:
    """The types of the objects that a type can have."""
    return [each for each in kind.derived if not each.is_abstract]


class Bodies:
    """Makes bodies for a version's types."""

    def __init__(self, known: Model) -> None:
        """`known` is the version's model."""
        self._known = known

    def good(self, kind: Type, declared: Type, make: Make) -> dict[str, Any]:
        """Every property of a type that may be written; its name, where others could stand there.

        `make` gives the values.
        """
        head = {TYPE: _name(kind)} if kind is not declared or len(declared.derived) > 1 else {}
        return head | {
            name: self._value(shape, make, 0)
            for name, shape in kind.properties.items()
            if not shape.is_read_only and name not in COMPUTED
        }

    def parameters(self, shapes: Mapping[str, Shape], make: Make) -> dict[str, Any]:
        """Every parameter of an action."""
        return {name: self._parameter(each, make) for name, each in shapes.items()}

    def _parameter(self, shape: Shape, make: Make) -> Any:
        kind = self._known.types.get(shape.kind)
        if kind is None or not kind.is_entity or not concrete(kind):
            return self._value(shape, make, 0)
        one = self.good(concrete(kind)[0], kind, make)
        return [one] if shape.is_collection else one

    def _value(self, shape: Shape, make: Make, depth: int) -> Any:
        if shape.is_collection:
            return [] if depth >= _DEEPEST else [self._value(Shape(shape.kind), make, depth + 1)]
        if self._known.is_enum(shape.kind):
            members = self._known.members(shape.kind)
            return members[members[0] == "unknown"]
        if shape.kind in self._known.types:
            return self._complex(shape, make, depth)
        if shape.kind in _FIXED:
            return _FIXED[shape.kind]
        made = make(_KINDS[shape.kind])
        is_bytes = shape.kind in {"Binary", "Stream"}
        return base64.b64encode(str(made).encode()).decode() if is_bytes else made

    def _complex(self, shape: Shape, make: Make, depth: int) -> Any:
        declared = self._known.types[shape.kind]
        kinds = concrete(declared)
        if not kinds or (depth >= _DEEPEST and shape.is_nullable):
            return None
        head = {TYPE: _name(kinds[0])} if kinds[0] is not declared else {}
        return head | {
            name: self._value(each, make, depth + 1)
            for name, each in kinds[0].properties.items()
            if depth < _DEEPEST or each.kind not in self._known.types
        }

    def bad(self, good: Mapping[str, Any], shapes: Mapping[str, Shape]) -> Iterator[Bad]:
        """The ways to spoil a good body of an object or an action, where `shapes` allow them."""
        yield _unknown_name
        texts = [n for n in good if n in shapes and shapes[n].kind in _KINDS]
        yield from (_of(name, _wrong_type) for name in texts[:1])
        enums = [n for n in good if n in shapes and self._known.is_enum(shapes[n].kind)]
        yield from (_of(name, _wrong_member) for name in enums[:1])
        inner = [n for n, value in good.items() if isinstance(value, dict | list) and value]
        yield from (_of(name, _nested_name) for name in inner[:1])
        yield from (_bound, _never)


# Spoils a good body with values and names that it gets by the reason for them.
Bad = Callable[[Mapping[str, Any], Callable[[str], str]], dict[str, Any]]


def _of(name: str, spoil: Callable[[Any, Callable[[str], str]], Any]) -> Bad:
    return lambda good, take: {**good, name: spoil(good[name], take)}


def _unknown_name(good: Mapping[str, Any], take: Callable[[str], str]) -> dict[str, Any]:
    return {**good, take("unknown name"): {take("nested name"): [take("nested")]}}


def _wrong_type(_value: Any, take: Callable[[str], str]) -> Any:
    return {"value": [take("wrong type")]}


def _wrong_member(value: Any, take: Callable[[str], str]) -> Any:
    return [take("wrong member")] if isinstance(value, list) else take("wrong member")


def _nested_name(value: Any, take: Callable[[str], str]) -> Any:
    if isinstance(value, list):
        return [_nested_name(value[0], take)]
    head = value if isinstance(value, dict) else {}
    return {**head, take("nested name"): take("nested")}


def wrong_odata_type(good: Mapping[str, Any], take: Callable[[str], str]) -> dict[str, Any]:
    """A type that there is not, which spoils an object; an action passes such names over."""
    return {**good, TYPE: f"#{NAMESPACE}.{take('@odata.type')}"}


def _bound(good: Mapping[str, Any], take: Callable[[str], str]) -> dict[str, Any]:
    where = f"https://graph.microsoft.com/v1.0/groups('{take('@odata.bind')}')"
    return {**good, f"{take('bound name')}@odata.bind": where, "roleScopeTags@odata.bind": [where]}


def bound_to(kind: Type, palette: Palette) -> dict[str, Any]:
    """A reference of an object to one that there is not, where it can have any."""
    names = [each.name for each in kind.navigations.values() if not each.is_contained]
    where = "https://graph.microsoft.com/beta/deviceManagement/none('{}')"
    return {f"{name}@odata.bind": [where.format(palette.name())] for name in names[:1]}


def _never(good: Mapping[str, Any], take: Callable[[str], str]) -> dict[str, Any]:
    return {**good, "contacts": [{"name": take("never collected")}]}


def _name(kind: Type) -> str:
    return f"#{NAMESPACE}.{kind.name}"
