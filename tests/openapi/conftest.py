"""The document as the service answers it, and everybody who may call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

Headers = dict[str, str]


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    """The document, as anybody gets it."""
    answer = client.get("/openapi.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    return dict(answer.json)


@pytest.fixture
def headers(
    user: Headers,
    admin: Headers,
    sign_in: Callable[..., Headers],
    enroll: Callable[..., dict[str, Any]],
    register: Callable[..., dict[str, Any]],
    client: FlaskClient,
) -> dict[str, Headers]:
    """The headers of everybody who may call. The device is joined and has been given an order."""
    body = {"enrollmentType": "userEnrollment"}
    token = client.post("/mdm/v1/enrollment-tokens", headers=admin, json=body).json["token"]
    gone = enroll()
    client.delete("/mdm/v1/enrollments/self", headers=gone["headers"])
    left = register({"deviceTag": "tag-0"})
    client.delete("/mam/v1/registrations/self", headers=left["headers"])
    device = enroll(platform="windows", enrollment_type="windowsAzureADJoin")
    action = f"/v1.0/deviceManagement/managedDevices/{device['id']}/syncDevice"
    assert client.post(action, headers=admin).status_code == 204
    return {
        "user": user,
        "admin": admin,
        "application": sign_in(),
        "enrollment": {"Authorization": f"Bearer {token}"},
        "device": device["headers"],
        "app": register()["headers"],
        "former device": gone["headers"],
        "former app": left["headers"],
    }
