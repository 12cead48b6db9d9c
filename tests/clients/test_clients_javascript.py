"""@microsoft/microsoft-graph-client with @azure/identity, where there is Node.js."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from serving.conftest import Running

HERE = Path(__file__).parent / "node"
# Where scripts/test.py installs the packages.
INSTALLED = Path(sys.prefix) / "node"
OLDEST = 20


@pytest.fixture(scope="session")
def node() -> str:
    """Node.js, with the packages; skips where it is not there or too old for them."""
    found = shutil.which("node")
    if found is None or shutil.which("npm") is None:
        pytest.skip("there is no Node.js with npm here")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True)
    major = re.match(r"v(\d+)", version.stdout)
    if major is None or int(major[1]) < OLDEST:
        pytest.skip(f"Node.js {OLDEST} or newer is needed, for @azure/identity")
    if not (INSTALLED / "installed.stamp").exists():
        pytest.skip("the packages are not installed: scripts/test.py does, where npm can")
    return found


def test_a_javascript_program_works_with_a_changed_address(node: str, service: Running) -> None:
    ready = service.ready
    program = shutil.copy(HERE / "client.mjs", INSTALLED)
    told = subprocess.run(
        [node, program],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={
            "PATH": os.environ["PATH"],
            "NODE_EXTRA_CA_CERTS": ready["ca_file"],
            "BASE_URL": f"{ready['base_url']}/",
            "AUTHORITY_HOST": urlsplit(ready["authority_url"])._replace(path="").geturl(),
            "TENANT_ID": ready["tenant_id"],
            "CLIENT_ID": ready["client_id"],
            "CLIENT_SECRET": ready["client_secret"],
            "CERTIFICATE": ready["client_certificate_file"],
        },
    )
    assert told.returncode == 0, told.stderr
    result: dict[str, Any] = json.loads(told.stdout)
    assert result["changed"]["description"] == "Changed"
    assert result["changed"]["version"] == 2
    assert len(set(result["paged"])) == 5
    assert result["steps"] == [400, 424]
    assert result["alone"] == [200, 201]
    assert result["refused"] == {"status": 404, "code": "ResourceNotFound", "requestId": True}
