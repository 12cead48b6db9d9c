"""Discovery: configurations, keys and the instance, at the address that was called."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from mdm_sim import tenant

ID = tenant.TENANT_ID
CONFIGURATION = ".well-known/openid-configuration"
HERE = "https://localhost:8443"

# fmt: off
CONFIGURATIONS = (
    # path, tenant in its URLs, issuer; v2.0 where the path says so
    (f"/{ID}/v2.0",            ID,              f"{HERE}/{ID}/v2.0"),
    (f"/{ID.upper()}/v2.0",    ID,              f"{HERE}/{ID}/v2.0"),
    (f"/{tenant.DOMAIN}/v2.0", ID,              f"{HERE}/{ID}/v2.0"),
    ("/common/v2.0",           "common",        f"{HERE}/{{tenantid}}/v2.0"),
    ("/organizations/v2.0",    "organizations", f"{HERE}/{{tenantid}}/v2.0"),
    ("/consumers/v2.0",        "consumers", f"{HERE}/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0"),
    (f"/{ID}",                 ID,              f"https://sts.windows.net/{ID}/"),
    ("/common",                "common",        "https://sts.windows.net/{tenantid}/"),
)

ENDPOINTS = (
    ("token_endpoint",                "token"),
    ("authorization_endpoint",        "authorize"),
    ("device_authorization_endpoint", "devicecode"),
    ("end_session_endpoint",          "logout"),
)

INSTANCES = (
    # authorization endpoint, is it this cloud
    (f"{HERE}/{ID}/oauth2/v2.0/authorize",                         True),
    (f"https://login.microsoftonline.com/{ID}/oauth2/authorize",   True),
    (f"https://login.windows.net/{ID}/oauth2/authorize",           True),
    (f"https://login.example/{ID}/oauth2/authorize",               False),
    (f"http://localhost/{ID}/oauth2/authorize",                    False),
    ("https://localhost/",                                         False),
    ("https://localhost/a\"b/oauth2",                              False),
    ("https://[/",                                                 False),
    ("",                                                           False),
)
# fmt: on


def get(client: FlaskClient, path: str, **query: str) -> Any:
    """The JSON at a path of this service's address."""
    return client.get(path, base_url=HERE, query_string=query).json


@pytest.mark.parametrize(("path", "where", "issuer"), CONFIGURATIONS)
def test_a_configuration_leads_back_to_the_address_that_was_called(
    client: FlaskClient, path: str, where: str, issuer: str
) -> None:
    found = get(client, f"{path}/{CONFIGURATION}")
    assert found["issuer"] == issuer
    version = "v2.0/" if path.endswith("/v2.0") else ""
    for name, end in ENDPOINTS:
        assert found[name] == f"{HERE}/{where}/oauth2/{version}{end}"
    assert found["userinfo_endpoint"] == f"{HERE}/oidc/userinfo"
    assert found["jwks_uri"].startswith(f"{HERE}/{where}/discovery/")
    assert get(client, found["jwks_uri"].removeprefix(HERE))["keys"]


def test_behind_a_proxy_the_urls_are_microsofts(client: FlaskClient) -> None:
    base = "https://login.microsoftonline.com"
    found = client.get(f"/{ID}/v2.0/{CONFIGURATION}", base_url=base).json
    assert found["token_endpoint"] == f"{base}/{ID}/oauth2/v2.0/token"
    assert found["msgraph_host"] == "graph.microsoft.com"
    assert found["userinfo_endpoint"] == "https://graph.microsoft.com/oidc/userinfo"


@pytest.mark.parametrize("path", [f"v2.0/{CONFIGURATION}", CONFIGURATION, "discovery/v2.0/keys"])
def test_an_unknown_tenant_is_told_so_and_not_quoted(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/contoso.example/{path}")
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_tenant")
    assert answer.json["error_codes"] == [90002]
    assert "contoso" not in answer.text


@pytest.mark.parametrize("path", ["common/discovery/v2.0/keys", f"{ID}/discovery/keys"])
def test_keys_are_published_without_their_private_parts(client: FlaskClient, path: str) -> None:
    (key,) = get(client, f"/{path}")["keys"]
    assert set(key) == {"kty", "use", "alg", "kid", "n", "e"}


@pytest.mark.parametrize(("endpoint", "is_ours"), INSTANCES)
def test_which_authorities_are_this_cloud(
    client: FlaskClient, endpoint: str, is_ours: bool
) -> None:
    found = get(client, "/common/discovery/instance", authorization_endpoint=endpoint)
    where = f"{HERE}/{ID}/v2.0/{CONFIGURATION}"
    assert found.get("tenant_discovery_endpoint") == (where if is_ours else None)
    assert found.get("error") == (None if is_ours else "invalid_instance")


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_an_instance_has_its_aliases(client: FlaskClient, version: str) -> None:
    query = {"api-version": version, "authorization_endpoint": f"{HERE}/common/oauth2/authorize"}
    found = get(client, "/common/discovery/instance", **query)
    microsoft, own = found["metadata"]
    assert microsoft["preferred_network"] in microsoft["aliases"]
    assert own["aliases"] == ["localhost:8443", "localhost"]
    assert found["api-version"] == version


def test_another_version_of_the_instance_is_refused(client: FlaskClient) -> None:
    answer = client.get("/common/discovery/instance", query_string={"api-version": "9"})
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")


def test_the_realm_tells_of_the_domain_and_not_of_the_user(client: FlaskClient) -> None:
    known = get(client, f"/common/userrealm/{tenant.ADMIN.upn}")
    assert known == get(client, f"/common/userrealm/nobody@{tenant.DOMAIN}")
    assert known["account_type"] == "Managed"
    assert get(client, "/common/userrealm/a@b.example")["account_type"] == "Unknown"


@pytest.mark.parametrize("host", ["a b", '"', "[::1", "localhost:99999999"])
def test_an_address_that_is_none_is_refused(client: FlaskClient, host: str) -> None:
    answer = client.get(f"/common/v2.0/{CONFIGURATION}", headers={"Host": host})
    assert (answer.status_code, answer.json["error_codes"]) == (400, [9002313])
