"""What the token endpoint takes and refuses, as tables; and that a refusal quotes nothing."""

from base64 import b64encode

import pytest
from entra.conftest import APP, DEFAULT, USER, Asking, claims
from flask.testing import FlaskClient

from mdm_sim import tenant
from mdm_sim.entra.errors import REFUSALS

REFRESH = {"grant_type": "refresh_token", "refresh_token": "none", "client_id": tenant.CLIENT_ID}
TOKEN = f"/{tenant.TENANT_ID}/oauth2/v2.0/token"
SOMEBODY = "5f1d0000-0000-4000-8000-0000000000c9"
CANARY = "canary-5e1f"

# fmt: off
REFUSED = (
    # form, change, status, error, number
    (APP,     {"grant_type": None},           400, "invalid_request",        900144),
    (APP,     {"grant_type": ""},             400, "invalid_request",        900144),
    (APP,     {"grant_type": "implicit"},     400, "unsupported_grant_type", 70003),
    (APP,     {"grant_type": "Password"},     400, "unsupported_grant_type", 70003),
    (APP,     {"client_id": None},            400, "invalid_request",        900144),
    (APP,     {"client_id": SOMEBODY},        400, "unauthorized_client",    700016),
    (APP,     {"client_secret": "wrong"},     401, "invalid_client",         7000215),
    (APP,     {"client_secret": None},        401, "invalid_client",         7000218),
    (APP,     {"client_secret": ""},          401, "invalid_client",         7000218),
    (APP,     {"client_secret": None, "client_assertion": "a.b.c"}, 401, "invalid_client", 700027),
    (APP,     {"scope": None},                400, "invalid_request",        900144),
    (APP,     {"scope": " "},                 400, "invalid_scope",          70011),
    (APP,     {"scope": "User.Read"},         400, "invalid_scope",          70011),
    (APP,     {"scope": f"{DEFAULT} openid"}, 400, "invalid_scope",          70011),
    (APP,     {"scope": "https://vault.azure.net/.default"}, 400, "invalid_scope", 70011),
    (USER,    {"client_secret": "wrong"},     401, "invalid_client",         7000215),
    (USER,    {"username": None},             400, "invalid_request",        900144),
    (USER,    {"password": None},             400, "invalid_request",        900144),
    (USER,    {"scope": None},                400, "invalid_request",        900144),
    (USER,    {"password": "wrong"},          400, "invalid_grant",          50126),
    (USER,    {"username": "nobody@mdmsim.example"}, 400, "invalid_grant",   50126),
    (USER,    {"username": "a\0b"},           400, "invalid_grant",          50126),
    (USER,    {"scope": "Mail.Send"},         400, "invalid_scope",          70011),
    (USER,    {"scope": f"{DEFAULT} User.Read"}, 400, "invalid_scope",       70011),
    (REFRESH, {},                             400, "invalid_grant",          70000),
    (REFRESH, {"refresh_token": None},        400, "invalid_request",        900144),
)

GRAPH_SCOPES = (
    # scope, why
    ("https://graph.microsoft.com/.default",                  "Graph's own name"),
    ("https://graph.microsoft.com//.default",                 "a resource that ends in a slash"),
    ("https://localhost/.default",                            "as SDKs derive it, without a port"),
    ("https://LOCALHOST/.Default",                            "names have no case"),
    ("00000003-0000-0000-c000-000000000000/.default",         "Graph's application"),
    (".default",                                              "Graph where none is named"),
)

ANSWERED = (
    # asked, scp, scope
    ("User.Read", "User.Read", "User.Read"),
    ("user.read", "User.Read", "User.Read"),
    ("User.Read offline_access openid profile", "User.Read openid profile",
     "User.Read openid profile"),
    ("https://graph.microsoft.com/User.Read", "User.Read", "https://graph.microsoft.com/User.Read"),
    ("DeviceManagementApps.Read.All", "DeviceManagementApps.Read.All",
     "DeviceManagementApps.Read.All"),
)

ALIASES = (
    # tenant in the path, form, number or None
    (tenant.DOMAIN,            APP,  None),
    (tenant.TENANT_ID.upper(), APP,  None),
    ("unknown",                APP,  90002),
    ("common",                 APP,  50194),
    ("organizations",          APP,  50194),
    ("organizations",          USER, None),
    ("common",                 USER, 9001023),
    ("consumers",              USER, 9001023),
)
# fmt: on


@pytest.mark.parametrize(("form", "change", "status", "error", "number"), REFUSED)
def test_what_is_refused_and_how(
    ask: Asking,
    form: dict[str, str],
    change: dict[str, str | None],
    status: int,
    error: str,
    number: int,
) -> None:
    answer = ask(form, **change)
    assert (answer.status_code, answer.json["error"]) == (status, error)
    assert answer.json["error_codes"] == [number]
    assert answer.json["error_description"].startswith(f"AADSTS{number}: ")


@pytest.mark.parametrize(("scope", "_why"), GRAPH_SCOPES)
def test_these_scopes_all_mean_graph(ask: Asking, scope: str, _why: str) -> None:
    assert ask(APP, scope=scope).status_code == 200


@pytest.mark.parametrize("scope", ["https://10.1.2.3/.default", "https://10.1.2.3:7443/.default"])
def test_the_address_that_was_called_means_graph(client: FlaskClient, scope: str) -> None:
    form = APP | {"scope": scope}
    assert client.post(TOKEN, data=form, base_url="https://10.1.2.3:7443").status_code == 200
    assert client.post(TOKEN, data=form).json["error_codes"] == [70011]


@pytest.mark.parametrize(("asked", "scp", "scope"), ANSWERED)
def test_a_token_carries_what_was_asked(ask: Asking, asked: str, scp: str, scope: str) -> None:
    answer = ask(USER, scope=asked).json
    assert claims(answer["access_token"])["scp"] == scp
    assert answer["scope"] == scope


def test_default_is_answered_with_its_resource(ask: Asking) -> None:
    words = ask(USER, scope="https://localhost/.default openid").json["scope"].split()
    assert {"https://localhost/.default", "https://localhost/User.Read", "openid"} <= set(words)


@pytest.mark.parametrize(("where", "form", "number"), ALIASES)
def test_which_tenants_a_path_may_name(
    ask: Asking, where: str, form: dict[str, str], number: int | None
) -> None:
    answer = ask(form, where)
    assert answer.json.get("error_codes") == (number and [number])


def basic(name: str, secret: str) -> dict[str, str]:
    """The header of HTTP Basic."""
    return {"Authorization": "Basic " + b64encode(f"{name}:{secret}".encode()).decode()}


# fmt: off
BASIC = (
    # secret in the header, change to the form, number or None
    (tenant.CLIENT_SECRET, {},                                      None),
    ("mdm-sim%7EDevelopment%7ESecret%7E1", {},                      None),
    (tenant.CLIENT_SECRET, {"client_id": tenant.CLIENT_ID},         None),
    ("wrong",              {},                                      7000215),
    ("",                   {},                                      7000218),
    (tenant.CLIENT_SECRET, {"client_secret": tenant.CLIENT_SECRET}, 9002313),
    (tenant.CLIENT_SECRET, {"client_id": SOMEBODY},                 9002313),
)
# fmt: on


@pytest.mark.parametrize(("secret", "change", "number"), BASIC)
def test_a_client_may_use_http_basic(
    client: FlaskClient, secret: str, change: dict[str, str], number: int | None
) -> None:
    form = {"grant_type": "client_credentials", "scope": DEFAULT} | change
    answer = client.post(TOKEN, data=form, headers=basic(tenant.CLIENT_ID, secret))
    assert answer.json.get("error_codes") == (number and [number])


def test_a_client_that_failed_by_header_is_told_which_scheme(client: FlaskClient) -> None:
    for header in (basic(tenant.CLIENT_ID, "wrong"), {"Authorization": "Basic ####"}):
        answer = client.post(TOKEN, data={"grant_type": "client_credentials"}, headers=header)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")


def test_answers_are_not_to_be_cached(ask: Asking) -> None:
    for answer in (ask(APP), ask(APP, client_secret="wrong")):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Pragma"] == "no-cache"


@pytest.mark.parametrize("name", ["scope", "client_id", "resource"])
def test_a_parameter_may_come_once_only(client: FlaskClient, name: str) -> None:
    answer = client.post(TOKEN, data={**APP, name: ["a", "b"]})
    assert (answer.status_code, answer.json["error_codes"]) == (400, [9002313])


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data", ""])
def test_another_content_type_holds_no_parameters(client: FlaskClient, kind: str) -> None:
    answer = client.post(TOKEN, data=b"grant_type=password", content_type=kind)
    assert (answer.status_code, answer.json["error_codes"]) == (400, [900144])


def test_parameters_of_the_query_do_not_count(client: FlaskClient) -> None:
    answer = client.post(TOKEN, query_string=APP, data={"client_info": "1"})
    assert answer.json["error_codes"] == [900144]


def test_a_form_that_is_too_large_is_refused(ask: Asking) -> None:
    answer = ask(APP, padding="x" * 70_000)
    assert (answer.status_code, answer.json["error"]) == (413, "invalid_request")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_only_post_is_taken(client: FlaskClient, method: str) -> None:
    answer = client.open(TOKEN, method=method)
    assert (answer.status_code, answer.json["error_codes"]) == (405, [900561])
    assert answer.headers["Allow"] == "POST"


def test_bytes_that_are_no_text_are_refused(client: FlaskClient) -> None:
    body = b"grant_type=password&client_id=\xff\xfe&username=%ff&password=%00"
    kind = "application/x-www-form-urlencoded"
    assert client.post(TOKEN, data=body, content_type=kind).status_code == 400


def test_claims_and_what_is_unknown_are_passed_over(ask: Asking) -> None:
    assert ask(APP, claims='{"access_token":{}}', x_client="1").status_code == 200


@pytest.mark.parametrize("form", [APP, USER, REFRESH], ids=["app", "user", "refresh"])
@pytest.mark.parametrize(
    "name",
    [
        *("grant_type", "client_id", "client_secret", "scope"),
        *("username", "password", "refresh_token", "client_assertion"),
    ],
)
def test_a_refusal_quotes_nothing_that_was_sent(
    ask: Asking, caplog: pytest.LogCaptureFixture, form: dict[str, str], name: str
) -> None:
    sent = form | {name: CANARY, "client_info": CANARY}
    for answer in (ask(sent), ask(sent, CANARY), ask(sent | {"scope": CANARY})):
        assert CANARY not in answer.text
    assert CANARY not in caplog.text


def test_an_unknown_user_and_a_wrong_password_read_the_same(ask: Asking) -> None:
    unknown, wrong = ask(USER, username="nobody"), ask(USER, password="wrong")
    texts = {answer.json["error_description"].partition(" Trace")[0] for answer in (unknown, wrong)}
    assert len(texts) == 1
    assert set(unknown.json) == set(wrong.json)


@pytest.mark.parametrize("given", [SOMEBODY, CANARY])
def test_a_refusal_is_known_by_the_callers_guid(client: FlaskClient, given: str) -> None:
    answer = client.post(TOKEN, headers={"client-request-id": given}).json
    assert (answer["correlation_id"] == given) is (given == SOMEBODY)
    assert f"Trace ID: {answer['trace_id']} " in answer["error_description"]
    assert answer["error_description"].endswith(f"Timestamp: {answer['timestamp']}")


def test_every_refusal_has_an_oauth_status() -> None:
    assert {refusal.status for refusal in REFUSALS.values()} <= {400, 401, 405, 413}
