"""One real service for the real clients, which trust it by the settings that each of them has."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving.conftest import Running, start

OLDEST_NODE = 20
TRUST = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service with five devices; tests make what they need and leave no order to each other."""
    running = start(tmp_path_factory.mktemp("clients"))
    headers = {"Authorization": f"Bearer {running.user_token()}"}
    for number, platform in enumerate(("ios", "ios", "android", "windows", "macos")):
        facts = {"deviceName": f"Device {number}", "osVersion": f"1{number}.0"}
        made = running.session.post(
            f"{running.ready['base_url']}/mdm/v1/enrollments",
            headers=headers,
            json={
                "platform": platform,
                "enrollmentType": "deviceEnrollmentManager",
                "facts": facts,
            },
            timeout=30,
        )
        assert made.status_code == 201, made.text
    yield running
    running.stop()


@pytest.fixture
def trusted(service: Running, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The service's authority is trusted as `mdm-sim env` sets it, and no proxy is in the way."""
    for name in TRUST:
        monkeypatch.setenv(name, service.ready["ca_file"])
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return Path(service.ready["ca_file"])


@pytest.fixture(scope="session")
def node_packages() -> Path:
    """Where scripts/test.py installs packages for Node.js; skips where there is none for them."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        pytest.skip("there is no Node.js with npm here")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
    major = re.match(r"v(\d+)", version.stdout)
    if major is None or int(major[1]) < OLDEST_NODE:
        pytest.skip(f"Node.js {OLDEST_NODE} or newer is needed, for @azure/identity")
    folder = Path(sys.prefix) / "node"
    if not (folder / "installed.stamp").exists():
        pytest.skip("the packages are not installed: scripts/test.py does, where npm can")
    return folder
