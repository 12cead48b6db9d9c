"""A marshmallow schema compiled: it loads what is right many times faster.

The schema stays the definition: `Compiled` walks its fields and makes one function of them. That
answers only where it is sure that the schema would accept, and then the same; for all else the
schema itself is asked, so that every refusal is in its words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any
from uuid import UUID

from marshmallow import INCLUDE, Schema, ValidationError, fields, missing, validate

from mdm_sim.bodies.checking import Truth, check
from mdm_sim.bodies.fact_schema import Fact, check_kind
from mdm_sim.bodies.parsing import parse_object, require_shallow
from mdm_sim.bodies.syntax import LONGEST_TEXT, MOST_APPS
from mdm_sim.policy.facts import LARGEST, Kind

Check = Callable[[Any], Any]
# Containers under names that nothing is known of: so many at most are looked at here.
_MOST_OTHERS = 100


class Unsure(Exception):
    """The schema has to say: the value is wrong, or right in a way that is not compiled."""


class Compiled:
    """A schema as a function from a parsed body to what it loads, as `checking.check` tells it."""

    def __init__(self, schema: Schema) -> None:
        """Raises TypeError for a schema with a field or validator that no table here knows."""
        self.schema = schema
        self.load = _object(schema)

    def read(self, data: bytes) -> dict[str, Any]:
        """The body that `data` holds, loaded.

        Raises Malformed with a JSON pointer for each thing wrong, and TooLarge. What loads at once
        is within the limits of depth and count: no container is in a place that nothing is known of
        but a few that hold none themselves.
        """
        body = parse_object(data)
        try:
            loaded: dict[str, Any] = self.load(body)
        except Unsure:
            require_shallow(body)
            return check(self.schema, body)
        return loaded


def _object(schema: Schema) -> Check:
    named = {name: _field(field) for name, field in schema.fields.items()}
    required = {name for name, field in schema.fields.items() if field.required}
    defaults = {name: field.load_default for name, field in schema.fields.items()}
    absent = {name: value for name, value in defaults.items() if value is not missing}
    keeps_unknown = schema.unknown == INCLUDE

    def load_object(body: Any) -> dict[str, Any]:
        if body.__class__ is not dict or not required <= body.keys():
            raise Unsure
        loaded, others = {}, 0
        for name, value in body.items():
            load = named.get(name)
            if load is not None:
                loaded[name] = load(value)
                continue
            if value.__class__ is dict or value.__class__ is list:
                others += 1
                _require_flat(value, others)
            if keeps_unknown:
                loaded[name] = value
        for name in absent.keys() - loaded.keys():
            default = absent[name]
            loaded[name] = default() if callable(default) else default
        return loaded

    return load_object


def _require_flat(value: Any, others: int) -> None:
    """Raise Unsure unless a container holds no other, and is one of a few."""
    held = value if value.__class__ is list else value.values()
    if others > _MOST_OTHERS or any(
        item.__class__ is dict or item.__class__ is list for item in held
    ):
        raise Unsure


def _field(field: fields.Field[Any]) -> Check:
    make, validators = _FIELDS.get(type(field), (None, ()))
    if make is None or not all(isinstance(each, validators) for each in field.validators):
        message = f"{field.name} cannot be compiled"
        raise TypeError(message)
    load = make(field)
    if not field.allow_none:
        return load
    return lambda value: None if value is None else load(value)


def _fact(field: Any) -> Check:
    if field.kind is Kind.OBJECT:
        return _members(field)
    if field.kind is Kind.OBJECTS:
        return _each(field)
    return _kind(field.kind)


def _kind(kind: Kind) -> Check:
    return _KINDS.get(kind) or (lambda value: _sure(check_kind, kind, value))


def _sure(check: Callable[..., Any], *given: Any) -> Any:
    try:
        return check(*given)
    except ValidationError:
        raise Unsure from None


def _text(value: Any) -> str:
    # What is printable has no control characters; a text with others is for the pattern to say.
    if value.__class__ is str and len(value) <= LONGEST_TEXT and value.isprintable():
        return value
    return str(_sure(check_kind, Kind.TEXT, value))


def _count(value: Any) -> int:
    if value.__class__ is int and 0 <= value <= LARGEST:
        return value
    return int(_sure(check_kind, Kind.COUNT, value))


def _boolean(value: Any) -> bool:
    if value is True or value is False:
        return value
    raise Unsure


_KINDS: dict[Kind, Check] = {Kind.TEXT: _text, Kind.COUNT: _count, Kind.BOOLEAN: _boolean}


def _members(field: Any) -> Check:
    """The members of an object: those that are known, each by its kind; the rest as they are."""
    known: Mapping[str, Check] = {name: _kind(kind) for name, kind in field.members.items()}
    needed = field.needed

    def load(value: Any) -> dict[str, Any]:
        if value.__class__ is not dict or (needed and not needed <= value.keys()):
            raise Unsure
        return {name: known.get(name, _scalar)(item) for name, item in value.items()}

    return load


def _scalar(value: Any) -> Any:
    if value.__class__ is dict or value.__class__ is list:
        raise Unsure
    return value


def _each(field: Any) -> Check:
    """A list of objects. Those that all have the same names are checked column by column."""
    load = _members(field)
    columns = {name: _COLUMNS[kind] for name, kind in field.members.items()}

    def load_each(values: Any) -> list[Any]:
        if values.__class__ is not list or len(values) > MOST_APPS:
            raise Unsure
        if not values or values[0].__class__ is not dict or not columns.keys() >= values[0].keys():
            return [load(value) for value in values]
        names = tuple(values[0])
        try:
            if len(names) > 1 and set(map(len, values)) == {len(names)}:
                table = zip(*map(itemgetter(*names), values), strict=True)
                if all(columns[name](column) for name, column in zip(names, table, strict=True)):
                    return values
        except (KeyError, TypeError):  # one has another name, or is no object at all
            pass
        return [load(value) for value in values]

    return load_each


def _are_texts(column: tuple[Any, ...]) -> bool:
    return "".join(column).isprintable() and max(map(len, column)) <= LONGEST_TEXT


def _are_counts(column: tuple[Any, ...]) -> bool:
    return set(map(type, column)) == {int} and min(column) >= 0 and max(column) <= LARGEST


# Whether all of a column is right as it is; raises TypeError where it is of other types.
_COLUMNS: dict[Kind, Callable[[tuple[Any, ...]], bool]] = {
    Kind.TEXT: _are_texts,
    Kind.COUNT: _are_counts,
}


def _list(field: Any) -> Check:
    check, most = _field(field.inner), _longest(field)

    def load(values: Any) -> list[Any]:
        if values.__class__ is not list or len(values) > most:
            raise Unsure
        return [check(value) for value in values]

    return load


def _string(field: Any) -> Check:
    words = [set(each.choices) for each in field.validators if isinstance(each, validate.OneOf)]
    patterns: list[Any] = [
        each.regex for each in field.validators if isinstance(each, validate.Regexp)
    ]
    most = _longest(field)

    def load(value: Any) -> str:
        if value.__class__ is not str or len(value) > most:
            raise Unsure
        if words and value not in words[0]:
            raise Unsure
        if patterns and not patterns[0].match(value):
            raise Unsure
        return value

    return load


def _longest(field: fields.Field[Any]) -> int:
    lengths = [each.max for each in field.validators if isinstance(each, validate.Length)]
    return min((most for most in lengths if most is not None), default=LARGEST)


def _enum(field: Any) -> Check:
    by_value = {member.value: member for member in field.enum}

    def load(value: Any) -> Any:
        if value.__class__ is str and value in by_value:
            return by_value[value]
        raise Unsure

    return load


def _uuid(_field: Any) -> Check:
    def load(value: Any) -> UUID:
        if value.__class__ is not str:
            raise Unsure
        try:
            return UUID(value)
        except ValueError:
            raise Unsure from None

    return load


# What makes the function of a field of each type, and the validators that it minds.
_FIELDS: dict[type, tuple[Callable[[Any], Check], tuple[type, ...]]] = {
    Fact: (_fact, ()),
    Truth: (lambda _field: _boolean, ()),
    fields.Nested: (lambda field: _object(field.schema), ()),
    fields.List: (_list, (validate.Length,)),
    fields.String: (_string, (validate.OneOf, validate.Length, validate.Regexp)),
    fields.Enum: (_enum, ()),
    fields.UUID: (_uuid, ()),
    fields.Raw: (lambda _field: _scalar, ()),
}
