"""The simulated devices and mdm-sim itself: what one says, the other takes."""

import base64
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner

from mdm_devices.cli import main

COUNT = 60
USAGE = "optional.diagnostics.usage"


class Admin:
    """The development client of a running service, and its fleet."""

    def __init__(self, ready_file: Path, session: requests.Session) -> None:
        self.ready_file = ready_file
        self.ready = json.loads(ready_file.read_text())
        self._session = session
        form = {
            "grant_type": "client_credentials",
            "client_id": self.ready["client_id"],
            "client_secret": self.ready["client_secret"],
            "scope": "https://graph.microsoft.com/.default",
        }
        url = f"{self.ready['http_url']}/{self.ready['tenant_id']}/oauth2/v2.0/token"
        token = session.post(url, data=form, timeout=30).json()["access_token"]
        session.headers["Authorization"] = f"Bearer {token}"

    def ask(self, method: str, path: str, **body: Any) -> Any:
        url = self.ready["http_url"] + path
        answer = self._session.request(method, url, json=body or None, timeout=30)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def devices(self, verb: str, *arguments: object) -> dict[str, Any]:
        state = self.ready_file.parent / "state.jsonl"
        line = [verb, "--ready-file", self.ready_file, "--state", state, "--json", *arguments]
        document = json.loads(CliRunner().invoke(main, [*map(str, line)]).stdout)
        assert document["summary"]["failed"] == 0, document["summary"]["errors"]
        return dict(document)


@pytest.fixture(scope="module")
def admin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Admin]:
    """A service where queries and diagnostics are on."""
    folder = tmp_path_factory.mktemp("service")
    ready_file = folder / "ready.json"
    options = {"--data-dir": folder / "data", "--ready-file": ready_file}
    line = [str(part) for option in options.items() for part in option]
    command = [sys.executable, "-m", "mdm_sim", "serve", *line, "--port=0", "--http-port=0"]
    with (
        subprocess.Popen(command, stdout=subprocess.DEVNULL) as process,
        requests.Session() as session,
    ):
        session.trust_env = False
        try:
            deadline = time.monotonic() + 60
            while not ready_file.exists():
                assert process.poll() is None, "the service ended"
                assert time.monotonic() < deadline, "the service is not ready"
                time.sleep(0.05)
            admin = Admin(ready_file, session)
            admin.ask("PATCH", "/privacy/v1/settings", deviceQuery=True, diagnostics=True)
            yield admin
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def fleet(admin: Admin) -> list[dict[str, Any]]:
    """The devices as `enroll` told of them."""
    told = admin.devices("enroll", "--count", COUNT, "--platforms", "windows,ios,android")
    return list(told["devices"])


def test_a_fleet_in_bulk_is_the_fleet_one_by_one(admin: Admin, tmp_path: Path) -> None:
    asked = ("enroll", "--count", COUNT, "--seed", 2, "--state")
    told = [
        admin.devices(*asked, tmp_path / "single"),
        admin.devices(*asked, tmp_path / "bulk", "--bulk"),
    ]
    single, bulk = (each["devices"] for each in told)
    own = {"id", "runsOn"}  # whose hardware may not be kept enrolls as another device
    for one, other in zip(single, bulk, strict=True):
        assert {n: v for n, v in one.items() if n not in own} == {
            n: v for n, v in other.items() if n not in own
        }
        assert bool(one["runsOn"]) == bool(other["runsOn"])
    kept = [
        [
            {n: v for n, v in json.loads(line).items() if n not in {"id", "token"}}
            for line in (tmp_path / name).read_text().splitlines()
        ]
        for name in ("single", "bulk")
    ]
    assert kept[0] == kept[1]
    assert len(kept[0]) == COUNT + 1


def test_an_app_on_a_managed_device_is_judged_with_its_ownership(
    fleet: list[dict[str, Any]],
) -> None:
    contexts = {device["id"]: device["receipt"]["context"] for device in fleet}
    apps = [device for device in fleet if device["workload"] == "mam"]
    for app in apps:
        host = contexts.get(app["runsOn"], {"mdmEnrolled": False, "ownership": "personal"})
        for name in ("mdmEnrolled", "ownership"):
            assert contexts[app["id"]][name] == host[name]
    assert {bool(app["runsOn"]) for app in apps} == {True, False}


def test_a_profile_makes_a_device_the_organisations(fleet: list[dict[str, Any]]) -> None:
    by_token = [device for device in fleet if device["byToken"]]
    assert {device["platform"] for device in by_token} == {"ios", "android"}
    for device in by_token:
        assert device["receipt"]["context"]["ownership"] == "corporate"


def test_a_device_remembers_whose_it_is(admin: Admin, fleet: list[dict[str, Any]]) -> None:
    contexts = {device["id"]: device["receipt"]["context"] for device in fleet}
    lines = (admin.ready_file.parent / "state.jsonl").read_text().splitlines()[1:]
    entries = [entry for entry in map(json.loads, lines) if entry["workload"] == "mdm"]
    for entry in entries:
        assert entry["ownership"] == contexts[entry["id"]]["ownership"]
    assert {entry["ownership"] for entry in entries} == {"corporate", "personal"}


def test_diagnostics_are_kept_of_those_who_consent(fleet: list[dict[str, Any]]) -> None:
    for device in fleet:
        assert "diagnosticUsage" in device["facts"]
        receipt, consents = device["receipt"], device["diagnosticsConsent"]
        assert (USAGE in receipt["kept"]) == consents
        assert receipt["refused"].get(USAGE) == (None if consents else "no_consent")
    assert {device["diagnosticsConsent"] for device in fleet} == {True, False}


def test_queries_and_notices_come_and_go_by_check_ins(
    admin: Admin, fleet: list[dict[str, Any]]
) -> None:
    kinds = {(device["profile"], device["platform"]): device for device in fleet}
    asked, flipped = kinds["corporate", "windows"], kinds["byod", "ios"]
    devices = "/beta/deviceManagement/managedDevices"
    text = base64.b64encode(b"BiosInfo | project SerialNumber").decode()
    query = admin.ask("POST", f"{devices}/{asked['id']}/createQuery", query=text)
    admin.ask("PATCH", f"{devices}/{flipped['id']}", ownerType="company")
    ran = admin.devices("run")
    notices = {device["index"]: device["notices"] for device in ran["devices"]}
    assert {index for index, number in notices.items() if number} == {flipped["index"]}
    told = admin.ask("GET", f"{devices}/{asked['id']}/queryResults/{query['id']}")
    rows = json.loads(base64.b64decode(told["results"]))
    assert rows == [{"SerialNumber": asked["facts"]["serialNumber"]}]
