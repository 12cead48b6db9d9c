"""JSON Schemas (2020-12, as OpenAPI 3.1 takes them) in short words, and those of the facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mdm_sim.bodies.fact_schema import Fact
from mdm_sim.bodies.syntax import (
    DEVICE_TYPES,
    LONGEST_MAC,
    LONGEST_MOMENT,
    LONGEST_TEXT,
    MOST_APPS,
    MOST_TEXTS,
    PATTERNS,
    SYNTAX,
    THREAT_STATES,
)
from mdm_sim.policy.facts import KINDS, LARGEST, MEMBERS, Kind

Shape = dict[str, Any]

TEXT: Shape = {"type": "string"}
BOOLEAN: Shape = {"type": "boolean"}
COUNT: Shape = {"type": "integer", "minimum": 0}
ID: Shape = {"type": "string", "format": "uuid"}
MOMENT: Shape = {"type": "string", "format": "date-time"}


def one_of(names: Iterable[str]) -> Shape:
    """One of these names."""
    return {"type": "string", "enum": [str(name) for name in names]}


def nullable(shape: Shape) -> Shape:
    """What `shape` describes, or null."""
    return {"anyOf": [shape, {"type": "null"}]}


def listed(shape: Shape) -> Shape:
    """A list of what `shape` describes."""
    return {"type": "array", "items": shape}


def mapped(shape: Shape) -> Shape:
    """An object with any names, each of whose values `shape` describes."""
    return {"type": "object", "additionalProperties": shape}


def closed(members: Mapping[str, Shape], optional: Iterable[str] = ()) -> Shape:
    """An object of these members and no others; all are there but for the optional ones."""
    return {
        "type": "object",
        "properties": dict(members),
        "required": [name for name in members if name not in optional],
        "additionalProperties": False,
    }


def line_of(answer: str, **again: Shape) -> Shape:
    """A line of a bulk answer: what the single door answers, or `again`, or its error."""
    numbers = {"line": {**COUNT, "minimum": 1}, "status": COUNT}
    told = [ref(answer), closed({"again": BOOLEAN, **again}), closed({"error": {"type": "object"}})]
    about = "`line` and `status`, and beside them what one of the others has"
    return {
        "description": about,
        "type": "object",
        "properties": numbers,
        "required": list(numbers),
        "x-beside": told,
    }


def ref(name: str) -> Shape:
    """A schema among the document's components."""
    return {"$ref": f"#/components/schemas/{name}"}


def whole(pattern: str) -> str:
    """A pattern that the whole text has to match, as JSON Schema writes it."""
    return f"^({pattern})$"


def _matching(kind: Kind, **more: Any) -> Shape:
    return {"type": "string", "pattern": whole(PATTERNS[kind]), **more}


def _from(least: float, most: float, type_: str = "number") -> Shape:
    return {"type": type_, "minimum": least, "maximum": most}


# fmt: off
_KINDS: dict[Kind, Shape] = {
    Kind.TEXT:         _matching(Kind.TEXT, maxLength=LONGEST_TEXT),
    Kind.BOOLEAN:      BOOLEAN,
    Kind.COUNT:        _from(0, LARGEST, "integer"),
    Kind.NUMBER:       _from(0, LARGEST),
    Kind.GUID:         _matching(Kind.GUID),
    Kind.IMEI:         _matching(Kind.IMEI, format="imei"),
    Kind.ICCID:        _matching(Kind.ICCID, format="iccid"),
    Kind.MAC:          _matching(Kind.MAC, maxLength=LONGEST_MAC),
    Kind.IPV4:         {"type": "string", "format": "ipv4"},
    Kind.PHONE:        _matching(Kind.PHONE),
    Kind.MOMENT:       {**MOMENT, "maxLength": LONGEST_MOMENT},
    Kind.LATITUDE:     _from(-90, 90),
    Kind.LONGITUDE:    _from(-180, 180),
    Kind.DEVICE_TYPE:  one_of(sorted(DEVICE_TYPES)),
    Kind.THREAT_STATE: one_of(sorted(THREAT_STATES)),
    Kind.TEXTS:        {**listed(_matching(Kind.TEXT, maxLength=LONGEST_TEXT)),
                        "maxItems": MOST_TEXTS},
    Kind.OBJECT:       {"type": "object"},
    Kind.OBJECTS:      {"type": "array", "items": {"type": "object"}, "maxItems": MOST_APPS},
}
# fmt: on


def kind(of: Kind) -> Shape:
    """The values of a kind of fact."""
    return {"description": SYNTAX[of][0], **_KINDS[of]}


def reported(fact: Fact) -> Shape:
    """A fact as a device reports it: members that are in no table are counted, null is nothing."""
    if not fact.members:
        return nullable(kind(fact.kind))
    members = {name: kind(each) for name, each in fact.members.items()}
    return nullable(_with(fact.kind, {"properties": members, "required": sorted(fact.needed)}))


def _with(of: Kind, members: Shape) -> Shape:
    shape = kind(of)
    if of is Kind.OBJECTS:
        return {**shape, "items": {**shape["items"], **members}}
    return {**shape, **members}


def held() -> Shape:
    """The facts that are kept of a record: of a telephone number perhaps the end alone."""
    facts = {name: _held(name, of) for name, of in KINDS.items()}
    return closed(facts, optional=facts)


def _held(name: str, of: Kind) -> Shape:
    members = {each: kind(inner) for each, inner in MEMBERS.get(name, {}).items()}
    if members:
        return _with(of, closed(members, optional=members))
    if of is Kind.PHONE:
        return {"type": "string", "pattern": whole(f"{PATTERNS[of]}|[0-9]{{4}}")}
    return kind(of)
