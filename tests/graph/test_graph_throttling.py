"""Throttling by the documented limits: who is refused, for how long, and what counts."""

import dataclasses

import pytest

from mdm_sim import tenant
from mdm_sim.graph.throttling import LIMITS, take, units
from mdm_sim.messages import Principal

SIGN_INS = "/v1.0/auditLogs/signIns"
CATEGORY = "/v1.0/deviceManagement/deviceCategories"


@pytest.fixture
def throttled(settings, serve):
    """Serves with the limits on, some seconds later and with quirks if that is asked for."""

    def served(later=0.0, **others):
        changed = {"throttle": "documented", "clock_offset": later, **others}
        return serve(dataclasses.replace(settings, **changed))

    return served


def statuses(client, headers, path, times, method="GET"):
    return {client.open(path, method=method, headers=headers).status_code for _ in range(times)}


def test_no_limit_holds_unless_it_is_asked_for(client, admin, table):
    assert 429 not in statuses(client, admin, SIGN_INS, 6)
    assert table("throttle_windows") == []


def test_who_is_over_a_limit_waits_as_long_as_is_told_and_is_served_again(throttled, admin):
    client = throttled()
    assert 429 not in statuses(client, admin, SIGN_INS, 5)
    refused = client.get(SIGN_INS, headers=admin)
    assert (refused.status_code, refused.json["error"]["code"]) == (429, "TooManyRequests")
    wait = refused.headers["Retry-After"]
    assert wait.isdigit()
    assert 1 <= int(wait) <= 10
    assert 429 not in statuses(throttled(later=int(wait)), admin, SIGN_INS, 1)


def test_every_worker_knows_of_the_others(throttled, admin):
    assert 429 not in statuses(throttled(), admin, SIGN_INS, 5)
    assert statuses(throttled(), admin, SIGN_INS, 1) == {429}


def test_writes_are_limited_apart_from_reads(throttled, admin):
    client = throttled()
    assert 429 not in statuses(client, admin, CATEGORY, 100, "DELETE")
    assert statuses(client, admin, CATEGORY, 1, "DELETE") == {429}
    assert 429 not in statuses(client, admin, CATEGORY, 1)


@pytest.mark.parametrize(("quirks", "tells"), [((), True), (("intune",), False)])
def test_intune_often_does_not_say_how_long(throttled, admin, quirks, tells):
    client = throttled(quirks=frozenset(quirks))
    statuses(client, admin, CATEGORY, 100, "DELETE")
    refused = client.delete(CATEGORY, headers=admin)
    error = refused.json["error"]
    assert ("Retry-After" in refused.headers) == tells
    assert (error["message"] == "An error has occurred.", "details" in error) == (not tells,) * 2
    statuses(client, admin, SIGN_INS, 5)
    assert "Retry-After" in client.get(SIGN_INS, headers=admin).headers


def test_a_request_without_a_token_counts_for_nobody(throttled, table):
    assert statuses(throttled(), {}, SIGN_INS, 6) == {401}
    assert table("throttle_windows") == []


def test_parts_of_a_batch_are_throttled_one_by_one(throttled, admin):
    part = {"method": "GET", "url": "auditLogs/signIns"}
    body = {"requests": [{**part, "id": number} for number in range(7)]}
    answer = throttled().post("/v1.0/$batch", headers=admin, json=body)
    assert answer.status_code == 200
    waits = [part for part in answer.json["responses"] if part["status"] == 429]
    assert len(waits) == 2
    assert all(part["headers"]["Retry-After"].isdigit() for part in waits)


def caller(client_id):
    return Principal(tenant.TENANT_ID, client_id, "An application")


def used(table):
    return {(row["client_id"], row["name"]): row["used"] for row in table("throttle_windows")}


def test_a_tenants_limit_counts_all_its_applications(desk, table):
    for client_id in ("a", "a", "b"):
        take(desk, caller(client_id), "devices", "POST", 1)
    assert used(table) == {
        ("a", "devices"): 2, ("b", "devices"): 1, ("", "devices"): 3,
        ("a", "devices writes"): 2, ("b", "devices writes"): 1, ("", "devices writes"): 3,
        ("a", "global"): 2, ("b", "global"): 1,
    }  # fmt: skip


def test_the_directory_counts_units_of_what_is_read(desk, table):
    take(desk, caller("a"), "directory", "GET", units("users", {}))
    take(desk, caller("a"), "directory", "GET", units("groups/x/members", {"expand": "x"}))
    assert used(table)["a", "directory units"] == 2 + 4


@pytest.mark.parametrize(
    ("path", "options", "cost"),
    [("users", {}, 2), ("users", {"select": "id"}, 1), ("users/x", {"select": "id"}, 1),
     ("groups/x/members", {}, 3), ("groups", {"expand": "members"}, 2)],
)  # fmt: skip
def test_units_are_as_documented(path, options, cost):
    assert units(path, options) == cost


def test_every_limit_of_a_service_has_a_place_of_its_own():
    for limits in LIMITS.values():
        places = [(limit.name, limit.of_tenant) for limit in limits]
        assert len(set(places)) == len(places)
