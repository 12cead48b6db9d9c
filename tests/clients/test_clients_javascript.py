"""@microsoft/microsoft-graph-client with @azure/identity, where there is Node.js."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from serving.conftest import Running

HERE = Path(__file__).parent / "node"


def test_a_javascript_program_works_with_a_changed_address(
    node_packages: Path, service: Running
) -> None:
    ready = service.ready
    program = shutil.copy(HERE / "client.mjs", node_packages)
    told = subprocess.run(
        ["node", str(program)],
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
