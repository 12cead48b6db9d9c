"""The document: every route of the doors, as Flask knows it, with its line in the table."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import fields
from werkzeug.routing import Rule

from mdm_sim import wire
from mdm_sim.bodies.checking import Truth
from mdm_sim.bodies.fact_schema import Fact
from mdm_sim.bodies.parsing import DEEPEST, MOST_CONTAINERS
from mdm_sim.messages import Fault, NotInDirectory, Unauthenticated
from mdm_sim.openapi.answers import SCHEMAS, error
from mdm_sim.openapi.operations import CALLERS, DOORS, OPERATIONS, Operation
from mdm_sim.openapi.shapes import ID, TEXT, Shape, one_of, ref, reported
from mdm_sim.protocols import streams

VERSION = "3.1.0"
_JSON, _LINES = "application/json", streams.TYPES[0]
_UUID = re.compile(r"<uuid:(\w+)>")
_FAULTS = {fault: status for fault, status in wire.STATUS.items() if fault is not NotInDirectory}
_LONG_HEADERS = "RequestHeaderFieldsTooLarge"
_CORRELATION = "client-request-id"
_TAGS = {
    "mdm": "devices under management",
    "mam": "apps under app protection",
    "privacy": "what may be held, what is held, and the rights of a person",
}
_ABOUT = (
    "JSON for devices and apps, and for whoever answers for what is held on them. The bearer token "
    "alone says who calls. A refused request changes nothing, and no answer tells a value again."
)
_LIMITS = (
    f"At most {DEEPEST} levels deep, with at most {MOST_CONTAINERS} objects and lists in it, and "
    "as many bytes as the service is set to take. Names that the schema does not know are passed "
    "over, unknown names of facts are counted."
)


class _Converter(OpenAPIConverter):
    """How the fields of the bodies' schemas are written, the project's own among them."""

    field_mapping = OpenAPIConverter.field_mapping | {Truth: ("boolean", None)}

    def init_attribute_functions(self) -> None:
        super().init_attribute_functions()  # type: ignore[no-untyped-call]
        self.attribute_functions.append(_fact)


class _Plugin(MarshmallowPlugin):
    Converter = _Converter


def _fact(field: fields.Field[Any], **_: Any) -> Shape:
    return reported(field) if isinstance(field, Fact) else {}


def build(rules: Iterable[Rule]) -> dict[str, Any]:
    """The document of those of an application's `rules` that are the doors'.

    Raises KeyError for a route that the table of operations does not know.
    """
    spec = APISpec(
        title="mdm-sim: the plain doors and the privacy doors",
        version=version("mdm-sim"),
        openapi_version=VERSION,
        plugins=[_Plugin()],
        info={"description": _ABOUT},
        servers=[{"url": "/"}],
        tags=[{"name": name, "description": text} for name, text in _TAGS.items()],
    )
    _add_components(spec)
    for rule in rules:
        if rule.endpoint.split(".")[0] in DOORS:
            _add_path(spec, rule)
    return spec.to_dict()


def _add_components(spec: APISpec) -> None:
    for name, shape in SCHEMAS.items():
        spec.components.schema(name, shape)
    for caller, text in CALLERS.items():
        scheme = {"type": "http", "scheme": "bearer", "description": text}
        spec.components.security_scheme(caller.value, scheme)
    about = "a GUID that errors and audit entries name; anything else is passed over"
    parameter = {"description": about, "schema": TEXT}
    spec.components.parameter(_CORRELATION, "header", parameter)
    for fault in _FAULTS:
        spec.components.response(fault.__name__, _refusal(fault))
    too_long = _answer("the request's headers are too long", error("badRequest"))
    spec.components.response(_LONG_HEADERS, too_long)


def _refusal(fault: type[Fault]) -> Shape:
    response = _answer((fault.__doc__ or "").partition("\n")[0], error(fault.code))
    if fault is Unauthenticated:
        response["headers"]["WWW-Authenticate"] = {"schema": one_of(["Bearer"])}
    return response


def _answer(description: str, shape: Shape, media: str = _JSON) -> Shape:
    return {
        "description": description,
        "headers": {"Cache-Control": {"schema": one_of(["no-store"])}},
        "content": {media: {"schema": shape}},
    }


def _add_path(spec: APISpec, rule: Rule) -> None:
    operation = OPERATIONS[rule.endpoint]
    path = _UUID.sub(r"{\1}", rule.rule)
    keys = [
        {"name": name, "in": "path", "required": True, "schema": ID}
        for name in _UUID.findall(rule.rule)
    ]
    described = {
        "operationId": rule.endpoint.replace(".", "_"),
        "summary": operation.summary,
        "tags": [path.split("/")[1]],
        "security": [{caller.value: []} for caller in operation.callers],
        "parameters": [*keys, _CORRELATION],
        "responses": _responses(operation),
    }
    if operation.body is not None:
        described["requestBody"] = {
            "required": True,
            "description": _LIMITS,
            "content": {_media(operation): {"schema": operation.body}},
        }
    methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
    spec.path(path, operations={method.lower(): dict(described) for method in methods})


def _media(operation: Operation) -> str:
    return _LINES if operation.takes_lines else _JSON


def _responses(operation: Operation) -> dict[str, Any]:
    done: Shape = {"description": "done"}
    if operation.answer:
        about = "a line for each line" if operation.takes_lines else "done"
        done = _answer(about, ref(operation.answer), _media(operation))
    refused = {str(_FAULTS[fault]): fault.__name__ for fault in operation.faults}
    return dict(sorted({str(operation.status): done, **refused, "431": _LONG_HEADERS}.items()))
