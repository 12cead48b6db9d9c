"""A tenant with two people, who have devices and apps of the same kinds, told apart by values."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from conftest import conforming
from databases import Prepared
from graph.conftest import CORPORATE, token

from mdm_sim import tenant
from mdm_sim.app import create_app
from mdm_sim.settings import Settings

OWN, THEIR = tenant.USERS[0], tenant.USERS[1]
DEVICES, APPS = "deviceManagement/managedDevices", "deviceAppManagement/managedAppRegistrations"
COMPLIANCE = "deviceManagement/deviceCompliancePolicies"
CONFIGURATIONS = "deviceManagement/deviceConfigurations"
PROTECTIONS = "deviceAppManagement/iosManagedAppProtections"
MAIL = "com.example.mail"
_EVERY_DEVICE = {"target": {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}}
_EVERYBODY = {"target": {"@odata.type": "#microsoft.graph.allLicensedUsersAssignmentTarget"}}
_BLOCK = {"scheduledActionConfigurations": [{"actionType": "block", "gracePeriodHours": 0}]}


class People(SimpleNamespace):
    """The service, and what each person has in it: `phone`, `desk`, `mail`, by whose it is."""

    def send(self, method: str, url: str, status: int = 200, json: Any = None) -> Any:
        """Ask as the administrator; returns the JSON."""
        path = url if url.startswith("/") else f"/beta/{url}"
        answer = self.client.open(path, method=method, headers=self.admin, json=json)
        assert answer.status_code == status, (method, url, answer.status_code, answer.text)
        return answer.json if answer.data else None

    def get(self, url: str, status: int = 200) -> Any:
        """Read as the administrator; returns the JSON."""
        return self.send("GET", url, status)

    def values(self, url: str) -> Any:
        """The objects of a list."""
        return self.get(url)["value"]


@contextmanager
def people(prepared: Prepared, folder: Path) -> Iterator[People]:
    """The tenant on a database of its own."""
    app = create_app(Settings(prepared.copy(folder)))
    client = conforming(app)
    admin = token(
        client, grant_type="password", username=tenant.ADMIN.upn, password=tenant.PASSWORD
    )
    found = People(client=client, admin=admin)
    _add_policies(found)
    for whose, person in (("own", OWN), ("their", THEIR)):
        _add_person(found, whose, person.upn)
    for whose in ("own", "their"):
        _check_in(found, whose)
    yield found
    app.extensions["mdm_sim"].store.close()


def _add_policies(found: People) -> None:
    policy = {
        "@odata.type": "#microsoft.graph.iosCompliancePolicy",
        "displayName": "Passcodes",
        "passcodeRequired": True,
        "scheduledActionsForRule": [_BLOCK],
    }
    found.policy = found.send("POST", COMPLIANCE, 201, policy)["id"]
    found.send("POST", f"{COMPLIANCE}/{found.policy}/assign", 200, {"assignments": [_EVERY_DEVICE]})
    configuration = {
        "@odata.type": "#microsoft.graph.iosGeneralDeviceConfiguration",
        "displayName": "Cameras",
        "cameraBlocked": True,
    }
    found.configuration = found.send("POST", CONFIGURATIONS, 201, configuration)["id"]
    path = f"{CONFIGURATIONS}/{found.configuration}/assign"
    found.send("POST", path, 200, {"assignments": [_EVERY_DEVICE]})
    found.protection = found.send("POST", PROTECTIONS, 201, {"displayName": "Mail"})["id"]
    named = {"@odata.type": "#microsoft.graph.iosMobileAppIdentifier", "bundleId": MAIL}
    path = f"{PROTECTIONS}/{found.protection}"
    found.send("POST", f"{path}/targetApps", 204, {"apps": [{"mobileAppIdentifier": named}]})
    found.send("POST", f"{path}/assign", 204, {"assignments": [_EVERYBODY]})


def _add_person(found: People, whose: str, upn: str) -> None:
    headers = token(found.client, grant_type="password", username=upn, password=tenant.PASSWORD)
    phone = {
        "deviceName": f"{whose}-phone",
        "serialNumber": f"{whose}-serial",
        "manufacturer": f"{whose}-maker",
        "model": f"{whose}-model",
        "osVersion": "17.1",
        "applications": [{"id": f"com.{whose}.game", "name": f"{whose}-game", "version": "1"}],
    }
    desk = {"deviceName": f"{whose}-desk", "osVersion": "10.0"}
    mail = {
        "appIdentifier": {"bundleId": MAIL},
        "deviceName": f"{whose}-tablet",
        "deviceTag": f"{whose}-tag",
    }
    for name, url, body in (
        ("phone", "/mdm/v1/enrollments", _enrollment("ios", phone)),
        ("desk", "/mdm/v1/enrollments", _enrollment("windows", desk)),
        ("mail", "/mam/v1/registrations", {"platform": "ios", "facts": mail}),
    ):
        made = found.client.post(url, headers=headers, json=body)
        assert made.status_code == 201, made.text
        setattr(found, f"{whose}_{name}", made.json["id"])
        if name == "phone":
            secret = {"Authorization": f"Bearer {made.json['deviceToken']}"}
            setattr(found, f"{whose}_token", secret)
    setattr(found, whose, headers)


def _enrollment(platform: str, facts: dict[str, Any]) -> dict[str, Any]:
    return {"platform": platform, "enrollmentType": CORPORATE, "facts": facts}


def _check_in(found: People, whose: str) -> None:
    """One's phone has a passcode, the other's has none; both do as an admin ordered."""
    phone = getattr(found, f"{whose}_phone")
    found.send("POST", f"{DEVICES}/{phone}/rebootNow", 204)
    report = {"facts": {"passcodePresent": whose == "own"}}
    answer = found.client.post(
        "/mdm/v1/check-ins", headers=getattr(found, f"{whose}_token"), json=report
    )
    assert answer.status_code == 200, answer.text
