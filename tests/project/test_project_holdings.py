"""The commands on what is held: a person's rights, and upkeep at a moment of one's choice."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result

from mdm_sim import tenant
from mdm_sim.cli import main
from mdm_sim.settings import Settings

USER = tenant.USERS[0]


@pytest.fixture
def command(settings: Settings) -> Callable[..., Result]:
    """Run a command on this test's database."""

    def run(*arguments: str, status: int = 0) -> Result:
        result = CliRunner().invoke(main, [*arguments, "--database", settings.database])
        assert result.exit_code == status, result.output
        return result

    return run


def test_a_person_is_exported_as_json(
    enroll: Callable[..., Any], command: Callable[..., Result]
) -> None:
    device = enroll({"deviceName": "canary-phone"})
    told = orjson.loads(command("rights", "export", USER.upn).stdout)
    assert told["directoryEntry"]["displayName"] == USER.display_name
    assert told["managedDevices"][0]["id"] == device["id"]


def test_a_person_is_exported_as_csv(
    enroll: Callable[..., Any], command: Callable[..., Result], tmp_path: Path
) -> None:
    device = enroll({"deviceName": 'a "phone", mine', "thirdPartyUserIds": ["x", "y"]})
    path = tmp_path / "export.csv"
    command("rights", "export", USER.id, "--format", "csv", "--output", str(path))
    assert path.stat().st_mode & 0o077 == 0
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    assert rows[0] == ["section", "id", "name", "value"]
    held = {(section, key, name): value for section, key, name, value in rows[1:]}
    named = ("managedDevices", device["id"])
    assert held[*named, "facts/deviceName"] == 'a "phone", mine'
    assert held[*named, "facts/thirdPartyUserIds/1"] == "y"
    assert held["directoryEntry", USER.id, "userPrincipalName"] == USER.upn


def test_an_export_is_audited(command: Callable[..., Result], table: Callable[..., Any]) -> None:
    command("rights", "export", USER.upn)
    (entry,) = table("audit_events")
    assert entry["activity_type"] == "export PersonalData"
    assert USER.upn not in entry["document"]


def test_a_person_is_erased_with_a_receipt(
    enroll: Callable[..., Any], command: Callable[..., Result], on_disk: Callable[[str], bool]
) -> None:
    device = enroll({"deviceName": "canary-phone"})
    told = orjson.loads(command("rights", "erase", USER.upn, "--yes").stdout)
    assert told["subjectId"] == USER.id
    assert told["managedDevices"] == [device["id"]]
    assert not on_disk("canary-phone")
    assert not on_disk(USER.upn)
    command("rights", "export", USER.upn, status=1)


def test_erasing_asks_first(
    enroll: Callable[..., Any], settings: Settings, on_disk: Callable[[str], bool]
) -> None:
    enroll({"deviceName": "canary-phone"})
    arguments = ["rights", "erase", USER.upn, "--database", settings.database]
    assert CliRunner().invoke(main, arguments, input="n\n").exit_code == 1
    assert on_disk("canary-phone")


def test_upkeep_is_done_at_the_moment_that_is_given(
    register: Callable[..., Any], command: Callable[..., Result]
) -> None:
    register()
    assert orjson.loads(command("upkeep", "--json").stdout)["app_idle"] == 0
    late = command("upkeep", "--clock", "2099-01-01", "--json").stdout
    assert orjson.loads(late)["app_idle"] == 1
    shown = command("upkeep").stdout
    assert any(line.split() == ["app_idle", "0"] for line in shown.splitlines())


@pytest.mark.parametrize(
    "arguments", [("rights", "export", "a@b"), ("rights", "erase", "a@b", "--yes"), ("upkeep",)]
)
def test_without_a_database_none_is_made(arguments: tuple[str, ...], tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'none.db'}"
    result = CliRunner().invoke(main, [*arguments, "--database", url])
    assert result.exit_code == 1
    assert "there is no database" in result.output
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_person_is_told_without_the_name(command: Callable[..., Result]) -> None:
    assert "ghost" not in command("rights", "export", "ghost@nowhere", status=1).output
