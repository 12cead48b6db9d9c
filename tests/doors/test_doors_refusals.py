"""What is refused whole: the documented error, nothing changed, and no value told again.

The fixture `refused` compares every table before and after, and looks for CANARY in the answer,
its headers, the log, the process's output and the database's files.
"""

import pytest

from mdm_sim import tenant

ENROLL, REGISTER = "/mdm/v1/enrollments", "/mam/v1/registrations"
DEVICE_DOOR, APP_DOOR = "/mdm/v1/check-ins", "/mam/v1/check-ins"
TOKENS, SWITCHES = "/mdm/v1/enrollment-tokens", "/privacy/v1/settings"
DEVICES = "/v1.0/deviceManagement/managedDevices"
POSTS = (ENROLL, REGISTER, DEVICE_DOOR, APP_DOOR, TOKENS)
UNKNOWN = "11111111-2222-4333-8444-555555555555"
FACTS = {"deviceName": "CANARY", "CANARY": "CANARY"}
APP = {"appIdentifier": {"bundleId": "com.example.x"}}
NEW_DEVICE = {"platform": "ios", "enrollmentType": "userEnrollment", "facts": FACTS}
NEW_APP = {"platform": "ios", "facts": {**FACTS, **APP}}
MALFORMED = (
    b'{"facts": {"deviceName": "CANARY"',
    b"CANARY",
    b"",
    b"[]",
    b'"CANARY"',
    b"null",
    b'{"CANARY":"CANARY","CANARY"}',
    b'{"facts": {"deviceName": "CANARY\xff"}}',
    b'{"facts": {"deviceName": "CANARY\\ud800"}}',
    b'{"facts": {"CANARY": NaN}}',
    b'{"facts": {"CANARY": 1}} CANARY',
)


@pytest.fixture
def callers(enroll, register, user, admin, sign_in):
    """The headers of everybody who may call."""
    device = enroll({"deviceName": "Mine"})
    return {
        "nobody": {},
        "user": user,
        "admin": admin,
        "application": sign_in(),
        "device": device["headers"],
        "app": register()["headers"],
        "forged": {"Authorization": f"{user['Authorization'][:-6]}CANARY"},
        "garbage": {"Authorization": "Bearer CANARY"},
        "garbage.jwt": {"Authorization": "Bearer CANARY.CANARY.CANARY"},
        "huge.jwt": {"Authorization": f"Bearer CANARY.{'C' * 9000}.CANARY"},
        "basic": {"Authorization": "Basic Q0FOQVJZOkNBTkFSWQ=="},
        "empty": {"Authorization": "Bearer "},
    }


@pytest.mark.parametrize("path", [*POSTS, SWITCHES])
def test_a_malformed_body_is_refused(refused, admin, path):
    method = "PATCH" if path == SWITCHES else "POST"
    for body in MALFORMED:
        kind = {"data": body, "content_type": "application/json"}
        refused(method, path, admin, 400, "badRequest", **kind)


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "text/json"]
)
def test_another_content_type_is_refused(refused, admin, path, content_type):
    body = {"data": b'{"facts": {"deviceName": "CANARY"}}', "content_type": content_type}
    refused("POST", path, admin, 415, "unsupportedMediaType", **body)


def _nested(depth: int) -> list:
    return [_nested(depth - 1)] if depth else ["CANARY"]


@pytest.mark.parametrize(
    ("facts", "status", "code"),
    [
        ({"deviceName": "CANARY" * 200_000},                  413, "payloadTooLarge"),
        ({"CANARY": _nested(20)},                             413, "payloadTooLarge"),
        ({"CANARY": [[] for _ in range(20_001)]},             413, "payloadTooLarge"),
        ({"deviceName": "CANARY" * 43},                       400, "badRequest"),
        ({"thirdPartyUserIds": ["CANARY"] * 101},             400, "badRequest"),
        ({"applications": [{"id": "CANARY"}] * 5001},         400, "badRequest"),
        ({"applications": [{"id": "CANARY" * 43}]},           400, "badRequest"),
    ],
    ids=["bytes", "depth", "containers", "text", "texts", "apps", "member"],
)  # fmt: skip
def test_more_than_a_door_takes_is_refused(refused, enroll, facts, status, code):
    device = enroll()
    refused("POST", DEVICE_DOOR, device["headers"], status, code, json={"facts": facts})


# fmt: off
CREDENTIALS = (
    ("nobody",      401, "POST",   ENROLL,              NEW_DEVICE),
    ("garbage",     401, "POST",   ENROLL,              NEW_DEVICE),
    ("garbage.jwt", 401, "POST",   ENROLL,              NEW_DEVICE),
    ("huge.jwt",    401, "POST",   ENROLL,              NEW_DEVICE),
    ("forged",      401, "POST",   ENROLL,              NEW_DEVICE),
    ("basic",       401, "POST",   ENROLL,              NEW_DEVICE),
    ("empty",       401, "POST",   ENROLL,              NEW_DEVICE),
    ("device",      401, "POST",   ENROLL,              NEW_DEVICE),
    ("application", 403, "POST",   ENROLL,              NEW_DEVICE),
    ("nobody",      401, "POST",   REGISTER,            NEW_APP),
    ("app",         401, "POST",   REGISTER,            NEW_APP),
    ("application", 403, "POST",   REGISTER,            NEW_APP),
    ("nobody",      401, "POST",   DEVICE_DOOR,         {"facts": FACTS}),
    ("garbage",     401, "POST",   DEVICE_DOOR,         {"facts": FACTS}),
    ("basic",       401, "POST",   DEVICE_DOOR,         {"facts": FACTS}),
    ("user",        401, "POST",   DEVICE_DOOR,         {"facts": FACTS}),
    ("admin",       401, "POST",   DEVICE_DOOR,         {"facts": FACTS}),
    ("app",         401, "POST",   DEVICE_DOOR,         {"facts": FACTS}),
    ("nobody",      401, "POST",   APP_DOOR,            {"facts": FACTS}),
    ("user",        401, "POST",   APP_DOOR,            {"facts": FACTS}),
    ("device",      401, "POST",   APP_DOOR,            {"facts": FACTS}),
    ("nobody",      401, "DELETE", f"{ENROLL}/self",    None),
    ("user",        401, "DELETE", f"{ENROLL}/self",    None),
    ("app",         401, "DELETE", f"{ENROLL}/self",    None),
    ("device",      401, "DELETE", f"{REGISTER}/self",  None),
    ("nobody",      401, "POST",   TOKENS,              {"enrollmentType": "CANARY"}),
    ("user",        403, "POST",   TOKENS,              {"enrollmentType": "userEnrollment"}),
    ("device",      401, "POST",   TOKENS,              {"enrollmentType": "userEnrollment"}),
    ("nobody",      401, "GET",    SWITCHES,            None),
    ("device",      401, "PATCH",  SWITCHES,            {"diagnostics": True}),
    ("user",        403, "PATCH",  SWITCHES,            {"diagnostics": True}),
    ("user",        403, "GET",    f"/privacy/v1/records/{UNKNOWN}", None),
    ("admin",       404, "GET",    f"/privacy/v1/records/{UNKNOWN}", None),
    ("admin",       404, "GET",    "/privacy/v1/records/CANARY", None),
)
# fmt: on
CODES = {401: "unauthenticated", 403: "forbidden", 404: "notFound"}


@pytest.mark.parametrize(("who", "status", "method", "path", "body"), CREDENTIALS)
def test_a_door_serves_nobody_else(refused, callers, who, status, method, path, body):
    refused(method, path, callers[who], status, CODES[status], json=body)


@pytest.mark.parametrize("who", ["nobody", "device", "app", "garbage", "garbage.jwt", "forged"])
def test_graph_serves_no_device_and_nobody_unknown(refused, callers, who):
    refused("GET", DEVICES, callers[who], 401, "InvalidAuthenticationToken")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET",    ENROLL,             405, "methodNotAllowed"),
        ("PUT",    DEVICE_DOOR,        405, "methodNotAllowed"),
        ("GET",    f"{ENROLL}/self",   405, "methodNotAllowed"),
        ("DELETE", SWITCHES,           405, "methodNotAllowed"),
        ("POST",   "/mdm/v1/CANARY",   404, "notFound"),
        ("POST",   "/mdm/v2/check-ins", 404, "notFound"),
        ("GET",    "/CANARY",          404, "notFound"),
        ("GET",    "/v1.0/CANARY",     400, "BadRequest"),
        ("GET",    "/beta/users/x/CANARY", 400, "BadRequest"),
    ],
)  # fmt: skip
def test_a_wrong_method_or_path_is_refused(refused, admin, method, path, status, code):
    answer = refused(method, path, admin, status, code, json={"facts": FACTS})
    assert ("Allow" in answer.headers) == (status == 405)


def test_a_user_token_ends_after_an_hour(later, user, dump):
    before, client = dump(), later(3700)
    for path, body in ((ENROLL, NEW_DEVICE), (REGISTER, NEW_APP)):
        answer = client.post(path, headers=user, json=body)
        assert (answer.status_code, answer.json["error"]["code"]) == (401, "unauthenticated")
    assert dump() == before


def test_an_enrollment_token_ends_when_it_says(ask, admin, later, dump):
    body = {"enrollmentType": "userEnrollment", "expiresInSeconds": 60}
    token = ask("POST", TOKENS, admin, 201, json=body).json["token"]
    before = dump()
    headers = {"Authorization": f"Bearer {token}"}
    answer = later(61).post(ENROLL, headers=headers, json=NEW_DEVICE)
    assert (answer.status_code, dump()) == (401, before)


def test_a_disabled_user_enrolls_nothing(refused, graph, user):
    graph("PATCH", f"users/{tenant.USERS[0].upn}", {"accountEnabled": False}, 204)
    refused("POST", ENROLL, user, 403, "forbidden", json=NEW_DEVICE)
    refused("POST", REGISTER, user, 403, "forbidden", json=NEW_APP)


@pytest.mark.parametrize(
    ("token", "status", "code"),
    [
        ("device of another platform", 403, "forbidden"),
        ("app",     401, "unauthenticated"),
        ("CANARY",  401, "unauthenticated"),
        (7,         400, "badRequest"),
        ("C" * 513, 400, "badRequest"),
    ],
)  # fmt: skip
def test_only_a_device_token_of_that_platform_links_an_app(
    refused, enroll, register, user, token, status, code
):
    tokens = {
        "device of another platform": enroll(platform="android")["deviceToken"],
        "app": register()["appToken"],
    }
    body = {**NEW_APP, "deviceToken": tokens.get(token, token)}
    refused("POST", REGISTER, user, status, code, json=body)


@pytest.mark.parametrize(
    "facts",
    [{}, {"appIdentifier": {}}, {"appIdentifier": {"packageId": "CANARY"}}, {"appIdentifier": None},
     {"appIdentifier": {"bundleId": "a", "packageId": "CANARY"}}],
)  # fmt: skip
def test_an_app_has_to_say_which_app_it_is(refused, user, facts):
    body = {"platform": "ios", "facts": {**FACTS, **facts}}
    refused("POST", REGISTER, user, 422, "unprocessable", json=body)


@pytest.mark.parametrize(
    "facts", [{"appIdentifier": {"bundleId": "CANARY"}}, {"deviceTag": "CANARY"}]
)
def test_a_registration_becomes_no_other_app(refused, register, facts):
    refused("POST", APP_DOOR, register()["headers"], 409, "conflict", json={"facts": facts})


@pytest.mark.parametrize("name", ["deviceTag", "appIdentifier"])
def test_a_registration_does_not_forget_which_app_it_is(refused, register, name):
    facts = {name: None, "deviceName": "CANARY"}
    refused("POST", APP_DOOR, register()["headers"], 409, "conflict", json={"facts": facts})


def test_a_device_that_left_is_gone(ask, refused, enroll, user):
    device = enroll()
    ask("DELETE", f"{ENROLL}/self", device["headers"], 204)
    refused("POST", DEVICE_DOOR, device["headers"], 410, "gone", json={"facts": FACTS})
    refused("DELETE", f"{ENROLL}/self", device["headers"], 410, "gone")
    body = {**NEW_APP, "deviceToken": device["deviceToken"]}
    refused("POST", REGISTER, user, 410, "gone", json=body)


def test_an_app_that_left_is_gone(ask, refused, register):
    app = register()
    ask("DELETE", f"{REGISTER}/self", app["headers"], 204)
    refused("POST", APP_DOOR, app["headers"], 410, "gone", json={"facts": FACTS})
    refused("DELETE", f"{REGISTER}/self", app["headers"], 410, "gone")


@pytest.fixture
def ordered(enroll, graph, check_in):
    """A device with two orders: the first was handed out, the second was not."""
    device = enroll()
    path = f"deviceManagement/managedDevices/{device['id']}"
    graph("POST", f"{path}/syncDevice", status=204)
    device["order"] = check_in(device)["orders"][0]["id"]
    graph("POST", f"{path}/remoteLock", status=204)
    return device


def results(*ids: str) -> dict:
    told = [{"id": each, "status": "done", "detail": "CANARY"} for each in ids]
    return {"results": told, "facts": FACTS}


def test_a_result_that_is_sent_again_is_a_conflict(refused, check_in, ordered):
    check_in(ordered, results=results(ordered["order"])["results"])
    body = results(ordered["order"])
    refused("POST", DEVICE_DOOR, ordered["headers"], 409, "conflict", json=body)


def test_one_result_twice_in_a_body_is_a_conflict(refused, ordered):
    body = results(ordered["order"], ordered["order"])
    refused("POST", DEVICE_DOOR, ordered["headers"], 409, "conflict", json=body)


def test_another_devices_order_is_not_found(refused, enroll, register, ordered):
    body = results(ordered["order"])
    refused("POST", DEVICE_DOOR, enroll()["headers"], 404, "notFound", json=body)
    refused("POST", APP_DOOR, register()["headers"], 404, "notFound", json=body)


def test_a_good_result_beside_an_unknown_one_is_not_taken(refused, ordered):
    body = results(ordered["order"], UNKNOWN)
    refused("POST", DEVICE_DOOR, ordered["headers"], 404, "notFound", json=body)


def test_an_order_that_was_not_handed_out_has_no_result(refused, ordered, table):
    [waiting] = [each["id"] for each in table("orders") if each["state"] == "pending"]
    body = results(waiting)
    refused("POST", DEVICE_DOOR, ordered["headers"], 409, "conflict", json=body)
