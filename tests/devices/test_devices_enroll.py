"""Enrolling a fleet with a real HTTP service."""

import json
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mdm_devices.cli import main

Call = Callable[..., Result]


def test_every_device_enrolls_and_is_told_of(call: Call, service: Any) -> None:
    document = json.loads(call("enroll", "--count", 10, "--json").stdout)
    assert [device["index"] for device in document["devices"]] == list(range(10))
    assert (document["summary"]["enrolled"], document["summary"]["failed"]) == (10, 0)
    assert len(service.enrolled) == 10


def test_what_is_told_is_what_was_sent(call: Call, service: Any) -> None:
    document = json.loads(call("enroll", "--count", 5, "--workers", 1, "--json").stdout)
    consents = [received["diagnosticsConsent"] for received in service.enrolled.values()]
    assert consents == [number % 3 == 0 for number in range(len(consents))]
    for device, received in zip(document["devices"], service.enrolled.values(), strict=True):
        assert device["facts"] == received["facts"]
        assert device["receipt"]["kept"] == ["hardware.model"]


def test_apps_register_and_devices_enroll(call: Call, service: Any) -> None:
    call("enroll", "--count", 10, "--workers", 1)
    doors = [body["path"] for body in service.enrolled.values()]
    assert doors.count("/mam/v1/registrations") == 2
    for body in service.enrolled.values():
        assert ("enrollmentType" in body) == (body["path"] == "/mdm/v1/enrollments")


def test_users_take_turns_and_sign_in_once(call: Call, service: Any) -> None:
    document = json.loads(call("enroll", "--count", 4, "--workers", 4, "--json").stdout)
    users = [device["user"] for device in document["devices"]]
    assert users == ["u1@example.test", "u2@example.test"] * 2
    assert sorted(service.sign_ins) == ["u1@example.test", "u2@example.test"]


def test_an_expired_user_token_is_renewed(call: Call, service: Any) -> None:
    service.faults = [
        (200, {}, '{"access_token": "stale"}'),
    ]
    result = call("enroll", "--count", 1, "--json")
    assert json.loads(result.stdout)["summary"]["enrolled"] == 1
    assert service.sign_ins == ["u1@example.test"]


def test_a_busy_service_is_asked_again(call: Call, service: Any) -> None:
    service.faults = [(429, {"Retry-After": "0"}, ""), (503, {"Retry-After": "0"}, "")]
    result = call("enroll", "--count", 1, "--workers", 1)
    assert (result.exit_code, len(service.enrolled)) == (0, 1)


def test_the_summary_table_has_a_line_per_profile_and_platform(call: Call, service: Any) -> None:
    result = call("enroll", "--count", 10)
    assert len(service.enrolled) == 10
    for word in ("corporate", "byod", "mam", "windows", "ipados", "refused", "p95 ms"):
        assert word in result.stdout


def test_a_refused_device_shows_its_code_and_no_value(call: Call, service: Any) -> None:
    refusal = '{"error": {"code": "unknownPlatform", "message": "secret value"}}'
    service.faults = [(200, {}, '{"access_token": "stale"}'), (422, {}, refusal)]
    result = call("enroll", "--count", 1)
    assert result.exit_code == 1
    assert "unknownPlatform" in result.stderr
    assert "secret value" not in result.output


def test_one_refusal_among_many_is_no_failure(call: Call, service: Any) -> None:
    signed_in = (200, {}, '{"access_token": "stale"}')
    service.faults = [signed_in, (409, {}, "not json")]
    result = call("enroll", "--count", 4, "--workers", 1, "--json")
    summary = json.loads(result.stdout)["summary"]
    assert (result.exit_code, summary["failed"], summary["errors"]) == (0, 1, {"http409": 1})


def test_a_wrong_password_is_one_clear_line(service: Any) -> None:
    line = ["enroll", "--url", service.url, "--user", "u@example.test", "--password", "wrong"]
    result = CliRunner().invoke(main, line)
    assert result.exit_code == 1
    assert result.stderr == (
        "mdm-devices: the service refused to sign in: invalid_grant (status 400)\n"
    )


def test_an_absent_service_is_one_clear_line() -> None:
    line = ["enroll", "--url", "http://127.0.0.1:9", "--user", "u", "--password", "p"]
    result = CliRunner().invoke(main, line)
    assert result.exit_code == 1
    assert result.stderr.startswith("mdm-devices: cannot reach http://127.0.0.1:9")


@pytest.mark.parametrize(
    "wrong",
    [
        ["--mix", "corporate=all"],
        ["--platforms", "amiga"],
        ["--clock", "yesterday"],
        ["--url", "http://127.0.0.1:9"],
        ["--mix", "mam=1", "--platforms", "linux"],
        ["--state", "/no/such/folder/state.jsonl"],
    ],
)
def test_a_wrong_option_is_a_usage_error(call: Call, wrong: list[str]) -> None:
    assert call("enroll", *wrong).exit_code == 2


def test_an_address_needs_a_user() -> None:
    assert CliRunner().invoke(main, ["enroll", "--url", "http://127.0.0.1:9"]).exit_code == 2


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"base_url": "https://localhost"}'])
def test_a_ready_file_that_lacks_something_is_a_usage_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text)
    result = CliRunner().invoke(main, ["enroll", "--ready-file", str(path)])
    assert result.exit_code == 2
    assert "ready file" in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="modes are of POSIX")
def test_only_the_owner_may_read_the_state_file(call: Call, tmp_path: Path) -> None:
    state = tmp_path / "state.jsonl"
    call("enroll", "--count", 3, "--state", state)
    assert stat.S_IMODE(state.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.glob(".state*")] == []


def test_the_state_file_has_the_fleet_and_a_line_per_device(call: Call, tmp_path: Path) -> None:
    state = tmp_path / "state.jsonl"
    call("enroll", "--count", 3, "--seed", 9, "--workers", 1, "--state", state)
    first, *lines = map(json.loads, state.read_text().splitlines())
    assert first["seed"] == 9
    assert [line["index"] for line in lines] == [0, 1, 2]
    assert [line["id"] for line in lines] == ["id-device-0", "id-device-1", "id-device-2"]
