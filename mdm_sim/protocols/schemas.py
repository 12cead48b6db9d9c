"""The bodies of the plain doors, and the one way from bytes to a checked body."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from mdm_sim import wire
from mdm_sim.messages import Detail, Malformed
from mdm_sim.ownership import TYPES
from mdm_sim.policy.context import Platform
from mdm_sim.protocols.fact_schema import FACTS

MOST_RESULTS = 100
BY_TOKEN = "enrollmentToken"  # noqa: S105


class _Body(Schema):
    class Meta:
        unknown = EXCLUDE


class _Truth(fields.Field[bool]):
    """A JSON boolean and nothing else: consent is not to be read into a number."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bool:
        if not isinstance(value, bool):
            message = "a boolean is expected"
            raise ValidationError(message)
        return value


class ResultBody(_Body):
    """How an order went; `detail` is free text and is not kept."""

    id = fields.UUID(required=True)
    status = fields.String(
        required=True, validate=validate.OneOf(("done", "failed", "notSupported"))
    )
    detail = fields.Raw(allow_none=True)


class _Reported(_Body):
    facts = fields.Nested(FACTS, load_default=dict)
    diagnosticsConsent = _Truth(load_default=None, allow_none=True)  # noqa: N815


class EnrollmentBody(_Reported):
    """`POST /mdm/v1/enrollments`."""

    platform = fields.Enum(Platform, by_value=True, required=True)
    enrollmentType = fields.String(  # noqa: N815
        validate=validate.OneOf((*TYPES, BY_TOKEN)), load_default=None
    )
    enrollmentToken = fields.String(validate=validate.Length(max=512), load_default=None)  # noqa: N815


class RegistrationBody(_Reported):
    """`POST /mam/v1/registrations`."""

    platform = fields.Enum(Platform, by_value=True, required=True)
    deviceToken = fields.String(validate=validate.Length(max=512), load_default=None)  # noqa: N815


class CheckInBody(_Reported):
    """`POST …/check-ins`."""

    results = fields.List(
        fields.Nested(ResultBody), validate=validate.Length(max=MOST_RESULTS), load_default=list
    )


class TokenBody(_Body):
    """`POST /mdm/v1/enrollment-tokens`."""

    enrollmentType = fields.String(required=True, validate=validate.OneOf(tuple(TYPES)))  # noqa: N815
    userPrincipalName = fields.String(validate=validate.Length(max=256), load_default=None)  # noqa: N815
    expiresInSeconds = fields.Integer(  # noqa: N815
        strict=True, validate=validate.Range(1, 90 * 86400), load_default=86400
    )


def read(schema: Schema) -> dict[str, Any]:
    """The request's body, checked; a caller without any credential is turned away first.

    Raises Unauthenticated, or Malformed with a JSON pointer for each thing wrong.
    """
    wire.bearer()
    try:
        loaded: dict[str, Any] = schema.load(wire.read_json())
    except ValidationError as error:
        details = sorted(_details(error.messages, ""), key=lambda detail: detail.target)
        message = "the body is not what this door takes"
        raise Malformed(message, details[:100]) from None
    return loaded


def _details(messages: Any, pointer: str) -> Iterator[Detail]:
    """Every message with its JSON pointer (RFC 6901); `_schema` is the object itself."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            yield from _details(inner, pointer if name == "_schema" else f"{pointer}/{name}")
    else:
        yield from (Detail(pointer, text) for text in messages)
