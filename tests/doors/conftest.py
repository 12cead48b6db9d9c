"""Short ways for the tests of the doors to ask, to look into the store, and to wait."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import orjson
import pytest
from doors import bulk_lines
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from mdm_sim import tenant
from mdm_sim.app import open_desk
from mdm_sim.settings import Settings
from mdm_sim.store.tables import devices, registrations
from mdm_sim.store.work import Desk
from mdm_sim.upkeep import job

Headers = dict[str, str]
Ask = Callable[..., TestResponse]
JOINED_ID = "11111111-2222-4333-8444-555555555555"
APP = {"id": "com.example.own", "name": "Own", "version": "1"}


@pytest.fixture
def ask(client: FlaskClient) -> Ask:
    """Send a request and insist on a status."""

    def asked(
        method: str, path: str, headers: Headers | None = None, status: int = 200, **body: Any
    ) -> TestResponse:
        answer = client.open(path, method=method, headers=headers, **body)
        assert answer.status_code == status, answer.text
        return answer

    return asked


@pytest.fixture
def stream(client: FlaskClient, user: Headers) -> Callable[..., list[dict[str, Any]]]:
    """Send lines to a bulk door as a user, and return what it answers, line by line."""

    def sent(path: str, lines: list[Any], headers: Headers | None = None) -> list[dict[str, Any]]:
        return bulk_lines.send(client, path, lines, user if headers is None else headers)

    return sent


@pytest.fixture
def graph(ask: Ask, sign_in: Callable[..., Headers]) -> Ask:
    """Ask Graph as the development application."""
    application = sign_in()

    def asked(method: str, path: str, json: Any = None, status: int = 200) -> Any:
        path = path if path.startswith("/") else f"/v1.0/{path}"
        return ask(method, path, application, status, json=json).json

    return asked


@pytest.fixture
def switch(ask: Ask, sign_in: Callable[..., Headers]) -> Callable[..., None]:
    """Turn switches of the tenant on and off."""
    application = sign_in()

    def switched(**switches: bool) -> None:
        ask("PATCH", "/privacy/v1/settings", application, json=switches)

    return switched


@pytest.fixture
def check_in(ask: Ask) -> Callable[..., dict[str, Any]]:
    """Check in as a device or an app that enrolled, and return the answer."""

    def checked_in(record: dict[str, Any], status: int = 200, **body: Any) -> dict[str, Any]:
        door = "mdm" if "deviceToken" in record else "mam"
        path = f"/{door}/v1/check-ins"
        return dict(ask("POST", path, record["headers"], status, json=body).json)

    return checked_in


@pytest.fixture
def row(desk: Desk) -> Callable[[str], Any]:
    """A record's row in the store, or None."""

    def found(record_id: str) -> Any:
        with desk.store.read() as connection:
            for table in (devices, registrations):
                query = select(table).where(table.c.id == record_id)
                if (held := connection.execute(query).one_or_none()) is not None:
                    return held
        return None

    return found


@pytest.fixture
def stored(row: Callable[[str], Any]) -> Callable[[str], dict[str, Any]]:
    """The facts that the store holds of a record."""
    return lambda record_id: dict(orjson.loads(row(record_id).facts))


@pytest.fixture
def later(settings: Settings, serve: Callable[..., FlaskClient]) -> Callable[[float], FlaskClient]:
    """The same service, so many seconds on."""
    return lambda seconds: serve(replace(settings, clock_offset=seconds))


@pytest.fixture
def graph_later(later: Callable[[float], FlaskClient]) -> Callable[[float, str], Any]:
    """What Graph shows on a path so many seconds on."""
    form = {
        "client_id": tenant.CLIENT_ID,
        "client_secret": tenant.CLIENT_SECRET,
        "grant_type": "client_credentials",
        "scope": "https://graph.microsoft.com/.default",
    }

    def shown(seconds: float, path: str) -> Any:
        client = later(seconds)
        token = client.post(f"/{tenant.TENANT_ID}/oauth2/v2.0/token", data=form).json
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        return client.get(path, headers=headers).json

    return shown


@pytest.fixture
def directory_device(graph: Ask) -> Callable[..., str]:
    """Put a device object in the directory, with a relation to a user; returns its object id."""

    def created(trust_type: str, upn: str = "", relation: str = "registeredOwners") -> str:
        body = {"deviceId": JOINED_ID, "displayName": "d", "trustType": trust_type}
        object_id = graph("POST", "devices", body, 201)["id"]
        if upn:
            reference = {"@odata.id": f"https://graph.microsoft.com/v1.0/users/{upn}"}
            graph("POST", f"devices/{object_id}/{relation}/$ref", reference, 204)
        return str(object_id)

    return created


@pytest.fixture(scope="session")
def every_fact() -> dict[str, Any]:
    """A valid value for every fact that a device or an app may report."""
    return {
        "deviceName": "Kitchen tablet",
        "deviceType": "iPad",
        "manufacturer": "Contoso",
        "model": "Model 3",
        "operatingSystem": "OS",
        "osVersion": "17.1",
        "serialNumber": "SERIAL1",
        "imei": "490154203237518",
        "iccid": "8931440400000000008",
        "wiFiMacAddress": "0a:1b:2c:3d:4e:5f",
        "ipAddressV4": "192.0.2.7",
        "ethernetMacAddress": "0A1B2C3D4E60",
        "appleId": "someone@example.com",
        "azureADDeviceId": JOINED_ID,
        "totalStorageSpaceInBytes": 64_000_000_000,
        "freeStorageSpaceInBytes": 0,
        "easDeviceId": "EAS1",
        "location": {"latitude": 52.1, "longitude": 4.3, "accuracyInMeters": 5},
        "subscriberCarrier": "Carrier",
        "cellularTechnology": "5G",
        "wifiNetworkName": "Office",
        "udid": "UDID1",
        "meid": "MEID1",
        "androidId": "ANDROID1",
        "windowsDeviceId": "WINDOWS1",
        "phoneNumber": "+31612345678",
        "thirdPartyUserIds": ["third@example.com"],
        "jailBroken": False,
        "threatState": "secured",
        "deviceTag": "tag-1",
        "appIdentifier": {"bundleId": "com.example.own"},
        "applicationVersion": "1.0",
        "managementSdkVersion": "2.0",
        "applications": [
            {**APP, "installLocation": "/apps/own", "sizeInBytes": 1},
            {"id": "com.example.else", "name": "Else", "version": "2", "sizeInBytes": 2},
        ],
        "diagnosticDeviceDetails": {"osVersion": "17"},
        "diagnosticUsage": {"sessions": 1},
        "diagnosticHealth": {"crashes": 0},
        "diagnosticSoftwareSetup": {"installs": 1},
        "isEncrypted": True,
        "passcodePresent": True,
        "passcodeCompliant": True,
        "secureBootEnabled": True,
        "codeIntegrityEnabled": True,
        "antivirusEnabled": True,
        "firewallEnabled": True,
        "securityPatchLevel": "2026-01-01",
        "callHistory": ["secret"],
        "browsingHistory": "secret",
        "personalEmail": {"a": "secret"},
        "textMessages": ["secret"],
        "contacts": ["secret"],
        "personalAccountPasswords": ["secret"],
        "calendarEvents": ["secret"],
        "photos": "secret",
    }


@pytest.fixture
def refused(
    client: FlaskClient,
    dump: Callable[[], dict[str, list[str]]],
    on_disk: Callable[[str], bool],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> Ask:
    """Send what has to be refused: it changes nothing, and CANARY is told to nobody again."""
    caplog.set_level(logging.DEBUG)
    odd = {"X-CANARY": "CANARY", "client-request-id": "CANARY", "Referer": "http://CANARY/"}

    def asked(
        method: str, path: str, headers: Headers | None, status: int, code: str, **body: Any
    ) -> TestResponse:
        before = dump()
        url = f"{path}?CANARY=CANARY&$CANARY=1"
        answer = client.open(url, method=method, headers={**odd, **(headers or {})}, **body)
        error = answer.json["error"]
        assert (answer.status_code, error["code"]) == (status, code), answer.text
        assert {"code", "message"} <= error.keys() <= {"code", "message", "details", "innerError"}
        assert ("WWW-Authenticate" in answer.headers) == (status == 401)
        told = (answer.text, str(answer.headers), caplog.text, *capfd.readouterr())
        assert not any("CANARY" in text for text in told)
        assert (dump(), on_disk("CANARY")) == (before, False)
        return answer

    return asked


@pytest.fixture
def upkeep(settings: Settings) -> Iterator[Callable[[float], dict[str, int]]]:
    """Do what is due so many seconds on; what was removed, by rule."""
    desks: list[Desk] = []

    def done(seconds: float) -> dict[str, int]:
        desks.append(open_desk(replace(settings, clock_offset=seconds)))
        return dict(job.run(desks[-1]))

    yield done
    for desk in desks:
        desk.store.close()
