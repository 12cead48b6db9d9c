"""`$batch`: what it takes, in which order, what each part is answered, and what it refuses."""

import base64
import logging

import pytest

from mdm_sim import tenant

USER = tenant.USERS[0]
JSON = {"Content-Type": "application/json"}
GUID = "11111111-2222-4333-8444-555555555555"
NAME = {"displayName": "Batch"}


def request(number, url="users?$top=1", method="GET", **others):
    return {"id": number, "method": method, "url": url, **others}


def rename(number, name, **others):
    body = {"headers": JSON, "body": {"displayName": name}}
    return request(number, f"/users/{USER.upn}", "PATCH", **body, **others)


@pytest.fixture
def batch(client, admin):
    """Send parts as one batch and return their answers by id."""

    def sent(*parts, version="v1.0", status=200, headers=admin):
        answer = client.post(f"/{version}/$batch", headers=headers, json={"requests": parts})
        assert answer.status_code == status, answer.text
        if status != 200:
            return answer.json["error"]
        return {part["id"]: part for part in answer.json["responses"]}

    return sent


@pytest.mark.parametrize("version", ["v1.0", "beta"])
@pytest.mark.parametrize("url", ["users", "/users", "//users", "/users/", "USERS?$select=id"])
def test_a_part_is_answered_as_it_would_be_by_itself(client, admin, batch, version, url):
    part = batch(request("a", url), version=version)["a"]
    alone = client.get(f"/{version}/{url.lstrip('/')}", headers=admin)
    assert part["body"] == alone.json
    assert part["headers"]["Content-Type"] == alone.headers["Content-Type"]
    assert part["body"]["@odata.context"].startswith(f"http://localhost/{version}/")


def test_ids_are_numbers_or_texts_and_come_back_as_texts(batch):
    assert batch(request(1), request("2")).keys() == {"1", "2"}


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("users/nobody@x.example",                404),
        ("nothing",                               400),
        ("https://graph.microsoft.com/v1.0/users", 400),
        ("/v1.0/users",                           400),
        ("users?$top=x",                          400),
        ("$batch",                                405),
        ("deviceManagement/managedDevices/none",  404),
    ],
)  # fmt: skip
def test_a_part_that_fails_leaves_the_others_alone(batch, url, status):
    told = batch(request(1, url), request(2))
    assert (told["1"]["status"], told["2"]["status"]) == (status, 200)
    assert told["1"]["body"]["error"]["innerError"]["request-id"]
    assert told["1"]["headers"]["Content-Type"] == "application/json"


def test_a_batch_in_a_batch_is_refused(batch):
    inner = request(1, "/%24batch", "POST", headers=JSON, body={"requests": [request(1)]})
    told = batch(inner)["1"]
    assert (told["status"], told["body"]["error"]["code"]) == (400, "BadRequest")


def test_each_part_is_its_own_transaction_with_its_own_entry(batch, graph, table):
    told = batch(rename(1, "One"), rename(2, ""), rename(3, "Three"))
    assert [told[number]["status"] for number in "123"] == [204, 400, 204]
    assert (told["1"]["body"], told["1"]["headers"]["OData-Version"]) == (None, "4.0")
    assert graph("GET", f"users/{USER.upn}")["displayName"] == "Three"
    entries = [row["document"] for row in table("audit_events")]
    assert sum("Patch User" in entry for entry in entries) == 2


def test_parts_have_headers_of_their_own_and_the_outer_token(batch, client, admin):
    other = {"Authorization": "Bearer x", "Host": "CANARY.example", "X-Forwarded-Host": "CANARY"}
    full = {"Accept": "application/json;odata.metadata=full", "client-request-id": GUID}
    told = batch(request(1, headers=full), request(2, "nothing", headers={**other, **full}),
                 request(3, "nothing"))  # fmt: skip
    assert "odata.metadata=full" in told["1"]["headers"]["Content-Type"]
    inner = [told[number]["body"]["error"]["innerError"] for number in "23"]
    assert inner[0]["client-request-id"] == GUID != inner[1]["client-request-id"]
    assert inner[0]["request-id"] != inner[1]["request-id"]
    assert "CANARY" not in str(told)


def test_a_part_can_prefer_the_object_for_an_answer(batch):
    part = rename(1, "Shown")
    told = batch({**part, "headers": {**JSON, "Prefer": "return=representation"}})["1"]
    assert (told["status"], told["body"]["displayName"]) == (200, "Shown")
    assert told["headers"]["Preference-Applied"] == "return=representation"


def test_what_is_no_json_comes_in_base64(batch):
    headers = {"ConsistencyLevel": "eventual"}
    told = batch(request(1, "users/$count", headers=headers))["1"]
    assert told["headers"]["Content-Type"].startswith("text/plain")
    assert base64.b64decode(told["body"]).decode().isdigit()


def test_a_body_that_is_no_json_goes_as_base64(batch):
    media = {"Content-Type": "image/png"}
    told = batch(request(1, "users", "POST", headers=media, body=base64.b64encode(b"x").decode()))
    assert told["1"]["status"] == 415


def test_urls_may_be_percent_encoded_or_not(batch):
    upn = USER.upn
    told = batch(
        request(1, f"users?$filter=userPrincipalName%20eq%20'{upn}'"),
        request(2, f"users?$filter=userPrincipalName eq '{upn}'"),
        request(3, f"users/{upn.replace('@', '%40')}"),
    )
    found = [told["1"]["body"]["value"][0], told["2"]["body"]["value"][0], told["3"]["body"]]
    assert [each["userPrincipalName"] for each in found] == [upn] * 3
    odd = batch(rename(1, "Zoë Ünal"), request(2, "users?$filter=displayName eq 'Zoë Ünal'"))
    assert odd["2"]["body"]["value"][0]["displayName"] == "Zoë Ünal"


@pytest.mark.parametrize(
    ("after", "order"),
    [
        ({},                                    "123"),
        ({2: ["1"], 3: ["2"]},                  "123"),
        ({2: [1], 3: [1]},                      "123"),
        ({1: ["3"], 2: ["3"]},                  "312"),
        ({1: ["2"]},                            "231"),
    ],
)  # fmt: skip
def test_parts_run_after_what_they_depend_on(client, admin, after, order):
    parts = [request(n, **({"dependsOn": after[n]} if n in after else {})) for n in (1, 2, 3)]
    told = client.post("/v1.0/$batch", headers=admin, json={"requests": parts}).json["responses"]
    assert [part["id"] for part in told] == list(order)


@pytest.mark.parametrize(
    ("after", "statuses"),
    [({2: ["1"], 3: ["2"]}, [400, 424, 424]), ({2: ["1"], 3: ["1"]}, [400, 424, 424]),
     ({2: ["1"]}, [400, 424, 204]), ({}, [400, 204, 204])],
)  # fmt: skip
def test_what_depends_on_a_part_that_failed_is_not_run(batch, after, statuses):
    parts = [rename(1, ""), rename(2, "Two"), rename(3, "Three")]
    given = [
        part | ({"dependsOn": after[n]} if n in after else {}) for n, part in enumerate(parts, 1)
    ]
    told = batch(*given)
    assert [told[number]["status"] for number in "123"] == statuses
    if 424 in statuses:
        assert told["2"]["body"]["error"]["code"] == "FailedDependency"


TWICE = (request("CANARY"), request("CANARY"))
REFUSED = {
    "none": (),
    "too many": tuple(request(number) for number in range(21)),
    "the same id": TWICE,
    "the same id as number and text": (request(1), request("1")),
    "no id": ({"method": "GET", "url": "users"},),
    "an id of another type": (request(True),),
    "a long id": (request("CANARY" * 20),),
    "no method": ({"id": "CANARY", "url": "users"},),
    "an unknown method": (request(1, method="CANARY"),),
    "no url": ({"id": "CANARY", "method": "GET"},),
    "a long url": (request(1, "users?CANARY=" + "x" * 8_000),),
    "no object": ("CANARY",),
    "headers of another type": (request(1, headers=["CANARY"]),),
    "a header of another type": (request(1, headers={"Accept": 1}),),
    "a body without a content type": (request(1, method="POST", body={"displayName": "CANARY"}),),
    "a body that is not base64": (
        request(1, method="POST", headers={"content-type": "image/png"}, body="CANARY!"),
    ),
    "an unknown dependency": (request(1, dependsOn=["CANARY"]),),
    "itself": (request(1, dependsOn=["1"]),),
    "a cycle": (request(1, dependsOn=["2"]), request(2, dependsOn=["1"])),
    "two dependencies": (request(1), request(2), request(3, dependsOn=["1", "2"])),
    "a tree": (request(1), request(2, dependsOn=["1"]), request(3), request(4, dependsOn=["3"])),
    "dependsOn of another type": (request(1), request(2, dependsOn="1")),
}


@pytest.mark.parametrize("parts", REFUSED.values(), ids=REFUSED)
def test_a_batch_that_is_none_is_refused_whole(batch, dump, on_disk, caplog, parts):
    caplog.set_level(logging.DEBUG)
    before = dump()
    error = batch(rename("first", "CANARY"), *parts, status=400) if parts else batch(status=400)
    assert error["code"] == "BadRequest"
    assert "CANARY" not in str(error) + caplog.text
    assert (dump(), on_disk("CANARY")) == (before, False)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"{}", b'{"requests": {}}'])
def test_a_malformed_batch_is_refused(client, admin, body):
    answer = client.post("/v1.0/$batch", headers={**admin, **JSON}, data=body)
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "BadRequest")


def test_a_batch_needs_a_token_and_is_posted(client, admin):
    assert client.post("/v1.0/$batch", json={"requests": [request(1)]}).status_code == 401
    answer = client.get("/v1.0/$batch", headers=admin)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_a_batch_is_answered_in_gzip_and_its_parts_are_not(client, admin):
    parts = [request(number, "users") for number in range(5)]
    packed = {**admin, "Accept-Encoding": "gzip"}
    answer = client.post("/v1.0/$batch", headers=packed, json={"requests": parts})
    assert answer.headers["Content-Encoding"] == "gzip"
    plain = client.post("/v1.0/$batch", headers=admin, json={"requests": parts}).json
    assert isinstance(plain["responses"][0]["body"]["value"], list)
