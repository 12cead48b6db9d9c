"""Query options and the forms of a path, as clients write them."""

import pytest

from mdm_sim import tenant

DEVICES = "/v1.0/deviceManagement/managedDevices"
BETA = "/beta/deviceManagement/managedDevices"
CONTEXT = "http://localhost/v1.0/$metadata#deviceManagement/managedDevices"
BO = tenant.USERS[0].upn


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
        selected = library.get(path, **{"$select": name}).json["value"][0][name]
        assert selected == value or value is None  # some show when they are selected alone
        statuses = {200} if isinstance(value, (str, int, float)) else {200, 400}
        library.get(path, *statuses, **{"$orderby": name})
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
