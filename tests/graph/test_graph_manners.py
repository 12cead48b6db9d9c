"""Manners of the wire: headers, Accept, Prefer, If-Match, methods, errors in both shapes."""

import dataclasses
import json

import pytest
from flask import Flask
from werkzeug.exceptions import PreconditionFailed

from mdm_sim import tenant
from mdm_sim.app import create_app
from mdm_sim.graph.asking import Ask
from mdm_sim.settings import Settings

DEVICES = "/v1.0/deviceManagement/managedDevices"
CATEGORY = "/v1.0/deviceAppManagement/mobileApps"
USER = f"/v1.0/users/{tenant.USERS[0].upn}"
NOT_THERE = "Request_ResourceNotFound"
GUID = "11111111-2222-4333-8444-555555555555"
NEW_USER = {"displayName": "New", "userPrincipalName": "new@mdmsim.example",
            "accountEnabled": True, "mailNickname": "new",
            "passwordProfile": {"password": "Correct-Horse-9"}}  # fmt: skip


@pytest.fixture(scope="module")
def reader(prepared, tmp_path_factory):
    """A service for tests that only read from it."""
    url = prepared.copy(tmp_path_factory.mktemp("reader"))
    app = create_app(Settings(url))
    yield app.test_client()
    app.extensions["mdm_sim"].store.close()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", DEVICES, 200), ("GET", "/v1.0/nothing", 400), ("PATCH", USER, 204),
     ("PUT", DEVICES, 405), ("GET", f"{DEVICES}/$count", 200)],
)  # fmt: skip
def test_every_answer_has_graphs_headers(client, admin, method, path, status):
    body = {"json": {"displayName": "Else"}} if method == "PATCH" else {}
    answer = client.open(path, method=method, headers={**admin, "client-request-id": GUID}, **body)
    told = answer.headers
    assert (answer.status_code, told["client-request-id"]) == (status, GUID)
    assert told["request-id"] not in {GUID, ""}
    assert "ServerInfo" in json.loads(told["x-ms-ags-diagnostic"])
    assert told["Strict-Transport-Security"] == "max-age=31536000"
    assert told["OData-Version"] == "4.0"
    assert "Accept-Encoding" in told["Vary"]
    assert "no-store" in told["Cache-Control"]
    assert ("Content-Type" in told) == (status != 204)


def test_without_a_client_request_id_it_is_the_requests_own(reader, admin):
    told = reader.get(DEVICES, headers={**admin, "client-request-id": "CANARY"}).headers
    assert told["client-request-id"] == told["request-id"]


@pytest.mark.parametrize(
    ("accept", "level"),
    [
        (None,                                              "minimal"),
        ("*/*",                                             "minimal"),
        ("application/*",                                   "minimal"),
        ("application/json",                                "minimal"),
        ("Application/JSON;OData.Metadata=Full",            "full"),
        ("application/json;odata.metadata=none",            "none"),
        ("*/*;odata.metadata=full;q=0.5, application/json;odata.metadata=none", "none"),
        ("text/html,application/xhtml+xml,*/*;q=0.8",       "minimal"),
        ("application/octet-stream, application/json",      "minimal"),
        ("text/html",                                       406),
        ("application/xml",                                 406),
        ("application/json;q=0",                            406),
        ("application/json;odata.metadata=CANARY",          406),
        ("CANARY",                                          406),
    ],
)  # fmt: skip
def test_accept_decides_the_level_of_metadata_or_cannot_be_met(reader, admin, accept, level):
    answer = reader.get(DEVICES, headers={**admin, **({"Accept": accept} if accept else {})})
    if level == 406:
        assert (answer.status_code, answer.json["error"]["code"]) == (406, "NotAcceptable")
        assert "CANARY" not in answer.text
    else:
        expected = f"application/json;odata.metadata={level};odata.streaming=true"
        assert answer.headers["Content-Type"].startswith(expected)


def test_a_plain_answer_is_not_measured_by_what_json_asks_for(reader, admin):
    answer = reader.get(f"{DEVICES}/$count", headers={**admin, "Accept": "text/plain"})
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")


@pytest.mark.parametrize(("method", "status"), [("HEAD", 405), ("PUT", 405)])
def test_a_method_that_is_not_there_is_told_with_those_that_are(reader, admin, method, status):
    answer = reader.open(DEVICES, method=method, headers=admin)
    assert (answer.status_code, answer.headers["Allow"]) == (status, "GET")


def test_a_script_of_another_site_may_ask_and_read(reader, admin):
    asked = {"Origin": "https://CANARY.example", "Access-Control-Request-Headers": "CANARY"}
    told = reader.options(DEVICES, headers=asked)
    assert (told.status_code, told.data) == (200, b"")
    assert "PATCH" in told.headers["Access-Control-Allow-Methods"]
    assert told.headers["Access-Control-Allow-Headers"].startswith("Authorization")
    assert "CANARY" not in str(told.headers)
    read = reader.get(DEVICES, headers={**admin, "Origin": "https://CANARY.example"})
    assert read.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in reader.get(DEVICES, headers=admin).headers


@pytest.mark.parametrize(
    ("given", "message"),
    [(None, "Access token is empty."), ("Bearer", "Access token is empty."),
     ("Bearer CANARY", "CompactToken parsing failed with error code: 80049217")],
)  # fmt: skip
def test_a_caller_without_a_good_token_is_challenged(reader, given, message):
    answer = reader.get(DEVICES, headers={"Authorization": given} if given else {})
    error, challenge = answer.json["error"], answer.headers["WWW-Authenticate"]
    assert (answer.status_code, error["code"]) == (401, "InvalidAuthenticationToken")
    assert error["message"].startswith(message)
    assert ("without its port" in error["message"]) == (given is None)
    assert 'authorization_uri="http://localhost:80/common/oauth2/authorize"' in challenge
    assert "CANARY" not in answer.text + challenge


def test_behind_microsofts_name_the_challenge_names_microsofts_authority(reader):
    told = reader.get(DEVICES, base_url="https://graph.microsoft.com").headers
    assert "https://login.microsoftonline.com/common/oauth2/authorize" in told["WWW-Authenticate"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code", "nested"),
    [
        ("GET",    f"{DEVICES}/CANARY",             None, 404, "ResourceNotFound", True),
        ("POST",   f"{DEVICES}/CANARY/wipe",        {},   404, "ResourceNotFound", True),
        ("GET",    f"{USER}/managedDevices/CANARY", None, 404, "ResourceNotFound", True),
        ("POST",   CATEGORY,                        {},   400, "BadRequest", True),
        ("POST",   CATEGORY,                        b"{", 400, "BadRequest", False),
        ("GET",    f"{DEVICES}?$top=CANARY",        None, 400, "BadRequest", False),
        ("GET",    f"{DEVICES}?$filter=CANARY eq 1", None, 400, "BadRequest", False),
        ("GET",    "/v1.0/deviceManagement/CANARY", None, 400, "BadRequest", False),
        ("PUT",    DEVICES,                         {},   405, "Request_BadRequest", False),
        ("GET",    "/v1.0/users/CANARY/managedDevices", None, 404, NOT_THERE, False),
        ("GET",    "/v1.0/users/CANARY",            None, 404, NOT_THERE, False),
        ("POST",   "/v1.0/users",                   {},   400, "Request_BadRequest", False),
    ],
)  # fmt: skip
def test_intunes_errors_are_nested_and_the_gateways_are_plain(
    client, admin, method, path, body, status, code, nested
):
    given = {"data": body} if isinstance(body, bytes) else {"json": body}
    asked = {**admin, "client-request-id": GUID, "Content-Type": "application/json"}
    answer = client.open(path, method=method, headers=asked, **given)
    error = answer.json["error"]
    assert (answer.status_code, error["code"]) == (status, code)
    assert "CANARY" not in answer.text
    assert error["message"].startswith("{\r\n") == nested
    if nested:
        told = json.loads(error["message"])
        assert told.keys() == {"_version", "Message", "CustomApiErrorPhrase", "RetryAfter",
                               "ErrorSourceService", "HttpHeaders"}  # fmt: skip
        assert f"Activity ID: {GUID} - Url: http://localhost:80/" in told["Message"]
        assert told["Message"].endswith("?api-version=5023-10-14")


@pytest.mark.parametrize(("quirks", "code"), [((), "Forbidden"), (("intune",), "UnknownError")])
def test_a_scope_that_is_missing_is_told_in_both_of_intunes_shapes(
    settings, serve, user, quirks, code
):
    client = serve(dataclasses.replace(settings, quirks=frozenset(quirks)))
    answer = client.get(DEVICES, headers=user)
    error = answer.json["error"]
    told = json.loads(error["message"])
    assert (answer.status_code, error["code"]) == (403, code)
    if quirks:
        assert (told["ErrorCode"], told["InstanceAnnotations"]) == ("Forbidden", [])
        told = json.loads(told["Message"])
    assert told["Message"].startswith("User is not authorized to perform this operation")


def test_the_directory_tells_what_it_cost_and_where_the_new_object_is(client, admin):
    created = client.post("/v1.0/users", headers=admin, json=NEW_USER)
    where = created.headers["Location"]
    assert (created.status_code, where) == (
        201,
        f"http://localhost/v1.0/users/{created.json['id']}",
    )
    assert client.get(where, headers=admin).json["displayName"] == "New"
    for path, units in (("", "2"), ("?$select=id", "1"), (f"/{created.json['id']}", "1")):
        told = client.get(f"/v1.0/users{path}", headers=admin).headers
        assert told["x-ms-resource-unit"] == units
    assert "x-ms-resource-unit" not in client.get(DEVICES, headers=admin).headers


@pytest.mark.parametrize(
    ("prefer", "method", "status", "applied"),
    [
        ("return=minimal",                 "POST",  204, "return=minimal"),
        ("return=representation",          "POST",  201, None),
        ("respond-async, RETURN = minimal", "POST", 204, "return=minimal"),
        ("CANARY=CANARY",                  "POST",  201, None),
        (None,                             "PATCH", 204, None),
        ("return=minimal",                 "PATCH", 204, None),
        ("return=representation;x=y",      "PATCH", 200, "return=representation"),
    ],
)  # fmt: skip
def test_prefer_decides_whether_a_write_is_answered_with_the_object(
    client, admin, prefer, method, status, applied
):
    path, body = ("/v1.0/users", NEW_USER) if method == "POST" else (USER, {"displayName": "New"})
    headers = {**admin, **({"Prefer": prefer} if prefer else {})}
    answer = client.open(path, method=method, headers=headers, json=body)
    assert (answer.status_code, answer.headers.get("Preference-Applied")) == (status, applied)
    if status == 204:
        where = answer.headers.get("OData-EntityId", f"http://localhost{USER}")
        assert client.get(where, headers=admin).json["displayName"] == "New"
    else:
        assert answer.json["displayName"] == "New"


def asking(**headers):
    """What a handler is given, in the context of a request with these headers."""
    context = Flask("test").test_request_context(headers=headers)
    prefer = {"odata.maxpagesize": headers.get("Prefer", "")}
    return context, Ask(None, None, "v1.0", "", "", (), {}, prefer=prefer)


@pytest.mark.parametrize(
    ("given", "passes"),
    [(None, True), ("*", True), ('W/"1"', True), ('"0", W/"1"', True), ('W/"2"', False),
     ('"2"', False)],
)  # fmt: skip
def test_if_match_lets_a_write_pass_for_the_current_etag_alone(given, passes):
    context, ask = asking(**({"If-Match": given} if given else {}))
    with context:
        if passes:
            ask.require_match('W/"1"')
        else:
            with pytest.raises(PreconditionFailed):
                ask.require_match('W/"1"')


@pytest.mark.parametrize(
    ("given", "size"),
    [
        ("5", 5),
        ("2000", 1000),
        ("0", 1000),
        ("-1", 1000),
        ("x", 1000),
        ("9" * 40, 1000),
        ("", 1000),
    ],
)
def test_a_preferred_size_of_pages_counts_up_to_the_services_own(given, size):
    context, ask = asking(Prefer=given)
    with context:
        assert ask.page_size(1000) == size


def test_long_headers_are_refused_with_graphs_code(reader, admin):
    answer = reader.get(DEVICES, headers={**admin, "X-Much": "y" * 70_000})
    assert (answer.status_code, answer.json["error"]["code"]) == (431, "BadRequest")
