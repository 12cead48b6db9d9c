"""`quirks=intune`: a service that answers queries as Intune is reported to."""

import pytest
from graph.conftest import LIBRARY, token

from mdm_sim import tenant
from mdm_sim.app import create_app
from mdm_sim.settings import Settings

DEVICES = "/beta/deviceManagement/managedDevices"

# fmt: off
FOUND = (
    ("deviceName eq 'Alpha'",                                       "A"),
    ("deviceName ne 'Alpha'",                                       "A"),
    ("startswith(deviceName,'ph')",                                 "A"),
    ("endswith(deviceName,'ph')",                                   ""),
    ("deviceName eq 'Alpha' or deviceName eq 'beta'",               "AB"),
    ("deviceName eq 'Alpha' or osVersion eq '9'",                   ""),
    ("deviceName eq 'Alpha' or osVersion eq '17.1'",                "A"),
    ("(deviceName eq 'Alpha' or osVersion eq '17.1') and true",     "A"),
    ("nothing eq 'x'",                                              "ABCDE"),
    ("contains(nothing,'x')",                                       "ABCDE"),
    ("deviceName eq 'Alpha' and nothing eq 5",                      "A"),
    ("deviceActionResults eq 'x'",                                  "ABCDE"),
)
# fmt: on


@pytest.fixture(scope="module")
def quirky(prepared, tmp_path_factory):
    """A service with Intune's oddities and the library's devices."""
    url = prepared.copy(tmp_path_factory.mktemp("quirky"))
    app = create_app(Settings(url, quirks=frozenset({"intune"})))
    client = app.test_client()
    secret = {"grant_type": "client_credentials", "client_secret": tenant.CLIENT_SECRET}
    application = token(client, **secret)
    person = {"username": tenant.USERS[0].upn, "password": tenant.PASSWORD}
    user = token(client, grant_type="password", **person)
    letters = {}
    for letter, (platform, kind, facts) in LIBRARY.items():
        body = {"platform": platform, "enrollmentType": kind, "facts": facts}
        answer = client.post("/mdm/v1/enrollments", headers=user, json=body)
        letters[answer.json["id"]] = letter

    def get(url=DEVICES, status=200, **options):
        named = {f"${name}": value for name, value in options.items()}
        answer = client.get(url, headers=application, query_string=named)
        assert answer.status_code == status, answer.text
        return answer.json

    def found(answer):
        return "".join(sorted(letters[each["id"]] for each in answer["value"]))

    yield get, found
    app.extensions["mdm_sim"].store.close()


@pytest.mark.parametrize(("text", "letters"), FOUND)
def test_a_filter_finds_what_intune_makes_of_it(quirky, text, letters):
    get, found = quirky
    assert found(get(filter=text)) == letters


def test_a_list_of_devices_tells_the_number_on_the_page(quirky):
    get, _ = quirky
    assert get(top="2")["@odata.count"] == 2
    assert get()["@odata.count"] == 5


def test_what_is_no_filter_is_refused_all_the_same(quirky):
    get, _ = quirky
    get(status=400, filter="deviceName eq")


def test_the_directory_has_no_such_oddities(quirky):
    get, _ = quirky
    first, *others = get("/beta/users")["value"]
    found = get("/beta/users", filter=f"id ne '{first['id']}'")
    assert found["value"] == others
    assert "@odata.count" not in found
    get("/beta/users", 400, filter="nothing eq 'x'")
