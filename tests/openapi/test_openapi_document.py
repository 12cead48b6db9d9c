"""The document is of the doors as they are: their routes, the facts' syntax, all valid OpenAPI."""

from __future__ import annotations

import re
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from flask.testing import FlaskClient

from mdm_sim.bodies.checking import check
from mdm_sim.bodies.fact_schema import FACTS
from mdm_sim.messages import Malformed
from mdm_sim.openapi.operations import CALLERS, OPERATIONS
from mdm_sim.policy.facts import JUDGED, KINDS

METHODS = {"get", "post", "put", "patch", "delete", "head", "options", "trace"}
GUID = "11111111-2222-4333-8444-555555555555"
PLACE = {"latitude": 52.1, "longitude": 4.3}
SCHEMA = FACTS()

# fmt: off
# Values at the edges of each kind of fact, good and bad.
EDGES: dict[str, tuple[Any, ...]] = {
    "model":           ("", "x" * 256, "x" * 257, "x\n", "\x7f", "\x9f", "\xa0", "\u2028", 1, True),
    "jailBroken":      (True, False, 0, 1, "true"),
    "freeStorageSpaceInBytes": (0, -1, 1.0, 1.5, 2**63 - 1, 2**63, True, "1"),
    "azureADDeviceId": (GUID, GUID.upper(), f"{{{GUID}}}", f"{{{GUID}", f"{GUID}}}", f"{GUID}\n",
                        GUID.replace("-", ""), f"urn:uuid:{GUID}", f"{GUID[:8]}{GUID[9:]}-"),
    "imei":            ("490154203237518", "49015420323751", "4901542032375180", "49015420323751x",
                        "490154203237518\n", "²90154203237518"),
    "iccid":           ("8931440400000000008", "893144040000000000", "89314404000000000081x"),
    "wiFiMacAddress":  ("0a:1B.2c-3D4e5f", ":" * 20 + "0a1b2c3d4e5f", ":" * 21 + "0a1b2c3d4e5f",
                        "0a1b2c3d4e5f" + ":" * 20 + "garbage", "0a1b2c3d4e5", "0a1b2c3d4e5g"),
    "ipAddressV4":     ("192.0.2.7", "192.0.2.256", "192.0.2", "192.0.2.07", "::1", " 192.0.2.7"),
    "phoneNumber":     ("+31612345678", "+0612345678", "+316", "+31612345678\n", "31612345678"),
    "deviceType":      ("iPad", "ipad", ""),
    "threatState":     ("secured", "Secured"),
    "thirdPartyUserIds": ([], ["x"] * 100, ["x"] * 101, ["x\n"], [None], "x"),
    "applications":    ([], [{}], [{"name": "x", "more": [1]}], [{"name": "x\n"}], [None], {},
                        [{"sizeInBytes": -1}], [{"sizeInBytes": None}], [{}] * 5000, [{}] * 5001),
    "location":        (PLACE, {}, {"latitude": 1}, {**PLACE, "latitude": 90.5}, {**PLACE, "x": 1},
                        {**PLACE, "accuracyInMeters": -1}, {**PLACE, "at": "2026-01-01T00:00:00Z"},
                        {**PLACE, "at": "2026-01-01T00:00:00"}, {**PLACE, "longitude": -180}, []),
    "isEncrypted":     (True, "true", None),
    "aNameOfNoFact":   ("x", 1, None, [[]]),
}
# fmt: on


def test_it_is_valid_openapi(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    schemathesis.openapi.from_dict(document).validate()


def test_everything_it_refers_to_is_there(document: dict[str, Any]) -> None:
    for ref in set(re.findall(r"'\$ref': '#/components/(\w+)/([^']+)'", str(document))):
        kind, name = ref
        assert name in document["components"][kind]


def test_every_route_of_the_doors_is_in_it_and_no_other(
    client: FlaskClient, document: dict[str, Any]
) -> None:
    served = {
        (re.sub(r"<uuid:(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in client.application.url_map.iter_rules()
        if rule.rule.startswith(("/mdm/", "/mam/", "/privacy/"))
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    told = {
        (path, each) for path, item in document["paths"].items() for each in item.keys() & METHODS
    }
    assert told == served


def test_every_line_of_the_table_of_operations_is_a_route(
    client: FlaskClient, document: dict[str, Any]
) -> None:
    assert OPERATIONS.keys() <= client.application.view_functions.keys()


def test_every_credential_is_told_and_is_of_use(document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"]
    used = {
        name
        for item in document["paths"].values()
        for method in item.keys() & METHODS
        for each in item[method]["security"]
        for name in each
    }
    assert used == schemes.keys() == set(CALLERS)


def test_every_fact_is_told(document: dict[str, Any]) -> None:
    assert (
        document["components"]["schemas"]["Facts"]["properties"].keys()
        == KINDS.keys() | JUDGED.keys()
    )


@pytest.mark.parametrize("name", EDGES)
def test_the_document_and_the_door_agree_on_a_fact(document: dict[str, Any], name: str) -> None:
    whole = {**document, "$ref": "#/components/schemas/Facts"}
    validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
    verdicts = set()
    for value in EDGES[name]:
        told = validator.is_valid({name: value})
        assert (told, value) == (_is_taken({name: value}), value)
        verdicts.add(told)
    assert True in verdicts


def _is_taken(facts: dict[str, Any]) -> bool:
    try:
        check(SCHEMA, facts)
    except Malformed:
        return False
    return True
