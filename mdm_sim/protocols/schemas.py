"""The bodies of the plain doors."""

from __future__ import annotations

from marshmallow import fields, validate

from mdm_sim.bodies.checking import Body, Truth, Whole
from mdm_sim.bodies.fact_schema import FACTS
from mdm_sim.ownership import TYPES
from mdm_sim.policy.context import Platform

MOST_RESULTS = 100
BY_TOKEN = "enrollmentToken"  # noqa: S105


class ResultBody(Body):
    """How an order went; `detail` is free text that is not kept, or the rows of a device query."""

    id = fields.UUID(required=True)
    status = fields.String(
        required=True, validate=validate.OneOf(("done", "failed", "notSupported"))
    )
    detail = fields.Raw(allow_none=True)


class _Reported(Body):
    facts = fields.Nested(FACTS, load_default=dict)
    diagnosticsConsent = Truth(load_default=None, allow_none=True)  # noqa: N815


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


class _Keyed(Body):
    """A line of a stream: what the single door takes, and a key of the caller's own choice."""

    key = fields.String(
        required=True,
        validate=validate.Regexp(r"[A-Za-z0-9_-]{1,64}\Z", error="1 to 64 of A-Z a-z 0-9 _ -"),
    )


class EnrollmentLine(_Keyed, EnrollmentBody):
    """A line of `POST /mdm/v1/enrollments:bulk`."""


class CheckInLine(_Keyed, CheckInBody):
    """A line of `POST /mdm/v1/check-ins:bulk`, with what the single door takes in its header."""

    deviceToken = fields.String(required=True, validate=validate.Length(max=512))  # noqa: N815


class TokenBody(Body):
    """`POST /mdm/v1/enrollment-tokens`."""

    enrollmentType = fields.String(required=True, validate=validate.OneOf(tuple(TYPES)))  # noqa: N815
    userPrincipalName = fields.String(validate=validate.Length(max=256), load_default=None)  # noqa: N815
    expiresInSeconds = Whole(validate=validate.Range(1, 90 * 86400), load_default=86400)  # noqa: N815
