"""An answer annotated and spelled as its request wants it: the one place that all answers pass.

Handlers answer with minimal metadata, which cost nothing more here. What an answer holds follows
from its `@odata.context`; one that tells of no type of the model stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import orjson
from flask import Response, request

from mdm_sim.graph.annotations.bare import bare
from mdm_sim.graph.annotations.contexts import Meaning, meaning
from mdm_sim.graph.annotations.full import Annotator
from mdm_sim.graph.annotations.spelling import (
    Spell,
    body_spelled,
    late_as_unknown,
    late_members,
    wide_as_text,
)
from mdm_sim.graph.asking import Ask
from mdm_sim.graph.edm.model import Model, model

_CONTEXT = "@odata.context"
_COMPATIBLE = "IEEE754Compatible="
_WITH_LATE = "include-unknown-enum-members"
_Step = Callable[[Meaning, dict[str, Any]], dict[str, Any]]


def leveled(ask: Ask, response: Response) -> Response:
    """The answer with the annotations and the spelling that the request asks for."""
    if not response.is_json or response.status_code >= 400:
        return response
    data, is_compatible = response.get_data(), _is_compatible()
    spelled = annotated(ask, data, is_compatible=is_compatible)
    if spelled is not data:
        response.set_data(spelled)
    if is_compatible:
        kind = response.headers["Content-Type"]
        told = kind.replace(f"{_COMPATIBLE}false", f"{_COMPATIBLE}true")
        response.headers["Content-Type"] = told
    return response


def annotated(ask: Ask, data: bytes, *, is_compatible: bool = False) -> bytes:
    """The text of an answer with what the request asks for; the same text where that is nothing."""
    steps = [*_steps(ask, data, is_compatible=is_compatible)]
    if steps or ask.metadata == "none":
        return orjson.dumps(_body(ask, orjson.loads(data), steps))
    return data


def _steps(ask: Ask, data: bytes, *, is_compatible: bool) -> Iterator[_Step]:
    """What is to be done to the body whose text is `data`."""
    known = model(ask.version)
    if ask.version == "v1.0" and _WITH_LATE not in ask.prefer and _may_have_late(known, data):
        yield _spelling(known, late_as_unknown(known))
    if is_compatible:
        yield _spelling(known, wide_as_text)
    if ask.metadata == "full":
        yield Annotator(known, ask.root).body


def _body(ask: Ask, body: dict[str, Any], steps: list[_Step]) -> dict[str, Any]:
    context = str(body.get(_CONTEXT, ""))
    meant = meaning(model(ask.version), context)
    if meant is not None and meant.fits(body):
        for step in steps:
            body = step(meant, body)
    if ask.metadata != "none":
        return body
    is_reference = context.endswith(("$ref", "$ref)"))
    return {n: v for n, v in body.items() if n != _CONTEXT} if is_reference else bare(body)


def _may_have_late(known: Model, data: bytes) -> bool:
    """Whether a later member stands in the text: seldom, and quickly seen."""
    late = (each for members in late_members(known).values() for each in members)
    return any(f'"{each}"'.encode() in data for each in late)


def _spelling(known: Model, spell: Spell) -> _Step:
    return lambda meant, body: body_spelled(known, meant, body, spell)


def _is_compatible() -> bool:
    """Whether the caller takes 64 bits as text alone (OData JSON Format 4.01, 3.2)."""
    accepted = request.headers.get("Accept", "").replace(" ", "").lower()
    return f"{_COMPATIBLE}true".lower() in accepted
