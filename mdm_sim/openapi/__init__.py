"""The plain doors and the privacy doors as an OpenAPI 3.1 document, at `/openapi.json`.

It is made of what the doors themselves use: their routes, their bodies' schemas, the tables.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Blueprint, Response, current_app

from mdm_sim import wire
from mdm_sim.store.work import Desk


def door(_desk: Desk) -> Blueprint:
    """`/openapi.json`, for everybody; the document is built when it is first asked for."""
    blueprint = Blueprint("openapi", __name__)
    wire.answer_faults(blueprint)

    @cache
    def document() -> dict[str, Any]:
        # Few ask for it, and what makes it takes long to import.
        from mdm_sim.openapi.document import build

        return build(current_app.url_map.iter_rules())

    @blueprint.get("/openapi.json")
    def show() -> Response:
        return wire.answer(document())

    return blueprint
