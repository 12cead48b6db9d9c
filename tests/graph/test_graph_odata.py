"""Query options, paging and the forms of a path, as clients write them."""

import base64
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from mdm_sim import tenant

DEVICES = "/v1.0/deviceManagement/managedDevices"
BETA = "/beta/deviceManagement/managedDevices"
CONTEXT = "http://localhost/v1.0/$metadata#deviceManagement/managedDevices"
APPS = "deviceAppManagement/mobileApps"
BO = tenant.USERS[0].upn


def token(keys) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(keys)).decode().rstrip("=")


def test_select_gives_those_properties_in_that_order_after_the_id(library):
    answer = library.get(DEVICES, **{"$select": "osVersion,DEVICENAME"}).json
    assert [*answer["value"][0]] == ["id", "osVersion", "deviceName"]
    assert answer["@odata.context"] == f"{CONTEXT}(id,osVersion,deviceName)"


def test_select_works_on_one_object(library):
    answer = library.get(f"{DEVICES}/{library.ids['A']}", **{"$select": "deviceName"}).json
    assert answer == {
        "@odata.context": f"{CONTEXT}(id,deviceName)/$entity",
        "id": library.ids["A"],
        "deviceName": "Alpha",
    }


@pytest.mark.parametrize("version", ["v1.0", "beta"])
def test_every_property_that_is_shown_can_be_selected_filtered_and_sorted(library, version):
    path = f"/{version}/deviceManagement/managedDevices"
    for name, value in library.get(path).json["value"][0].items():
        assert library.get(path, **{"$select": name}).json["value"][0][name] == value
        library.get(path, 400 if isinstance(value, list) else 200, **{"$orderby": name})
        library.get(path, **{"$filter": f"{name} eq null"})


@pytest.mark.parametrize(
    ("order", "letters"),
    [
        ("deviceName",                        "DACBE"),
        ("deviceName asc",                    "DACBE"),
        ("deviceName desc",                   "EBCAD"),
        ("DeviceName DESC",                   "EBCAD"),
        ("managedDeviceOwnerType,deviceName", "ACDBE"),
        ("managedDeviceOwnerType desc,deviceName asc", "DBEAC"),
        ("totalStorageSpaceInBytes desc,deviceName", "ABDCE"),
        ("length(deviceName) desc,id",        "CEABD"),
    ],
)  # fmt: skip
def test_orderby_sorts_with_a_missing_value_as_the_smallest(library, order, letters):
    assert library.letters(library.get(DEVICES, **{"$orderby": order})) == letters


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


@pytest.mark.parametrize("count", ["true", "True"])
def test_count_tells_how_many_there_are_in_all(library, count):
    answer = library.get(DEVICES, **{"$count": count, "$top": "2"}).json
    assert [*answer] == ["@odata.context", "@odata.count", "@odata.nextLink", "value"]
    assert answer["@odata.count"] == 5


def test_count_is_not_told_unasked_by_false(library):
    assert "@odata.count" not in library.get(DEVICES, **{"$count": "false"}).json


def test_the_count_segment_is_plain_text(library):
    answer = library.get(f"{DEVICES}/$count")
    assert (answer.text, answer.mimetype) == ("5", "text/plain")


@pytest.mark.parametrize(
    "options",
    [
        {"$top": "-1"}, {"$top": "CANARY"}, {"$top": "1.5"}, {"$top": "²"}, {"$top": "9" * 12},
        {"$skip": "-1"}, {"$skip": "CANARY"}, {"$skip": "1e1"},
        {"$select": "CANARY"}, {"$select": "deviceName,CANARY"}, {"$orderby": "CANARY"},
        {"$orderby": "deviceName CANARY"}, {"$expand": "CANARY"}, {"$filter": "CANARY"},
    ],
)  # fmt: skip
def test_an_option_that_makes_no_sense_is_refused(library, options):
    answer = library.get(DEVICES, 400, **options)
    assert answer.json["error"]["code"] == "BadRequest"
    assert "CANARY" not in answer.text


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


def test_on_beta_options_need_no_dollar_sign(library):
    answer = library.get(BETA, top="2", filter="osVersion ne null", orderby="deviceName desc")
    assert library.letters(answer) == "EB"
    assert library.letters(library.get(answer.json["@odata.nextLink"])) == "CA"


def test_on_v1_options_without_a_dollar_sign_are_ignored(library):
    assert library.letters(library.get(DEVICES, top="2", filter="CANARY")) == "ABCDE"


@pytest.mark.parametrize("options", [{"_": "1760087442283"}, {"$CANARY": "x"}, {"CANARY": "x"}])
def test_unknown_options_are_ignored(library, options):
    assert library.letters(library.get(DEVICES, **options)) == "ABCDE"


def test_option_names_come_in_any_case(library):
    answer = library.get(DEVICES, **{"$TOP": "2", "$OrderBy": "deviceName"})
    assert library.letters(answer) == "DA"


@pytest.mark.parametrize(
    "path",
    [
        "/v1.0/devicemanagement/MANAGEDDEVICES",
        "/v1.0//deviceManagement/managedDevices",
        "/v1.0/deviceManagement//managedDevices//",
        "/v1.0/deviceManagement/managedDevices/",
        f"/v1.0/users/{BO}/managedDevices",
        f"/v1.0/Users('{BO}')/managedDevices",
        f"/v1.0/users/{BO.replace('@', '%40')}/managedDevices",
        f"/v1.0/users/{tenant.USERS[0].id}/managedDevices/",
        f"/v1.0/users/{BO.upper()}/managedDevices",
    ],
)
def test_a_collection_answers_to_every_form_of_its_path(library, path):
    assert library.letters(library.get(path)) == "ABCDE"


@pytest.mark.parametrize(
    "form", ["/{}", "('{}')", "({})", "/{}/", "//{}", "/{}?$select=id", "/{}/?$select=id"]
)
def test_an_object_answers_to_every_form_of_its_key(library, form):
    key = library.ids["B"]
    assert library.get(DEVICES + form.format(key)).json["id"] == key


def test_functions_take_parentheses_and_casts(library):
    events = "/v1.0/deviceManagement/auditEvents"
    for name in (
        "getAuditCategories",
        "getAuditCategories()",
        "microsoft.graph.getAuditCategories()",
    ):
        answer = library.get(f"{events}/{name}").json
        assert answer["@odata.context"].endswith("#Collection(Edm.String)")
        assert "Device" in answer["value"]


def test_contexts_name_the_collection_and_the_entity(library):
    assert library.get(DEVICES).json["@odata.context"] == CONTEXT
    one = library.get(f"{DEVICES}/{library.ids['A']}").json
    assert (one["@odata.context"], next(iter(one))) == (f"{CONTEXT}/$entity", "@odata.context")
    other = library.get("/beta/users", base_url="https://sim.example").json
    assert other["@odata.context"] == "https://sim.example/beta/$metadata#users"


def test_answers_carry_graphs_headers(client, admin):
    given = "11111111-2222-4333-8444-555555555555"
    answer = client.get(DEVICES, headers={**admin, "client-request-id": given})
    assert answer.headers["Content-Type"].startswith("application/json;odata.metadata=minimal")
    assert answer.headers["OData-Version"] == "4.0"
    assert answer.headers["client-request-id"] == given
    assert len(answer.headers["request-id"]) == 36


def test_an_error_has_graphs_envelope(client, admin):
    error = client.get(f"{DEVICES}/nothing", headers=admin)
    assert (error.status_code, error.json["error"]["code"]) == (404, "ResourceNotFound")
    inner = error.json["error"]["innerError"]
    assert inner.keys() == {"date", "request-id", "client-request-id"}
    assert inner["request-id"] == error.headers["request-id"]


@pytest.mark.parametrize(
    "query",
    [
        "$top=1&$top=2", "$top=1&$TOP=2", "$filter=&$top=1", "$filter=%20", "$orderby=", "$top=",
        "$skip=", "$count=", "$count=CANARY", "$format=CANARY", "$format=atom",
    ],
)  # fmt: skip
def test_an_option_twice_or_empty_or_of_another_form_is_refused(library, query):
    assert "CANARY" not in library.get(f"{DEVICES}?{query}", 400).text


@pytest.mark.parametrize(
    "query", ["$select=", "$expand=", "$skiptoken=", "$format=json", "$format=application/json"]
)
def test_some_options_may_be_empty_or_say_the_usual(library, query):
    assert library.letters(library.get(f"{DEVICES}?{query}")) == "ABCDE"


@pytest.mark.parametrize("prefix", ["?", "?&", "??"])
def test_stray_marks_before_an_option_are_passed_over(library, prefix):
    assert library.letters(library.get(f"{DEVICES}{prefix}$top=2")) == "AB"


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
