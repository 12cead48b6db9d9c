"""A fleet that checks in while processes are killed, and what a kill leaves behind."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from serving.test_serving_pressure import worker

CRASH = Path(__file__).parents[2] / "scripts" / "crash_run.py"


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_nothing_is_lost_or_doubled_when_processes_are_killed(database: str) -> None:
    options = ["--devices", "200", "--seconds", "12", "--seed", "3", "--database", database]
    told = subprocess.run(
        [sys.executable, str(CRASH), *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert "200 enrolled" in told.stdout
    assert "killed" in told.stdout
    assert "0 faults" in told.stdout


def test_no_worker_outlives_its_listener(started: Callable[..., Any]) -> None:
    service = started("--port", "off", "--workers", "2")
    [listener] = psutil.Process(service.process.pid).children()
    below = listener.children(recursive=True)
    assert len(below) >= 2
    listener.kill()
    psutil.wait_procs(below, timeout=20)
    assert [each.pid for each in below if each.is_running()] == []


def test_looking_for_too_many_connections_keeps_nothing_open(started: Callable[..., Any]) -> None:
    service = started("--port", "off")
    process = psutil.Process(worker(service.process.pid))
    before = process.num_fds()
    time.sleep(1)
    assert process.num_fds() <= before + 2
