"""Every status that the document tells is one that is answered, in the form that it tells."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from flask.testing import FlaskClient
from schemathesis.schemas import APIOperation
from sqlalchemy import update

from mdm_sim import tenant
from mdm_sim.bodies.parsing import DEEPEST
from mdm_sim.openapi.operations import OPERATIONS
from mdm_sim.settings import MEGABYTE
from mdm_sim.store.tables import settings as tenant_settings
from mdm_sim.store.work import Desk

Headers = dict[str, str]
SERIAL = {"serialNumber": "SERIAL1"}
FULL = {
    **SERIAL,
    "phoneNumber": "+31612345678",
    "wiFiMacAddress": "0a:1b:2c:3d:4e:5f",
    "imei": "490154203237518",
    "location": {"latitude": 52, "longitude": 4.3, "at": "2026-01-01T00:00:00+01:00", "more": 1},
    "applications": [{"id": "com.example.own", "sizeInBytes": 1, "more": 1}],
    "thirdPartyUserIds": ["third@example.com"],
    "isEncrypted": True,
    "contacts": ["x"],
    "more": 1,
}
NEW = {"platform": "ios", "enrollmentType": "userEnrollment", "facts": {}}
TAKEN = {**NEW, "platform": "windows", "facts": SERIAL}
ELSEWHERE = {**NEW, "platform": "linux", "enrollmentType": "appleUserEnrollment"}
APP = {"platform": "ios", "facts": {"appIdentifier": {"bundleId": "com.example.new"}}}
NO_APP = {"platform": "ios"}
UNKNOWN = {"results": [{"id": str(uuid4()), "status": "done"}]}
TOKEN = {"enrollmentType": "unknown"}
PERSON = {"userPrincipalName": tenant.USERS[0].upn}
NO_PERSON = {"userPrincipalName": "no.person@mdmsim.example"}
PREVIEWED = {"workload": "mdm", "ownership": "personal", "platform": "ios", "facts": FULL}
LONG_HEADERS = {f"X-Long-{number}": "x" * 8000 for number in range(9)}
DEEP = b'{"facts":' * DEEPEST + b"{}" + b"}" * DEEPEST
# What is answered to a body in a coding: of another kind, broken, and too large once unpacked.
CODINGS = (("br", b"", 415), ("gzip", b"x", 400), ("gzip", gzip.compress(bytes(2 * MEGABYTE)), 413))
# What bodies are answered that are of no use to any door.
OF_BODIES = ((b"[", "application/json", 400), (DEEP, "application/json", 413), (b"", "text/x", 415))

# fmt: off
# By endpoint: what is the case, who asks, with which body, and the status of the answer.
ASKED: dict[str, tuple[tuple[str, str, Any, int], ...]] = {
    "plain.enroll": (
        ("", "user", NEW, 201), ("", "enrollment", NEW, 201), ("", "application", NEW, 403),
        ("", "other user", TAKEN, 409), ("", "user", ELSEWHERE, 422)),
    "plain.device_check_in": (
        ("", "device", {}, 200), ("", "device", UNKNOWN, 404), ("", "device", TAKEN, 409),
        ("", "former device", {}, 410), ("closed", "device", {}, 403)),
    "plain.enroll_in_bulk": (("", "user", NEW, 200), ("", "application", NEW, 403)),
    "plain.check_in_in_bulk": (("", "user", {}, 200),),
    "plain.unenroll": (("", "device", None, 204), ("", "device", None, 410)),
    "plain.device_receipts": (("", "device", None, 200), ("", "former device", None, 410)),
    "plain.create_enrollment_token": (
        ("", "admin", TOKEN, 201), ("", "admin", TOKEN | NO_PERSON, 404), ("", "user", TOKEN, 403)),
    "plain.register": (
        ("", "user", APP, 201), ("", "application", APP, 403), ("", "user", NO_APP, 422),
        ("former", "user", APP, 410)),
    "plain.app_check_in": (
        ("", "app", {}, 200), ("", "app", UNKNOWN, 404), ("", "app", APP, 409),
        ("", "former app", {}, 410), ("closed", "app", {}, 403)),
    "plain.unregister": (("", "app", None, 204), ("", "app", None, 410)),
    "plain.app_receipts": (("", "app", None, 200), ("", "former app", None, 410)),
    "privacy.show": (("", "admin", None, 200), ("", "user", None, 403)),
    "privacy.change": (("", "admin", {"diagnostics": True}, 200), ("", "user", {}, 403)),
    "privacy.catalogue": (("", "admin", None, 200), ("", "user", None, 403)),
    "privacy.preview": (
        ("", "admin", PREVIEWED, 200), ("", "admin", PREVIEWED | {"workload": "mam"}, 200),
        ("", "user", PREVIEWED, 403)),
    "privacy.record": (
        ("record", "admin", None, 200), ("", "admin", None, 404), ("", "user", None, 403)),
    "privacy.told": (
        ("record", "admin", None, 200), ("", "admin", None, 404), ("", "user", None, 403)),
    "privacy.rejudgement": (("", "admin", None, 200), ("", "user", None, 403)),
    "privacy.export": (
        ("", "admin", PERSON, 200), ("", "admin", NO_PERSON, 404), ("", "user", PERSON, 403)),
    "privacy.erase": (
        ("", "admin", NO_PERSON, 404), ("", "user", PERSON, 403), ("", "admin", PERSON, 200)),
    "privacy.rotate": (
        ("", "admin", None, 204), ("", "user", None, 403), ("rotating", "admin", None, 409)),
    "privacy.close": (("", "admin", None, 200), ("", "user", None, 403)),
    "privacy.reopen": (("", "admin", None, 200), ("", "user", None, 403)),
}
# fmt: on


class Asking:
    """Requests to one operation; each answer is held against what the document says of it."""

    def __init__(self, client: FlaskClient, operation: APIOperation, record_id: str) -> None:
        self.client, self.operation, self.record_id = client, operation, record_id
        self.seen: set[int] = set()

    def __call__(
        self, headers: Headers, status: int, *, is_known: bool = False, **body: Any
    ) -> None:
        key = self.record_id if is_known else str(uuid4())
        path = self.operation.path.replace("{record_id}", key)
        answer = self.client.open(path, method=self.operation.method, headers=headers, **body)
        assert answer.status_code == status, answer.text
        self.operation.validate_response(answer)
        self.seen.add(status)


@pytest.fixture
def scene(
    client: FlaskClient, headers: dict[str, Headers], desk: Desk
) -> Callable[[str, Any], Any]:
    """Makes something the case; returns the body that goes with it."""

    def made(name: str, body: Any) -> Any:
        if name == "closed":
            client.post("/privacy/v1/tenant/close", headers=headers["admin"])
        if name == "rotating":
            with desk.store.write() as connection:
                connection.execute(update(tenant_settings).values(former_pseudonym_key="0" * 64))
        if name == "former":
            token = headers["former device"]["Authorization"].removeprefix("Bearer ")
            return {**body, "deviceToken": token}
        return body

    return made


@pytest.mark.parametrize("endpoint", OPERATIONS)
def test_every_status_of_the_document_is_answered_and_no_other(
    endpoint: str,
    client: FlaskClient,
    document: dict[str, Any],
    headers: dict[str, Headers],
    scene: Callable[[str, Any], Any],
    enroll: Callable[..., dict[str, Any]],
    sign_in: Callable[..., Headers],
) -> None:
    headers["other user"] = sign_in(tenant.USERS[1].upn)
    api = schemathesis.openapi.from_dict(document)
    operation = api.find_operation_by_id(endpoint.replace(".", "_"))
    ask = Asking(client, operation, enroll(FULL, "windows", "deviceEnrollmentManager")["id"])
    first = headers[ASKED[endpoint][0][1]]
    known = OPERATIONS[endpoint]
    if known.callers:
        ask({}, 401)
    ask({**first, **LONG_HEADERS}, 431)
    for coding, data, status in CODINGS:
        ask({**first, "Content-Encoding": coding}, status, data=data)
    if known.body is not None:
        for data, content_type, status in OF_BODIES[-1:] if known.takes_lines else OF_BODIES:
            ask(first, status, data=data, content_type=content_type)
    for name, who, body, status in ASKED[endpoint]:
        sent: dict[str, Any] = {"json": scene(name, body)}
        if known.takes_lines:
            sent = {"data": json.dumps(body), "content_type": "application/x-ndjson"}
        ask(headers[who], status, is_known=name == "record", **sent)
    assert {str(status) for status in ask.seen} == set(operation.definition.raw["responses"])
