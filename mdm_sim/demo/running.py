"""The simulated devices of the demo: a program of its own."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import orjson

from mdm_sim.proving.service import Service, ServiceFailed


def devices(service: Service, verb: str, *arguments: str) -> dict[str, Any]:
    """What `mdm-devices VERB` tells as JSON."""
    finished = subprocess.run(
        [
            sys.executable,
            "-m",
            "mdm_devices",
            verb,
            "--ready-file",
            str(service.ready_file),
            "--json",
            *arguments,
        ],
        stdout=subprocess.PIPE,
        check=False,
    )
    if finished.returncode:
        message = f"mdm-devices {verb} failed"
        raise ServiceFailed(message)
    told: dict[str, Any] = orjson.loads(finished.stdout)
    return told
