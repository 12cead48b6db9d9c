"""Rights: everything that is held on one person and nobody else, told and erased."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from mdm_sim import tenant

Headers = dict[str, str]
OWNER, OTHER = tenant.USERS[0], tenant.USERS[1]
JOINED = "11111111-2222-4333-8444-555555555555"
USAGE = {"sessions": 1234567890123}


@pytest.fixture
def fleet(
    enroll: Callable[..., Any],
    register: Callable[..., Any],
    check_in: Callable[..., Any],
    sign_in: Callable[..., Headers],
    switch: Callable[..., None],
    graph: Callable[..., Any],
) -> dict[str, Any]:
    """Two people's devices and apps; the other one's app runs on the owner's device."""
    switch(diagnostics=True)
    facts = {"deviceName": "canary-desk", "azureADDeviceId": JOINED, "serialNumber": "CANARY-1"}
    device = enroll(
        facts | {"diagnosticUsage": USAGE},
        "windows",
        "windowsAzureADJoin",
        diagnosticsConsent=True,
    )
    app = register({"deviceName": "canary-phone", "deviceTag": "own-tag"})
    headers = sign_in(OTHER.upn)
    theirs = enroll({"deviceName": "their-phone"}, headers=headers)
    their_app = register({"deviceName": "their-app"}, headers=headers)
    graph("POST", f"deviceManagement/managedDevices/{device['id']}/rebootNow", None, 204)
    check_in(device, facts={"photos": ["x"]})
    graph(
        "POST",
        "/mdm/v1/enrollment-tokens",
        {
            "enrollmentType": "appleBulkWithUser",
            "userPrincipalName": OWNER.upn,
        },
        201,
    )
    return {"device": device, "app": app, "theirs": theirs, "their_app": their_app}


@pytest.fixture
def export(graph: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """What is held on a person."""

    def told(name: str = OWNER.upn, status: int = 200) -> dict[str, Any]:
        return dict(graph("POST", "/privacy/v1/rights/export", {"userPrincipalName": name}, status))

    return told


@pytest.fixture
def erase(graph: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """The deletion receipt of a person."""

    def erased(name: str = OWNER.upn, status: int = 200) -> dict[str, Any]:
        return dict(graph("POST", "/privacy/v1/rights/erase", {"userPrincipalName": name}, status))

    return erased


def test_everything_held_on_the_person_is_told(
    fleet: dict[str, Any], export: Callable[..., dict[str, Any]]
) -> None:
    told = export()
    assert told["directoryEntry"]["userPrincipalName"] == OWNER.upn
    (device,), (app,) = told["managedDevices"], told["managedAppRegistrations"]
    assert (device["id"], app["id"]) == (fleet["device"]["id"], fleet["app"]["id"])
    assert device["facts"]["serialNumber"] == "CANARY-1"
    assert device["diagnostics"] == {"diagnosticUsage": USAGE}
    assert [order["action"] for order in device["orders"]] == ["rebootNow"]
    assert {"enrollment", "checkIn"} == {each["cause"] for each in device["receipts"]}
    assert app["facts"]["deviceTag"] == "own-tag"
    (joined,) = told["directoryDevices"]
    assert joined["deviceId"] == JOINED
    assert sorted(joined["relations"]) == ["registeredOwners", "registeredUsers"]
    kinds = [each["kind"] for each in told["credentials"]]
    assert kinds == ["password", "app", "device", "enrollment"]
    assert {each["resourceId"] for each in told["auditEvents"]} == {device["id"], app["id"]}


def test_nothing_of_another_person_is_told(
    fleet: dict[str, Any], export: Callable[..., dict[str, Any]]
) -> None:
    told = str(export())
    assert "their-" not in told
    assert OTHER.id not in told
    assert "password_hash" not in told
    assert "scrypt" not in told


def sets(body: dict[str, Any]) -> dict[str, Any]:
    """The data of each set of entities, by its name."""
    return {each["displayName"]: each["data"] for each in body["value"]}


@pytest.mark.parametrize("version", ["v1.0", "beta"])
def test_graph_gives_it_as_a_stream(
    fleet: dict[str, Any],
    export: Callable[..., dict[str, Any]],
    graph: Callable[..., Any],
    version: str,
) -> None:
    path = f"/{version}/users/{OWNER.upn}/exportDeviceAndAppManagementData"
    told = graph("GET", f"{path}()")
    assert told["@odata.type"] == "#microsoft.graph.deviceAndAppManagementData"
    content = sets(orjson.loads(base64.b64decode(told["content"])))
    assert content["Devices"][0]["facts"] == export()["managedDevices"][0]["facts"]
    plain = sets(graph("GET", f"{path}()/content"))
    assert plain["ManagedAppRegistrations"][0]["id"] == fleet["app"]["id"]
    assert plain["Users"][0]["id"] == OWNER.id


@pytest.mark.parametrize(
    ("skip", "top", "numbers"), [(0, 1, (1, 0)), (1, 5, (0, 1)), (2, 5, (0, 0))]
)
def test_graph_gives_a_part_of_it(
    fleet: dict[str, Any], graph: Callable[..., Any], skip: int, top: int, numbers: tuple[int, int]
) -> None:
    path = f"users/{OWNER.id}/exportDeviceAndAppManagementData(skip={skip},top={top})/content"
    held = sets(graph("GET", path))
    assert numbers == (len(held["Devices"]), len(held["ManagedAppRegistrations"]))


def test_a_part_has_to_be_numbers(fleet: dict[str, Any], graph: Callable[..., Any]) -> None:
    graph("GET", f"users/{OWNER.id}/exportDeviceAndAppManagementData(skip=a,top=b)", None, 400)


def test_erasing_leaves_nothing_but_ids_in_the_audit_log(
    fleet: dict[str, Any],
    erase: Callable[..., dict[str, Any]],
    export: Callable[..., dict[str, Any]],
    on_disk: Callable[[str], bool],
    table: Callable[[str], list[dict[str, Any]]],
) -> None:
    canaries = ("canary-desk", "CANARY-1", "canary-phone", "own-tag", "1234567890123", OWNER.upn)
    assert all(on_disk(canary) for canary in canaries)
    told = erase()
    assert told["managedDevices"] == [fleet["device"]["id"]]
    assert told["managedAppRegistrations"] == [fleet["app"]["id"]]
    assert len(told["directoryDevices"]) == 1
    counts = told["counts"]
    assert counts["directoryEntries"] == counts["diagnosticReports"] == counts["orders"] == 1
    assert counts["credentials"] == 1
    assert counts["receipts"] == 3
    assert [canary for canary in canaries if on_disk(canary)] == []
    export(status=404)
    erase(status=404)
    for name in ("managed_devices", "app_registrations"):
        assert {row["user_id"] for row in table(name)} == {OTHER.id}
    entries = [row for row in table("audit_events") if fleet["device"]["id"] in row["document"]]
    assert len(entries) >= 3


def test_the_others_app_on_the_erased_device_stays_unlinked(
    enroll: Callable[..., Any],
    register: Callable[..., Any],
    erase: Callable[..., dict[str, Any]],
    row: Callable[[str], Any],
) -> None:
    device = enroll({"deviceName": "shared"})
    app = register(deviceToken=device["deviceToken"])
    assert row(app["id"]).device_id == device["id"]
    erase()
    assert row(app["id"]) is None


def test_the_erased_device_and_person_are_turned_away(
    fleet: dict[str, Any],
    erase: Callable[..., dict[str, Any]],
    check_in: Callable[..., Any],
    ask: Callable[..., Any],
    user: Headers,
) -> None:
    erase()
    check_in(fleet["device"], 410)
    check_in(fleet["theirs"])
    body = {"platform": "ios", "enrollmentType": "userEnrollment", "facts": {}}
    ask("POST", "/mdm/v1/enrollments", user, 403, json=body)


@pytest.mark.parametrize("body", [{}, {"userPrincipalName": 5}, {"userPrincipalName": "x" * 257}])
@pytest.mark.parametrize("what", ["export", "erase"])
def test_a_person_has_to_be_named(graph: Callable[..., Any], what: str, body: Any) -> None:
    graph("POST", f"/privacy/v1/rights/{what}", body, 400)


def test_only_an_admin_has_them_told_or_erased(ask: Callable[..., Any], user: Headers) -> None:
    for what in ("export", "erase"):
        path, body = f"/privacy/v1/rights/{what}", {"userPrincipalName": OWNER.upn}
        ask("POST", path, user, 403, json=body)
        ask("POST", path, None, 401, json=body)
    ask("GET", f"/v1.0/users/{OWNER.id}/exportDeviceAndAppManagementData", user, 403)


def test_deleted_users_wait_and_come_back(
    fleet: dict[str, Any], graph: Callable[..., Any], row: Callable[[str], Any]
) -> None:
    device = fleet["device"]["id"]
    graph("DELETE", f"users/{OWNER.id}", None, 204)
    graph("GET", f"users/{OWNER.upn}", None, 404)
    assert not row(device).entra_joined
    shown = graph("GET", f"deviceManagement/managedDevices/{device}")
    assert shown["userPrincipalName"] == shown["userDisplayName"] == ""
    (waiting,) = graph("GET", "directory/deletedItems/microsoft.graph.user")["value"]
    assert waiting["userPrincipalName"] == OWNER.id.replace("-", "") + OWNER.upn
    assert waiting["deletedDateTime"]
    back = graph("POST", f"directory/deletedItems/{OWNER.id}/restore", None)
    assert back["userPrincipalName"] == OWNER.upn
    assert row(device).entra_joined
    assert graph("GET", "directory/deletedItems")["value"] == []


def test_a_taken_name_bars_the_way_back(fleet: dict[str, Any], graph: Callable[..., Any]) -> None:
    graph("DELETE", f"users/{OWNER.id}", None, 204)
    new = {
        "displayName": "New",
        "userPrincipalName": OWNER.upn,
        "passwordProfile": {"password": "Aa-12345678"},
    }
    graph("POST", "users", new, 201)
    graph("POST", f"directory/deletedItems/{OWNER.id}/restore", None, 400)
    graph("POST", f"directory/deletedItems/{OTHER.id}/restore", None, 404)


def test_deleting_for_good_erases_at_once(
    fleet: dict[str, Any], graph: Callable[..., Any], on_disk: Callable[[str], bool]
) -> None:
    graph("DELETE", f"directory/deletedItems/{OWNER.id}", None, 404)
    graph("DELETE", f"users/{OWNER.id}", None, 204)
    graph("DELETE", f"directory/deletedItems/{OWNER.id}", None, 204)
    assert not on_disk("CANARY-1")
    assert not on_disk(OWNER.upn)


def test_a_deleted_person_is_found_by_the_former_name(
    fleet: dict[str, Any], graph: Callable[..., Any], export: Callable[..., dict[str, Any]]
) -> None:
    graph("DELETE", f"users/{OWNER.id}", None, 204)
    assert export()["directoryEntry"]["deletedDateTime"]
