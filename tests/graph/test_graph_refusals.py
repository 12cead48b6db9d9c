"""What Graph refuses whole: its own codes, nothing changed, and no value told to anybody."""

import logging

import pytest

DEVICES = "deviceManagement/managedDevices"
MALFORMED = (b"CANARY", b"", b"[]", b'{"CANARY": CANARY}', b'{"displayName": "CANARY\xff"}')
JSON = "application/json"


@pytest.fixture
def refused(client, admin, dump, on_disk, caplog, capfd):
    """Send what has to be refused as the administrator, with CANARY wherever it fits."""
    caplog.set_level(logging.DEBUG)
    odd = {**admin, "X-CANARY": "CANARY", "client-request-id": "CANARY"}

    def sent(method, path, status, code, **body):
        before = dump()
        url = f"/v1.0/{path}{'&' if '?' in path else '?'}CANARY=CANARY"
        answer = client.open(url, method=method, headers=odd, **body)
        assert (answer.status_code, answer.json["error"]["code"]) == (status, code), answer.text
        told = (answer.text, str(answer.headers), caplog.text, *capfd.readouterr())
        assert not any("CANARY" in text for text in told)
        assert (dump(), on_disk("CANARY")) == (before, False)

    return sent


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "users"), ("POST", "devices"), ("POST", "deviceAppManagement/mobileApps"),
     ("PATCH", "users/ada.admin@mdmsim.example"), ("PATCH", f"{DEVICES}/CANARY")],
)  # fmt: skip
def test_a_malformed_body_is_refused(refused, method, path):
    for body in MALFORMED:
        refused(method, path, 400, "BadRequest", data=body, content_type=JSON)


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/xml"])
def test_another_content_type_is_refused(refused, content_type):
    body = {"data": b'{"displayName": "CANARY"}', "content_type": content_type}
    refused("POST", "users", 415, "UnsupportedMediaType", **body)


def test_a_body_that_is_too_large_is_refused(refused):
    deep: list = ["CANARY"]
    for _ in range(20):
        deep = [deep]
    refused("POST", "users", 413, "RequestEntityTooLarge", json={"CANARY": deep})
    refused("POST", "users", 413, "RequestEntityTooLarge", json={"CANARY": "x" * 1_100_000})


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET",    "CANARY",                          400, "BadRequest"),
        ("GET",    f"{DEVICES}/CANARY",               404, "ResourceNotFound"),
        ("GET",    f"{DEVICES}/CANARY/CANARY",        400, "BadRequest"),
        ("GET",    f"{DEVICES}('CANARY",              400, "BadRequest"),
        ("GET",    "users/CANARY@x.example",          404, "Request_ResourceNotFound"),
        ("DELETE", "users/CANARY",                    404, "Request_ResourceNotFound"),
        ("POST",   f"{DEVICES}/CANARY/wipe",          404, "ResourceNotFound"),
        ("POST",   f"{DEVICES}/CANARY/CANARY",        400, "BadRequest"),
        ("GET",    "users?$filter=CANARY eq 'CANARY'", 400, "BadRequest"),
        ("GET",    "users?$select=CANARY",            400, "BadRequest"),
        ("GET",    "users?$skiptoken=CANARY",         400, "BadRequest"),
        ("GET",    "users?$top=CANARY",               400, "BadRequest"),
    ],
)  # fmt: skip
def test_a_path_or_option_that_is_not_there_is_refused(refused, method, path, status, code):
    refused(method, path, status, code)


@pytest.mark.parametrize("path", ["users/CANARY", f"{DEVICES}/CANARY", DEVICES])
def test_a_wrong_method_is_refused_with_graphs_code(client, admin, path):
    answer = client.put(f"/v1.0/{path}", headers=admin, json={})
    assert (answer.status_code, "Allow" in answer.headers) == (405, True)
    assert answer.json["error"]["code"] == "Request_BadRequest"


@pytest.mark.parametrize("path", ["users", "devices", "deviceAppManagement/mobileApps"])
def test_every_collection_has_a_count_segment(client, admin, path):
    headers = {**admin, "ConsistencyLevel": "eventual"}
    answer = client.get(f"/v1.0/{path}/$count", headers=headers)
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
