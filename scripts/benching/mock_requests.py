"""What the general mocks and Azurite are asked for a row, and what they are started with."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid5

from benching import bodies
from benching.load import NUMBER, Load, field
from benching.peer_requests import JSON, new_device, send_all, showing, values
from benching.rows import PAGE, changing, encoded, own_fields

_ONE = f"/devices/{field('digits')}"
_SEEN = encoded({"seen": field(NUMBER)})
_SPACE = UUID("5f1d0000-0000-4000-8000-00000000be7c")


def stateless(devices: int, _first: int) -> dict[str, Load]:
    """The same answer every time: one device, and the first page."""
    return showing(
        {
            "get": Load("GET", _ONE, {}, "", values(devices)),
            "first page": Load("GET", "/devices", {}),
        }
    )


def _crud(devices: int, pages: tuple[str, str], where: str) -> dict[str, Load]:
    known = values(devices)
    same = encoded({"id": field("digits"), **bodies.plain(own_fields())})
    new = encoded({"id": field(NUMBER), **bodies.plain(new_device())})
    return showing(
        {
            "get": Load("GET", _ONE, {}, "", known),
            "first page": Load("GET", f"/devices?{pages[0]}", {}),
            "last page": Load("GET", f"/devices?{pages[1]}", {}),
            "filter": Load("GET", f"/devices?{where}=SN{field('digits')}", {}, "", known),
            "check-in unchanged": Load("PATCH", _ONE, JSON, _SEEN, known),
            "check-in changed": Load("PUT", _ONE, JSON, changing(same), known),
            "enroll": Load("POST", "/devices", JSON, new, expects=201),
        }
    )


def json_server(devices: int, _first: int) -> dict[str, Load]:
    """Its own routes over one file."""
    last = devices // PAGE
    pages = (f"_page=1&_limit={PAGE}", f"_page={last}&_limit={PAGE}")
    return _crud(devices, pages, "serialNumber")


def mockoon(devices: int, _first: int) -> dict[str, Load]:
    """Its CRUD route over a data bucket."""
    last = devices // PAGE
    pages = (f"page=1&limit={PAGE}", f"page={last}&limit={PAGE}")
    return _crud(devices, pages, "serialNumber_eq")


def mockoon_environment(port: int, documents: list[dict[str, Any]]) -> dict[str, Any]:
    """An environment with one data bucket and a CRUD route on it."""
    answer = {
        "uuid": _uuid("response"),
        "body": "{}",
        "latency": 0,
        "statusCode": 200,
        "label": "",
        "headers": [],
        "bodyType": "DATABUCKET",
        "filePath": "",
        "databucketID": "devs",
        "sendFileAsBody": False,
        "rules": [],
        "rulesOperator": "OR",
        "disableTemplating": True,
        "fallbackTo404": False,
        "default": True,
        "crudKey": "id",
        "callbacks": [],
    }
    route = {
        "uuid": _uuid("route"),
        "type": "crud",
        "documentation": "",
        "method": "",
        "endpoint": "devices",
        "responses": [answer],
        "responseMode": None,
    }
    bucket = {
        "uuid": _uuid("bucket"),
        "id": "devs",
        "name": "devices",
        "documentation": "",
        "value": json.dumps(documents),
    }
    return {
        "uuid": _uuid("environment"),
        "lastMigration": 33,
        "name": "bench",
        "endpointPrefix": "",
        "latency": 0,
        "port": port,
        "hostname": "127.0.0.1",
        "folders": [],
        "routes": [route],
        "rootChildren": [{"type": "route", "uuid": _uuid("route")}],
        "proxyMode": False,
        "proxyHost": "",
        "proxyRemovePrefix": False,
        "proxyReqHeaders": [],
        "proxyResHeaders": [],
        "tlsOptions": {
            "enabled": False,
            "type": "CERT",
            "pfxPath": "",
            "certPath": "",
            "keyPath": "",
            "caPath": "",
            "passphrase": "",
        },
        "cors": False,
        "headers": [{"key": "Content-Type", "value": "application/json"}],
        "data": [bucket],
        "callbacks": [],
    }


def _uuid(name: str) -> str:
    return str(uuid5(_SPACE, name))


def prism_document(documents: list[dict[str, Any]]) -> dict[str, Any]:
    """An OpenAPI document with an example for each of the two paths."""

    def operation(example: Any, kind: str) -> dict[str, Any]:
        content = {"application/json": {"schema": {"type": kind}, "example": example}}
        return {"get": {"responses": {"200": {"description": "found", "content": content}}}}

    key = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "devices", "version": "1"},
        "paths": {
            "/devices": operation(documents, "array"),
            "/devices/{id}": {"parameters": [key], **operation(documents[0], "object")},
        },
    }


def wiremock_mappings(documents: list[dict[str, Any]]) -> dict[str, Any]:
    """A stub for each of the two paths, by file name."""
    headers = {"Content-Type": "application/json"}
    return {
        "one.json": {
            "request": {"method": "GET", "urlPathPattern": "/devices/[0-9]+"},
            "response": {"status": 200, "headers": headers, "jsonBody": documents[0]},
        },
        "all.json": {
            "request": {"method": "GET", "urlPath": "/devices"},
            "response": {"status": 200, "headers": headers, "jsonBody": documents},
        },
    }


# Azurite's account and key are well known (its documentation calls them so).
_ACCOUNT = "devstoreaccount1"
_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
_NO_METADATA = {"Accept": "application/json;odata=nometadata", "x-ms-version": "2019-02-02"}


def _signature() -> str:
    """A shared access signature for the whole account, so that no request has to be signed."""
    given = {"sp": "rwdlacu", "ss": "t", "srt": "sco", "se": "2099-01-01T00:00:00Z"}
    lines = [_ACCOUNT, *given.values()]
    lines.insert(4, "")  # no start
    signed = "\n".join([*lines, "", "https,http", "2018-11-09", ""])
    digest = hmac.new(base64.b64decode(_KEY), signed.encode(), hashlib.sha256).digest()
    sig = base64.b64encode(digest).decode()
    return urlencode({**given, "spr": "https,http", "sv": "2018-11-09", "sig": sig})


def _entity(mine: Mapping[str, str]) -> str:
    """An entity's properties are single values, and whole numbers above 2^31 are texts."""
    plain = bodies.plain(dict(mine)).items()
    kept = {name: value if isinstance(value, bool) else str(value) for name, value in plain}
    kept["thirdPartyUserIds"] = f"user-{mine['digits']}"
    return encoded({"PartitionKey": "fleet", "RowKey": mine["digits"], **kept})


def azurite(devices: int, _first: int) -> dict[str, Load]:
    """Insert, merge, replace, get, list and filter entities of one partition."""
    known, sas = values(devices), _signature()
    writing = {**_NO_METADATA, **JSON, "Prefer": "return-no-content"}
    updating = {**writing, "If-Match": "*"}
    table = f"/{_ACCOUNT}/devices"
    one = f"{table}(PartitionKey='fleet',RowKey='{field('digits')}')?{sas}"
    page = f"{table}?$top={PAGE}&{sas}"
    keys = [base64.b64encode(key.encode()).decode() for key in ("fleet", f"{devices - PAGE:08d}")]
    last = "&" + urlencode(dict(zip(("NextPartitionKey", "NextRowKey"), keys, strict=True)))
    where = f"{table}?$filter=serialNumber%20eq%20'SN{field('digits')}'&{sas}"
    same = changing(_entity(own_fields()))
    return showing(
        {
            "get": Load("GET", one, _NO_METADATA, "", known),
            "first page": Load("GET", page, _NO_METADATA),
            "last page": Load("GET", page + last, _NO_METADATA),
            "filter": Load("GET", where, _NO_METADATA, "", known),
            "check-in unchanged": Load("MERGE", one, updating, _SEEN, known, expects=204),
            "check-in changed": Load("PUT", one, updating, same, known, expects=204),
            "enroll": Load("POST", f"{table}?{sas}", writing, _entity(new_device()), expects=204),
        }
    )


def fill_azurite(port: int, devices: int) -> None:
    """A table with an entity for every device."""
    sas, writing = _signature(), {**_NO_METADATA, **JSON, "Prefer": "return-no-content"}
    table = encoded({"TableName": "devices"})
    send_all(port, [("POST", f"/{_ACCOUNT}/Tables?{sas}", table, writing)])
    owned = (bodies.own(number) for number in range(devices))
    path = f"/{_ACCOUNT}/devices?{sas}"
    send_all(port, (("POST", path, _entity(each), writing) for each in owned))
