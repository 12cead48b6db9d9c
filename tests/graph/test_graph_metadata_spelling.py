"""Wide numbers as text, and members of enumerations that came late, for those who ask."""

import pytest

from mdm_sim import tenant
from mdm_sim.app import create_app
from mdm_sim.graph.edm.model import model

POLICIES = "/v1.0/identity/conditionalAccess/policies"
DEVICES = "/v1.0/deviceManagement/managedDevices"
ACCESS = {
    "displayName": "linux",
    "state": "disabled",
    "conditions": {
        "applications": {"includeApplications": ["All"]},
        "users": {"includeUsers": ["All"]},
        "clientAppTypes": ["all"],
        "platforms": {"includePlatforms": ["iOS", "linux"]},
    },
    "grantControls": {"operator": "OR", "builtInControls": ["block"]},
}


@pytest.fixture
def ask(settings, sign_in):
    """Ask as the development application, or with a token that headers bring."""
    app = create_app(settings)
    client, application = app.test_client(), sign_in()

    def asked(method, path, json=None, **headers):
        answer = client.open(path, method=method, headers={**application, **headers}, json=json)
        assert answer.status_code < 300, answer.text
        return answer

    yield asked
    app.extensions["mdm_sim"].store.close()


@pytest.mark.parametrize("level", ["full", "minimal", "none"])
def test_a_caller_whose_numbers_are_doubles_gets_wide_ones_as_text(ask, sign_in, level):
    person = sign_in(tenant.USERS[0].upn)
    enrolled = {"platform": "ios", "facts": {"totalStorageSpaceInBytes": 64_000},
                "enrollmentType": "deviceEnrollmentManager"}  # fmt: skip
    ask("POST", "/mdm/v1/enrollments", enrolled, **person)
    url, accept = f"{DEVICES}?$count=true", f"application/json; odata.metadata={level}"
    usual = ask("GET", url, Accept=accept)
    wide = ask("GET", url, Accept=f"{accept}; IEEE754Compatible=true")
    told = f"odata.metadata={level};odata.streaming=true;IEEE754Compatible=true"
    assert told in wide.content_type
    (device,), (before,) = wide.json["value"], usual.json["value"]
    assert (wide.json["@odata.count"], usual.json["@odata.count"]) == ("1", 1)
    kinds = model("v1.0").types["managedDevice"].properties
    changed = {name for name in device if device[name] != before[name]}
    assert changed == {name for name in before if kinds.get(name) and kinds[name].kind == "Int64"}
    assert device["totalStorageSpaceInBytes"] == "64000"


@pytest.mark.parametrize(
    ("version", "prefer", "shown"),
    [
        ("v1.0", None,                           ["iOS", "unknownFutureValue"]),
        ("v1.0", "include-unknown-enum-members", ["iOS", "linux"]),
        ("v1.0", "return=minimal, Include-Unknown-Enum-Members", ["iOS", "linux"]),
        ("beta", None,                           ["iOS", "linux"]),
    ],
)  # fmt: skip
def test_late_members_of_an_enumeration_are_shown_to_those_who_ask(ask, version, prefer, shown):
    ask("POST", POLICIES, ACCESS)
    headers = {"Prefer": prefer} if prefer else {}
    (policy,) = ask("GET", POLICIES.replace("v1.0", version), **headers).json["value"]
    assert policy["conditions"]["platforms"]["includePlatforms"] == shown
    # Other members, and text that reads the same, are left alone.
    assert policy["displayName"] == "linux"
    assert policy["grantControls"]["builtInControls"] == ["block"]
