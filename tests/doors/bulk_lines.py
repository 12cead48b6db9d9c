"""Lines for the bulk doors."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

Headers = dict[str, str]
Stream = Callable[..., list[dict[str, Any]]]
ENROLL, CHECK_IN = "/mdm/v1/enrollments:bulk", "/mdm/v1/check-ins:bulk"
NDJSON = "application/x-ndjson"
SECRET = "sent-but-not-to-be-told"


def send(
    client: FlaskClient, path: str, lines: list[Any], headers: Headers
) -> list[dict[str, Any]]:
    """Send lines to a bulk door; returns what it answers, line by line."""
    told = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    data = b"\n".join(told) + b"\n"
    answer = client.post(path, data=data, headers=headers, content_type=NDJSON)
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == NDJSON
    return [json.loads(line) for line in answer.data.splitlines()]


def device(number: int, **facts: Any) -> dict[str, Any]:
    """The body of a device's enrollment."""
    kinds = [
        ("ios", "userEnrollment"),
        ("android", "androidEnterpriseFullyManaged"),
        ("windows", "windowsAzureADJoin"),
        ("macos", "appleBulkWithUser"),
    ]
    platform, kind = kinds[number % len(kinds)]
    own = {
        "deviceName": f"Device {number}",
        "serialNumber": f"SN-{number}",
        "phoneNumber": "+31612345678",
        "location": {"latitude": 52.1, "longitude": 5.1},
        "photos": [SECRET],
        "applications": [{"id": "com.x", "name": "X", "version": str(number)}],
    }
    return {"platform": platform, "enrollmentType": kind, "facts": own | facts}


def keyed(bodies: list[dict[str, Any]], **more: Any) -> list[dict[str, Any]]:
    """The bodies as lines, each with a key."""
    return [{**body, "key": f"k-{place}", **more} for place, body in enumerate(bodies)]
