"""A document checked by a marshmallow schema; what is wrong is told by JSON pointer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields

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
