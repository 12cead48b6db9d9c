"""A location: corporate devices only, on request only where a tenant says so, and gone in a day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from mdm_sim import tenant
from mdm_sim.app import open_desk
from mdm_sim.settings import Settings
from mdm_sim.store import audit
from mdm_sim.store.work import Desk
from mdm_sim.upkeep import locations

Headers = dict[str, str]
DAY = 24 * 3600
LATITUDE = 52.090737
PLACE = {"latitude": LATITUDE, "longitude": 5.12142, "accuracyInMeters": 12.5}
DEVICES = "/v1.0/deviceManagement/managedDevices"


@pytest.fixture
def device(enroll: Callable[..., Any]) -> dict[str, Any]:
    """A corporate device."""
    return enroll({"deviceName": "phone"}, "ios", "appleBulkWithUser")


@pytest.fixture
def report(client: FlaskClient, device: dict[str, Any]) -> Callable[..., dict[str, Any]]:
    """A check-in of the corporate device; the answer."""

    def reported(location: Any = PLACE, **body: Any) -> dict[str, Any]:
        body["facts"] = {"location": location} if location else {}
        return client.post("/mdm/v1/check-ins", json=body, headers=device["headers"]).json

    return reported


@pytest.fixture
def stored(client: FlaskClient, admin: Headers, device: dict[str, Any]) -> Callable[[], Any]:
    """The location that is held on the corporate device now."""
    path = f"/privacy/v1/records/{device['id']}"
    return lambda: client.get(path, headers=admin).json["facts"].get("location")


@pytest.fixture
def locate(client: FlaskClient, admin: Headers, device: dict[str, Any]) -> Callable[[], Any]:
    """Ask the corporate device where it is."""
    return lambda: client.post(f"{DEVICES}/{device['id']}/locateDevice", headers=admin)


@pytest.fixture
def on_request_only(client: FlaskClient, admin: Headers) -> None:
    """Turn the switch of that name on."""
    body = {"locationOnRequestOnly": True}
    assert client.patch("/privacy/v1/settings", json=body, headers=admin).status_code == 200


@pytest.fixture
def later(settings: Settings) -> Iterator[Callable[[float], Desk]]:
    """The same database with a clock that is ahead."""
    opened: list[Desk] = []

    def ahead(seconds: float) -> Desk:
        opened.append(open_desk(replace(settings, clock_offset=seconds)))
        return opened[-1]

    yield ahead
    for desk in opened:
        desk.store.close()


def expire(desk: Desk) -> int:
    """Run the upkeep, as the service does every half a minute."""
    with desk.work(tenant.TENANT_ID, audit.SYSTEM, tenant.TENANT_ID) as work:
        return locations.expire_locations(work, 100)


def shown(client: FlaskClient, path: str) -> Any:
    """What an application reads at a path."""
    form = {
        "grant_type": "client_credentials",
        "client_id": tenant.CLIENT_ID,
        "client_secret": tenant.CLIENT_SECRET,
        "scope": "https://graph.microsoft.com/.default",
    }
    token = client.post(f"/{tenant.TENANT_ID}/oauth2/v2.0/token", data=form).json["access_token"]
    return client.get(path, headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize(("seconds", "is_shown"), [(DAY - 60, True), (DAY, False), (9e6, False)])
def test_a_location_is_shown_for_a_day(
    settings: Settings,
    serve: Callable[..., FlaskClient],
    device: dict[str, Any],
    locate: Callable[[], Any],
    report: Callable[..., Any],
    seconds: float,
    is_shown: bool,
) -> None:
    locate()
    order = report(None)["orders"][0]["id"]
    report()
    report(None, results=[{"id": order, "status": "done"}])
    client = serve(replace(settings, clock_offset=seconds))
    for path in (f"/privacy/v1/records/{device['id']}", f"{DEVICES}/{device['id']}"):
        assert (str(LATITUDE) in shown(client, path).text) == is_shown, path


def test_an_expired_location_leaves_the_files(
    device: dict[str, Any],
    report: Callable[..., Any],
    later: Callable[[float], Desk],
    on_disk: Callable[[str], list[str]],
) -> None:
    report()
    assert on_disk(str(LATITUDE)) != []
    assert expire(later(DAY - 60)) == 0
    assert expire(later(DAY)) == 1
    assert on_disk(str(LATITUDE)) == []
    assert expire(later(2 * DAY)) == 0


def test_the_rest_of_the_document_outlives_the_location(
    client: FlaskClient,
    admin: Headers,
    device: dict[str, Any],
    report: Callable[..., Any],
    later: Callable[[float], Desk],
) -> None:
    report()
    expire(later(DAY))
    held = client.get(f"/privacy/v1/records/{device['id']}", headers=admin).json
    assert held["facts"] == {"deviceName": "phone"}


def test_a_new_location_has_a_day_of_its_own(
    settings: Settings,
    serve: Callable[..., FlaskClient],
    device: dict[str, Any],
    report: Callable[..., Any],
    later: Any,
) -> None:
    report()
    client = serve(replace(settings, clock_offset=DAY - 60))
    for place in (PLACE, {**PLACE, "longitude": 4.9}):
        client.post(
            "/mdm/v1/check-ins", json={"facts": {"location": place}}, headers=device["headers"]
        )
        assert expire(later(DAY + 60)) == 0


def test_a_personal_device_has_no_location_and_no_locate_order(
    client: FlaskClient, admin: Headers, enroll: Callable[..., Any]
) -> None:
    device = enroll({"location": PLACE})
    assert device["receipt"]["refused"] == {"device.location": "ownership_personal"}
    answer = client.post(f"{DEVICES}/{device['id']}/locateDevice", headers=admin)
    assert answer.status_code == 400
    assert "locateDevice is for corporate devices only" in answer.json["error"]["message"]


def test_an_unasked_location_is_refused_on_request_only(
    on_request_only: None, report: Callable[..., Any], stored: Callable[[], Any]
) -> None:
    assert report()["receipt"]["refused"] == {"device.location": "feature_off"}
    assert stored() is None


def test_the_location_that_an_order_asked_for_is_kept(
    on_request_only: None,
    locate: Callable[[], Any],
    report: Callable[..., Any],
    stored: Callable[[], Any],
) -> None:
    assert locate().status_code == 204
    assert report(None)["orders"][0]["action"] == "locateDevice"
    assert report()["receipt"]["refused"] == {}
    assert stored() == PLACE


def test_the_location_that_comes_with_the_orders_result_is_kept(
    on_request_only: None,
    locate: Callable[[], Any],
    report: Callable[..., Any],
    stored: Callable[[], Any],
) -> None:
    locate()
    order = report(None)["orders"][0]["id"]
    report(results=[{"id": order, "status": "done"}])
    assert stored() == PLACE


def test_after_the_order_the_asked_location_stays_and_no_other_comes(
    on_request_only: None,
    locate: Callable[[], Any],
    report: Callable[..., Any],
    stored: Callable[[], Any],
) -> None:
    locate()
    order = report(None)["orders"][0]["id"]
    report()
    report(None, results=[{"id": order, "status": "done"}])
    report({**PLACE, "latitude": 1.5})
    assert stored() == PLACE


def test_turning_the_switch_on_removes_what_nobody_asked_for(
    report: Callable[..., Any],
    stored: Callable[[], Any],
    request: pytest.FixtureRequest,
    on_disk: Callable[[str], list[str]],
) -> None:
    report()
    assert stored() == PLACE
    request.getfixturevalue("on_request_only")
    assert stored() is None
    assert on_disk(str(LATITUDE)) == []
