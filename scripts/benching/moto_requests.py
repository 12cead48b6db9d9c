"""What moto is asked for a row, and how it is filled. A row that is not here it cannot do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from benching import bodies
from benching.load import NUMBER, Load, field
from benching.peer_requests import JSON, new_device, send_all, showing, values
from benching.rows import PAGE, changing, encoded, own_fields


def _aws(service: str, target: str = "") -> dict[str, str]:
    """The headers by which moto tells the service that is meant; it checks no signature."""
    scope = f"Credential=bench/20260101/us-east-1/{service}/aws4_request"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"}
    if target:
        headers |= {"X-Amz-Target": f"DynamoDB_20120810.{target}"}
        headers |= {"Content-Type": "application/x-amz-json-1.0"}
    return headers


def _attributes(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document as DynamoDB writes an item."""
    return {name: _attribute(value) for name, value in document.items()}


def _attribute(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, list):
        return {"L": [_attribute(each) for each in value]}
    return {"S": value} if isinstance(value, str) else {"N": str(value)}


def _dynamodb_load(action: str, body: Any, values: Sequence[Mapping[str, str]] = ({},)) -> Load:
    table = {"TableName": "devices", **body}
    return Load("POST", "/", _aws("dynamodb", action), encoded(table), values)


def dynamodb(devices: int, _first: int) -> dict[str, Load]:
    """Put, update, get, a query of an index, and a scan of a hundred."""
    known = values(devices)
    key = {"Key": {"id": {"S": field("digits")}}}
    seen = {
        "UpdateExpression": "SET seen = :seen",
        "ExpressionAttributeValues": {":seen": {"N": field(NUMBER)}},
    }
    new = _attributes({"id": field(NUMBER), **bodies.plain(new_device())})
    same = _attributes({"id": field("digits"), **bodies.plain(own_fields())})
    changed = _dynamodb_load("PutItem", {"Item": same}, known)
    start = {"ExclusiveStartKey": {"id": {"S": f"{devices - PAGE - 1:08d}"}}}
    index = {
        "IndexName": "serial",
        "KeyConditionExpression": "serialNumber = :serial",
        "ExpressionAttributeValues": {":serial": {"S": f"SN{field('digits')}"}},
    }
    loads = {
        "get": _dynamodb_load("GetItem", key, known),
        "first page": _dynamodb_load("Scan", {"Limit": PAGE}),
        "last page": _dynamodb_load("Scan", {"Limit": PAGE, **start}),
        "filter": _dynamodb_load("Query", index, known),
        "check-in unchanged": _dynamodb_load("UpdateItem", {**key, **seen}, known),
        "check-in changed": replace(changed, body=changing(changed.body)),
        "enroll": _dynamodb_load("PutItem", {"Item": new}),
    }
    return showing(loads)


def fill_dynamodb(port: int, devices: int) -> None:
    """A table with an index, and every device an item, twenty-five a request."""
    names = [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "serialNumber")]
    index = {
        "IndexName": "serial",
        "KeySchema": [{"AttributeName": "serialNumber", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    table = {
        "TableName": "devices",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": names,
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "GlobalSecondaryIndexes": [index],
    }

    def requests() -> Iterator[tuple[str, str, str, Mapping[str, str]]]:
        yield "POST", "/", json.dumps(table), _aws("dynamodb", "CreateTable")
        for begin in range(0, devices, 25):
            owned = [bodies.own(number) for number in range(begin, min(begin + 25, devices))]
            items = [_attributes({"id": each["digits"], **bodies.plain(each)}) for each in owned]
            puts = {"RequestItems": {"devices": [{"PutRequest": {"Item": item}} for item in items]}}
            yield "POST", "/", json.dumps(puts), _aws("dynamodb", "BatchWriteItem")

    send_all(port, requests())


def _thing(mine: Mapping[str, str]) -> str:
    """A thing's attributes are texts."""
    plain = bodies.plain(dict(mine)).items()
    texts = {name: text if isinstance(text, str) else str(text) for name, text in plain}
    texts["thirdPartyUserIds"] = f"user-{mine['digits']}"
    return encoded({"attributePayload": {"attributes": texts}})


def iot(devices: int, _first: int) -> dict[str, Load]:
    """Create, update, describe and list things; a list cannot begin near its end."""
    known, aws = values(devices), _aws("iot") | JSON
    one = f"/things/{field('digits')}"
    seen = encoded({"attributePayload": {"attributes": {"seen": field(NUMBER)}, "merge": True}})
    loads = {
        "get": Load("GET", one, aws, "", known),
        "first page": Load("GET", f"/things?maxResults={PAGE}", aws),
        "check-in unchanged": Load("PATCH", one, aws, seen, known),
        "check-in changed": Load("PATCH", one, aws, changing(_thing(own_fields())), known),
        "enroll": Load("POST", f"/things/{field(NUMBER)}", aws, _thing(new_device())),
    }
    return showing(loads)


def fill_iot(port: int, devices: int) -> None:
    """Every device a thing."""
    owned = (bodies.own(number) for number in range(devices))
    aws = _aws("iot") | JSON
    send_all(port, (("POST", f"/things/{each['digits']}", _thing(each), aws) for each in owned))
