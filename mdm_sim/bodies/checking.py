"""A document checked by a marshmallow schema; what is wrong is told by JSON pointer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, pre_load

from mdm_sim.messages import Detail, Malformed

MOST_DETAILS = 100


class Body(Schema):
    """A body: what its schema does not name is passed over."""

    class Meta:
        unknown = EXCLUDE


class Truth(fields.Field[bool]):
    """A JSON boolean and nothing else: consent is not to be read into a number."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bool:
        if not isinstance(value, bool):
            message = "a boolean is expected"
            raise ValidationError(message)
        return value


class Whole(fields.Integer):
    """A JSON number without a fraction, which may be written `1.0` (RFC 8259 clause 6)."""

    def __init__(self, **options: Any) -> None:
        """`options` are those of marshmallow's own field, which takes no text for a number here."""
        super().__init__(strict=True, **options)

    def _validated(self, value: Any) -> int:
        return super()._validated(whole(value))


def whole(value: Any) -> Any:
    """A number without a fraction as an integer; anything else as it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class _Truths(Schema):
    """Booleans by name; a name that is not among them is refused and not quoted."""

    class Meta:
        unknown = RAISE

    @pre_load
    def _require_known(self, data: Any, **_: Any) -> Any:
        if isinstance(data, dict) and data.keys() - self.fields.keys():
            raise ValidationError(f"the names are {', '.join(self.fields)}")
        return data


def truths(names: Iterable[str], title: str) -> type[Schema]:
    """The schema of an object that holds any of `names`, each true or false, and no other name."""
    return _Truths.from_dict({name: Truth() for name in names}, name=title)


def check(schema: Schema, body: dict[str, Any]) -> dict[str, Any]:
    """What `schema` loads of `body`. Raises Malformed with a JSON pointer for each thing wrong."""
    try:
        loaded: dict[str, Any] = schema.load(body)
    except ValidationError as error:
        details = sorted(_details(error.messages, ""), key=lambda detail: detail.target)
        message = "the body is not what this door takes"
        raise Malformed(message, details[:MOST_DETAILS]) from None
    return loaded


def _details(messages: Any, pointer: str) -> Iterator[Detail]:
    """Every message with its JSON pointer (RFC 6901); `_schema` is the object itself."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            yield from _details(inner, pointer if name == "_schema" else f"{pointer}/{name}")
    else:
        yield from (Detail(pointer, text) for text in messages)
