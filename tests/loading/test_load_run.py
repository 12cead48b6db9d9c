"""Whole runs: a fleet in processes of its own, against a real service, and what is reported."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from loading.load_scripts import SCRIPTS, script

import mdm_devices.load
from mdm_devices import defaults
from mdm_devices.personas import Fleet

LOCUSTFILE = Path(mdm_devices.load.__file__).with_name("locustfile.py")
DEVICES, SECONDS, SEED = 12, 10, 5
AN_ID = re.compile(r"[0-9a-f]{8}-|[0-9]{3,}")
IDENTIFYING = ("serialNumber", "phoneNumber", "imei", "wiFiMacAddress", "deviceName")


def run_load(*options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPTS / "load_run.py"), *map(str, options)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)


def test_a_run_with_a_service_of_its_own_reports_what_came_of_it(tmp_path: Path) -> None:
    finished = run_load(
        "--devices", DEVICES, "--seconds", SECONDS, "--seed", SEED, "--shape", "push",
        "--output", tmp_path,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert {path.name for path in tmp_path.iterdir()} == {
        "report.html", "check-ins.png", "latency.png", "refusals.png", "timeline.csv",
        "requests.csv", "figures.json",
    }  # fmt: skip
    figures = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    every_device_enrolls_and_a_push_brings_it(figures)
    nothing_fails(figures)
    names_of_requests_hold_no_ids(figures)
    refusals_are_those_of_the_policy(figures)
    no_value_of_a_device_is_in(b"".join(path.read_bytes() for path in tmp_path.iterdir()))


def every_device_enrolls_and_a_push_brings_it(figures: dict[str, Any]) -> None:
    assert sum(each["enrollments"] for each in figures["timeline"]) >= DEVICES
    [push] = figures["pushesAtSecond"]
    earlier = [each for each in figures["timeline"] if each["second"] < int(push)]
    later = [each for each in figures["timeline"] if each["second"] >= int(push)]
    came = sum(each["enrollments"] for each in earlier)  # some may be late on a slow machine
    assert sum(each["checkIns"] for each in later) >= came > 0


def nothing_fails(figures: dict[str, Any]) -> None:
    assert figures["errors"] == []
    assert [each["failed"] for each in figures["requests"]] == [0] * len(figures["requests"])


def names_of_requests_hold_no_ids(figures: dict[str, Any]) -> None:
    names = [each["request"] for each in figures["requests"]]
    assert "POST /v1.0/deviceManagement/deviceCompliancePolicies/{id}/assign" in names
    assert [name for name in names if AN_ID.search(name)] == []


def refusals_are_those_of_the_policy(figures: dict[str, Any]) -> None:
    told = {(each["row"], each["reason"]) for each in figures["refusals"]}
    assert ("never.photos", "never_collected") in told
    assert ("device.location", "ownership_personal") in told


def no_value_of_a_device_is_in(written: bytes) -> None:
    fleet = Fleet(SEED, defaults.MIX, defaults.PLATFORMS, defaults.CLOCK)
    values = [
        str(device.facts[name]).encode()
        for device in fleet.devices(DEVICES)
        for name in IDENTIFYING
        if name in device.facts
    ]
    assert len(values) > 2 * DEVICES
    assert [value for value in values if value in written] == []


def test_a_service_of_its_own_ends_with_it(tmp_path: Path) -> None:
    with script("load_service").service(tmp_path) as (pid, ready):
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
        assert len(family) > 1
        assert ready.exists()
    assert [each.pid for each in family if is_alive(each)] == []


def is_alive(process: psutil.Process) -> bool:
    """Whether it still runs; one that nobody has waited for does not."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def test_two_workers_share_a_fleet(ready_file: Path, tmp_path: Path) -> None:
    port, file = str(free_port()), tmp_path / "figures.json"
    locust = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--loglevel", "WARNING"]
    master = [
        *locust, "--master", "--headless", "--expect-workers", "2", "--only-summary",
        "--master-bind-host", "127.0.0.1", "--master-bind-port", port, "--stop-timeout", "5",
        "--devices", "8", "--seconds", "6", "--seed", "6", "--shape", "monday",
        "--figures", str(file),
    ]  # fmt: skip
    worker = [*locust, "--worker", "--master-host", "127.0.0.1", "--master-port", port]
    environment = {**os.environ, "MDM_SIM_READY_FILE": str(ready_file)}
    processes = [
        subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for command in (master, worker, worker)
    ]
    try:
        words = [process.communicate(timeout=60)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert [process.returncode for process in processes] == [0, 0, 0], words
    timeline = json.loads(file.read_text(encoding="utf-8"))["timeline"]
    assert sum(each["enrollments"] for each in timeline) >= 8
    assert sum(each["checkIns"] for each in timeline) > 0
    assert sum(each["failed"] for each in timeline) == 0


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--url", "http://127.0.0.1:9"), "--user"),
        (("--shape", "sunday"), "--shape"),
        (("--seconds", 10**6), "--seconds"),
    ],
)
def test_options_that_cannot_be_are_told(options: tuple[object, ...], word: str) -> None:
    finished = run_load(*options)
    assert finished.returncode == 2
    assert word in finished.stderr


def test_a_service_that_is_not_there_is_told(tmp_path: Path) -> None:
    finished = run_load(
        "--url", "http://127.0.0.1:9", "--user", "nobody@example.test", "--password", "x",
        "--seconds", 4, "--devices", 2, "--output", tmp_path,
    )  # fmt: skip
    assert finished.returncode == 1
    assert "nothing went well" in finished.stderr


def test_a_locustfile_without_a_service_says_so(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name[:4] != "MDM_"}
    command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless"]
    finished = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=60,
        cwd=tmp_path,
    )  # fmt: skip
    assert finished.returncode == 1
    assert "MDM_SIM_READY_FILE" in finished.stderr
