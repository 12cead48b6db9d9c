"""Services beside each other on one database of PostgreSQL share everything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from databases import Server, rows
from serving.conftest import Running, start

from mdm_sim.cli import main
from mdm_sim.store import audit
from mdm_sim.store.engine import Store

WRONG = "postgresql://canary-user:canary-password@127.0.0.1:1/canary-name"
WRONGS = [WRONG, WRONG.replace(":1/", ":canary-port/"), WRONG.replace("postgresql", "canary")]
COMMANDS = [("audit", "verify"), ("db", "upgrade"), ("upkeep",), ("serve", "--port", "0")]
ENROLL = {"platform": "ios", "enrollmentType": "userEnrollment"}


@pytest.fixture(scope="module")
def pair(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Two services of two workers each on one database, and the database's URL."""
    folder = tmp_path_factory.mktemp("pair")
    url = server.empty(folder)
    found: list[Running] = []
    for name in ("one", "other"):
        (folder / name).mkdir()
        found.append(start(folder / name, "--database", url, "--workers", "2"))
    yield SimpleNamespace(services=found, url=url)
    for running in found:
        if running.process.poll() is None:
            running.stop()


def ask(service: Running, method: str, path: str, bearer: str, **body: object) -> object:
    """Ask a service over plain HTTP; its answer's JSON."""
    answer = service.session.request(
        method,
        f"{service.ready['http_url']}{path}",
        headers={"Authorization": f"Bearer {bearer}"},
        json=body or {},
        timeout=30,
    )
    assert answer.status_code < 300, answer.text
    return answer.json()


def test_what_one_does_the_other_knows(pair: SimpleNamespace) -> None:
    one, other = pair.services
    user, app = one.user_token(), other.token()

    def live(number: int) -> str:
        here, there = pair.services[number % 2], pair.services[(number + 1) % 2]
        facts = {"deviceName": f"phone {number}", "serialNumber": f"SN-{number}"}
        made = ask(here, "POST", "/mdm/v1/enrollments", user, **ENROLL, facts=facts)
        token = made["deviceToken"]
        for service in (there, here, there):
            ask(service, "POST", "/mdm/v1/check-ins", token, facts={"osVersion": f"18.{number}"})
        return str(made["id"])

    with ThreadPoolExecutor(6) as pool:
        ids = list(pool.map(live, range(12)))
    for service in (one, other):
        listed = ask(service, "GET", "/v1.0/deviceManagement/managedDevices", app)
        told = {each["id"]: each["osVersion"] for each in listed["value"]}
        assert told == {each: f"18.{number}" for number, each in enumerate(ids)}
    order = f"/v1.0/deviceManagement/managedDevices/{ids[0]}"
    ask(one, "PATCH", order, app, managedDeviceOwnerType="company")
    assert ask(other, "GET", order, app)["managedDeviceOwnerType"] == "company"
    store = Store(pair.url)
    with store.read() as connection:
        assert list(audit.verify(connection)) == []
    store.close()
    assert len(rows(pair.url)["managed_devices"]) == len(ids)


def test_the_commands_work_beside_the_services(pair: SimpleNamespace, tmp_path: Path) -> None:
    where = ["--database", pair.url, "--data-dir", str(tmp_path)]
    assert "0 faults" in CliRunner().invoke(main, ["audit", "verify", *where]).output
    assert "up to date" in CliRunner().invoke(main, ["db", "upgrade", *where]).output
    told = CliRunner().invoke(main, ["upkeep", "--json", *where])
    assert json.loads(told.output)["rejudged"] == 0


@pytest.mark.parametrize("url", WRONGS)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_database_that_cannot_be_used_is_told_without_its_url(
    command: tuple[str, ...], url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told = CliRunner().invoke(main, [*command, "--data-dir", str(tmp_path), "--database", url])
    assert told.exit_code == 1
    assert "database" in told.output
    assert "canary" not in f"{told.output} {told.exception!r} {caplog.text}"
