"""App protection policies: what an app is told, when it is asked back, which apps are managed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

PATH = "/v1.0/deviceAppManagement/iosManagedAppProtections"
MAIL = {
    "mobileAppIdentifier": {
        "@odata.type": "#microsoft.graph.iosMobileAppIdentifier",
        "bundleId": "com.example.mail",
    }
}
NOTES = {"mobileAppIdentifier": {**MAIL["mobileAppIdentifier"], "bundleId": "com.example.notes"}}
EVERYBODY = {"target": {"@odata.type": "#microsoft.graph.allLicensedUsersAssignmentTarget"}}
Headers = dict[str, str]


@pytest.fixture
def policy(client: FlaskClient, admin: Headers) -> str:
    """A policy that names the mail app and is assigned to everybody; its id."""
    body = {"displayName": "Protect", "pinRequired": True, "apps": [MAIL]}
    made = client.post(PATH, headers=admin, json=body)
    assert made.status_code == 201
    assigned = client.post(
        f"{PATH}/{made.json['id']}/assign", headers=admin, json={"assignments": [EVERYBODY]}
    )
    assert assigned.status_code == 204
    return str(made.json["id"])


def check_in(client: FlaskClient, app: dict[str, Any], **facts: Any) -> dict[str, Any]:
    answer = client.post("/mam/v1/check-ins", headers=app["headers"], json={"facts": facts})
    assert answer.status_code == 200
    return dict(answer.json)


def test_an_app_without_a_policy_is_asked_back_after_twelve_hours(
    client: FlaskClient, register: Callable[..., Any]
) -> None:
    told = check_in(client, register())
    assert (told["policies"], told["nextCheckInSeconds"]) == ([], 12 * 3600)


def test_an_app_is_told_its_policy_and_asked_back_after_half_an_hour(
    client: FlaskClient, register: Callable[..., Any], policy: str
) -> None:
    app = register()
    told = check_in(client, app)
    assert app["nextCheckInSeconds"] == told["nextCheckInSeconds"] == 1800
    assert told["policies"] == [
        {"id": policy, "version": 1, "displayName": "Protect", "pinRequired": True}
    ]


@pytest.mark.usefixtures("policy")
@pytest.mark.parametrize(("platform", "identifier"), [
    ("ios", {"bundleId": "com.example.other"}), ("android", {"packageId": "com.example.mail"}),
])  # fmt: skip
def test_a_policy_is_for_its_own_apps_and_platform(
    client: FlaskClient, register: Callable[..., Any], platform: str, identifier: dict[str, str]
) -> None:
    app = register({"appIdentifier": identifier}, platform=platform)
    assert check_in(client, app)["policies"] == []


def test_a_policy_that_is_not_assigned_is_told_to_nobody(
    client: FlaskClient, admin: Headers, register: Callable[..., Any], policy: str
) -> None:
    client.post(f"{PATH}/{policy}/assign", headers=admin, json={"assignments": []})
    assert check_in(client, register())["policies"] == []


def test_target_apps_replaces_the_apps_of_a_policy(
    client: FlaskClient, admin: Headers, register: Callable[..., Any], policy: str
) -> None:
    answer = client.post(f"{PATH}/{policy}/targetApps", headers=admin, json={"apps": [NOTES]})
    shown = client.get(f"{PATH}/{policy}?$expand=apps", headers=admin).json
    assert answer.status_code == 204
    assert [each["mobileAppIdentifier"] for each in shown["apps"]] == [NOTES["mobileAppIdentifier"]]
    assert check_in(client, register())["policies"] == []


def test_the_apps_of_a_policy_are_managed_until_it_goes(
    client: FlaskClient, admin: Headers, register: Callable[..., Any], policy: str
) -> None:
    client.post(f"{PATH}/{policy}/targetApps", headers=admin, json={"apps": [NOTES, MAIL]})
    listed = [
        {"id": "com.example.notes", "name": "Notes", "version": "1"},
        {"id": "com.example.game", "name": "Game", "version": "2"},
    ]
    app = register({"applications": listed})
    record = f"/privacy/v1/records/{app['id']}"
    assert client.get(record, headers=admin).json["facts"]["applications"] == listed[:1]
    assert client.delete(f"{PATH}/{policy}", headers=admin).status_code == 204
    assert "applications" not in client.get(record, headers=admin).json["facts"]


def test_a_policy_keeps_its_apps_out_of_lists_and_its_kind_of_id(
    client: FlaskClient, admin: Headers, policy: str
) -> None:
    (shown,) = client.get(PATH, headers=admin).json["value"]
    assert policy.startswith("T_")
    assert shown["id"] == policy
    assert "apps" not in shown


@pytest.mark.parametrize("apps", ["mail", [1], {"a": 1}])
def test_apps_have_to_be_a_list_of_objects(
    client: FlaskClient, admin: Headers, policy: str, apps: Any
) -> None:
    answer = client.post(f"{PATH}/{policy}/targetApps", headers=admin, json={"apps": apps})
    assert answer.status_code == 400


@pytest.mark.parametrize("facts", [
    {"appIdentifier": None}, {"appIdentifier": {"bundleId": "com.example.other"}},
    {"deviceTag": None}, {"deviceTag": "tag-2"},
])  # fmt: skip
def test_an_app_stays_the_app_that_registered(
    client: FlaskClient, register: Callable[..., Any], facts: dict[str, Any]
) -> None:
    app = register()
    answer = client.post("/mam/v1/check-ins", headers=app["headers"], json={"facts": facts})
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "conflict")
