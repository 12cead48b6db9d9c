"""What would become of facts in a context that the caller states: told, and forgotten at once."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response
from marshmallow import fields, validate

from mdm_sim import access, wire
from mdm_sim.bodies.checking import Body, truths
from mdm_sim.bodies.fact_schema import FACTS
from mdm_sim.bodies.syntax import LONGEST_TEXT, MOST_APPS
from mdm_sim.messages import CONDITIONS, forecast
from mdm_sim.policy.context import Context, Ownership, Platform, Workload
from mdm_sim.store.work import Desk

_CONDITIONS = truths(CONDITIONS, "Conditions")


class PreviewBody(Body):
    """`POST /privacy/v1/preview`."""

    workload = fields.Enum(Workload, by_value=True, required=True)
    ownership = fields.Enum(Ownership, by_value=True, required=True)
    platform = fields.Enum(Platform, by_value=True, required=True)
    conditions = fields.Nested(_CONDITIONS, load_default=dict)
    managedApps = fields.List(  # noqa: N815
        fields.String(validate=validate.Length(max=LONGEST_TEXT)),
        validate=validate.Length(max=MOST_APPS),
        load_default=list,
    )
    facts = fields.Nested(FACTS, required=True)


_BODY = PreviewBody()


def add_routes(blueprint: Blueprint, desk: Desk) -> None:
    """`/preview`."""

    @blueprint.post("/preview")
    def preview() -> Response:
        access.require(wire.principal(desk), access.reading(access.SERVICE))
        body = wire.read_body(_BODY)
        return wire.answer(forecast(body["facts"], _context(body), body["managedApps"]))


def _context(body: dict[str, Any]) -> Context:
    stated = {CONDITIONS[name]: value for name, value in body["conditions"].items()}
    return Context(body["workload"], body["ownership"], body["platform"], **stated)
