"""What the service says of itself: `$metadata`, and the service document at each version's root."""

from __future__ import annotations

from flask import Response, request
from werkzeug.exceptions import MethodNotAllowed

from mdm_sim.graph.asking import Ask, shown
from mdm_sim.graph.edm.csdl import csdl, roots
from mdm_sim.graph.edm.model import model

METADATA = "$metadata"


def metadata(version: str) -> Response:
    """The type model as XML, for callers with and without a token. Raises MethodNotAllowed."""
    _require_get()
    return Response(csdl(version), content_type="application/xml")


def service_document(ask: Ask) -> Response:
    """Every entity set and singleton (OData JSON Format 4.01, 5). Raises MethodNotAllowed."""
    _require_get()
    listed = [
        {"name": name, "kind": "EntitySet" if shape.is_collection else "Singleton", "url": name}
        for name, shape in roots(model(ask.version)).items()
    ]
    return shown({"@odata.context": f"{ask.root}/{METADATA}", "value": listed})


def _require_get() -> None:
    if request.method != "GET":
        raise MethodNotAllowed(valid_methods=["GET"])
