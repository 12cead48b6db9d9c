"""Pages: how large they are, the links between them, and that nothing is missed or shown twice."""

import base64
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

DEVICES = "/v1.0/deviceManagement/managedDevices"
APPS = "deviceAppManagement/mobileApps"


def token(keys) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(keys)).decode().rstrip("=")


@pytest.mark.parametrize(("top", "number"), [("1", 1), ("3", 3), ("1000", 5), ("5000", 5)])
def test_top_is_the_size_of_a_page(library, top, number):
    answer = library.get(DEVICES, **{"$top": top}).json
    assert len(answer["value"]) == number
    assert ("@odata.nextLink" in answer) == (number < 5)


def test_a_full_last_page_has_no_next_link(library):
    assert "@odata.nextLink" not in library.get(DEVICES, **{"$top": "5"}).json


def test_top_zero_shows_no_object(library):
    answer = library.get(DEVICES, **{"$top": "0", "$count": "true"}).json
    assert (answer["value"], answer["@odata.count"]) == ([], 5)


@pytest.mark.parametrize(("skip", "letters"), [("0", "ABCDE"), ("2", "CDE"), ("9", "")])
def test_skip_leaves_out_the_first(library, skip, letters):
    assert library.letters(library.get(DEVICES, **{"$skip": skip})) == letters


# fmt: off
JOURNEYS = (
    {},
    {"$orderby": "deviceName"},
    {"$orderby": "deviceName desc"},
    {"$orderby": "managedDeviceOwnerType"},
    {"$orderby": "managedDeviceOwnerType desc,deviceName asc"},
    {"$orderby": "totalStorageSpaceInBytes"},
    {"$orderby": "isEncrypted"},
    {"$orderby": "enrolledDateTime desc"},
    {"$orderby": "imei"},
    {"$filter": "deviceName ne null and deviceName ne 'Alpha'"},
    {"$filter": "contains(deviceName,'''')  or osVersion eq '17.1'", "$orderby": "osVersion desc"},
    {"$select": "deviceName", "$orderby": "osVersion"},
    {"$skip": "1"},
    {"$skip": "2", "$orderby": "deviceName"},
)
# fmt: on


@pytest.mark.parametrize("options", JOURNEYS, ids=range(len(JOURNEYS)))
@pytest.mark.parametrize("top", [1, 2, 3])
def test_following_next_links_visits_everything_once_and_in_order(library, options, top):
    whole = library.letters(library.get(DEVICES, **options))
    page, seen = library.get(DEVICES, **options, **{"$top": top}), ""
    while True:
        seen += library.letters(page)
        link = page.json.get("@odata.nextLink")
        if link is None or len(seen) > len(whole):
            break
        page = library.get(link)
    assert seen == whole


def test_a_next_link_is_absolute_from_the_host_that_was_asked(library):
    base = "https://graph.example:8443"
    link = library.get(DEVICES, base_url=base, **{"$top": "1", "$filter": "id ne ''"}).json[
        "@odata.nextLink"
    ]
    parts = urlsplit(link)
    assert (f"{parts.scheme}://{parts.netloc}", parts.path) == (base, DEVICES)
    kept = parse_qs(parts.query)
    assert (kept["$top"], kept["$filter"]) == (["1"], ["id ne ''"])


@pytest.mark.parametrize(
    "text",
    ["CANARY", "=", "é", "A", token({}), token([]), token([1, 2]), token([None]), token([["x"]]),
     token([{}]), "W10=W10=", "A" * 5000],
)  # fmt: skip
def test_a_tampered_skiptoken_is_refused(library, text):
    answer = library.get(DEVICES, 400, **{"$skiptoken": text})
    assert answer.json["error"]["message"] == "Invalid $skiptoken."


@pytest.mark.parametrize(
    "keys", [[2**63, "x"], [-(2**63) - 1.5, "x"], [1e300, "x"], ["x", 1], [True, False]]
)
def test_a_skiptoken_with_other_values_breaks_nothing(library, keys):
    options = {"$orderby": "totalStorageSpaceInBytes", "$skiptoken": token(keys)}
    library.get(DEVICES, 200, 400, **options)


def test_a_next_link_repeats_every_option_as_it_came(library):
    asked = "$TOP=2&$OrderBy=deviceName%20desc&_=176&CANARY=x%26y&$Skip=1&$Count=true"
    first = library.get(f"{DEVICES}?{asked}")
    query = urlsplit(first.json["@odata.nextLink"]).query
    kept = parse_qs(query)
    assert kept.pop("$skiptoken")
    assert kept == parse_qs(asked)
    second = library.get(first.json["@odata.nextLink"])
    assert library.letters(first) + library.letters(second) == "BCAD"


def test_the_number_in_all_is_told_on_the_first_page_alone(library):
    first = library.get(DEVICES, **{"$count": "true", "$top": "3"}).json
    second = library.get(first["@odata.nextLink"]).json
    assert (first["@odata.count"], "@odata.count" in second) == (5, False)


def test_a_page_has_as_few_objects_as_the_client_prefers(client, admin):
    prefer = {**admin, "Prefer": "odata.maxpagesize=2"}
    everyone = client.get("/v1.0/users", headers=admin).json["value"]
    first = client.get("/v1.0/users", headers=prefer)
    assert first.headers["Preference-Applied"] == "odata.maxpagesize=2"
    assert first.json["value"] == everyone[:2]
    second = client.get(first.json["@odata.nextLink"], headers=prefer)
    assert second.json["value"] == everyone[2:4]


def test_pages_show_every_object_once_though_others_come_and_go(graph):
    def add(name):
        app = {"@odata.type": "#microsoft.graph.iosStoreApp", "displayName": name}
        return graph("POST", APPS, {**app, "publisher": "x"}, 201)["id"]

    ids = {name: add(name) for name in ("b", "d", "f", "h", "j")}
    page = graph("GET", f"{APPS}?$orderby=displayName&$top=2")
    seen = [each["displayName"] for each in page["value"]]
    for name in ("a", "c", "e", "i"):
        add(name)
    graph("DELETE", f"{APPS}/{ids['b']}", status=204)
    graph("DELETE", f"{APPS}/{ids['d']}", status=204)
    while "@odata.nextLink" in page:
        page = graph("GET", page["@odata.nextLink"].removeprefix("http://localhost"))
        assert page["value"]
        seen += [each["displayName"] for each in page["value"]]
    assert seen == ["b", "d", "e", "f", "h", "i", "j"]
