"""IntuneCD, unmodified: a tenant backed up, brought back to its backup, and backed up again.

Its addresses are fixed, so it comes through a CONNECT proxy; nothing of it reaches Microsoft.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from clients.connect_proxy import ConnectProxy
from clients.drifting import drift
from clients.seeding import Graph, seed
from serving.conftest import Running, start

GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# What a new object has anew, and where the order says nothing.
ANEW = {"createdDateTime", "lastModifiedDateTime", "modifiedDateTime"}
UNORDERED = {"assignments", "definitionValues"}
Run = Callable[..., str]


@pytest.fixture
def tenant(tmp_path: Path) -> Iterator[Running]:
    """A service of this test's own."""
    service = start(tmp_path)
    yield service
    service.stop()


@pytest.fixture
def intunecd(tenant: Running) -> Iterator[Run]:
    """Runs one of IntuneCD's commands on a folder; fails where the command or one line does."""
    ready = tenant.ready
    found = shutil.which("IntuneCD-startbackup", path=str(Path(sys.executable).parent))
    assert found is not None
    with ConnectProxy(urlsplit(ready["base_url"]).port or 0) as proxy:
        environment = {
            "PATH": os.environ["PATH"],
            "HTTPS_PROXY": proxy.url,
            "REQUESTS_CA_BUNDLE": ready["ca_file"],
            "TENANT_NAME": ready["tenant_id"],
            "CLIENT_ID": ready["client_id"],
            "CLIENT_SECRET": ready["client_secret"],
        }

        def run(command: str, folder: Path, *options: str) -> str:
            program = found.replace("startbackup", f"start{command}")
            told = subprocess.run(
                [program, "-m", "1", "-p", str(folder), "--exit-on-error", *options],
                capture_output=True,
                text=True,
                check=False,
                timeout=240,
                env=environment,
            )
            said = told.stdout + told.stderr
            wrong = [line for line in said.splitlines() if re.search(r"\[ERROR|failed", line)]
            assert (told.returncode, wrong) == (0, []), said
            return said

        yield run
    assert not proxy.refused, "it asked for more than the two names"


def compared(folder: Path) -> dict[str, Any]:
    """What a backup says, by file, without what is new in every object that is made again."""
    found: dict[str, Any] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_file() and not name.startswith(("__archive__", "Assignment Report")):
            text = GUID.sub("(id)", path.read_text(encoding="utf-8"))
            found[name] = _lasting(json.loads(text)) if path.suffix == ".json" else text
    return found


def _lasting(value: Any) -> Any:
    if isinstance(value, list):
        return [_lasting(each) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {name: _lasting(each) for name, each in value.items() if name not in ANEW}
    for name in UNORDERED & kept.keys():
        kept[name] = sorted(kept[name], key=json.dumps)
    return kept


@pytest.mark.parametrize("name", ["graph.microsoft.com:80", "example.com:443", "localhost:443"])
def test_the_proxy_leads_nowhere_else(name: str) -> None:
    with ConnectProxy(1) as proxy, socket.create_connection(("127.0.0.1", proxy.server_port)) as to:
        to.sendall(f"CONNECT {name} HTTP/1.1\r\nHost: {name}\r\n\r\n".encode())
        assert to.recv(64).split()[1] == b"403"
    assert (proxy.refused[name], proxy.tunnelled.total()) == (1, 0)


def test_a_tenant_is_brought_back_to_its_backup(
    tenant: Running, intunecd: Run, tmp_path: Path
) -> None:
    graph = Graph(tenant.ready["base_url"], tenant.session, tenant.token())
    places = seed(graph)
    before, drifted, after = tmp_path / "before", tmp_path / "drifted", tmp_path / "after"
    for folder in (before, drifted, after):
        folder.mkdir()
    intunecd("backup", before)
    wanted = compared(before)
    assert "Updating" not in intunecd("update", before, "--update-assignments")
    drift(graph, places)
    intunecd("backup", drifted)
    found = compared(drifted)
    assert len([name for name in wanted if found.get(name) != wanted[name]]) > 30
    options = ("--update-assignments", "--create-groups", "--remove", "--max-workers", "1")
    intunecd("update", before, *options)
    intunecd("backup", after)
    assert compared(after) == wanted
