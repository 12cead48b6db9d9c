"""Real clients against a real service: MSAL over TLS, the simulated devices, the commands."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msal
import pytest


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments], capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(autouse=True)
def _no_other_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


def test_msal_gets_an_application_token_that_graph_takes(running: Any) -> None:
    ready = running.ready
    application = msal.ConfidentialClientApplication(
        ready["client_id"],
        client_credential=ready["client_secret"],
        authority=ready["authority_url"],
        instance_discovery=False,
        verify=ready["ca_file"],
    )
    token = application.acquire_token_for_client(["https://graph.microsoft.com/.default"])
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    url = f"{ready['base_url']}/v1.0//deviceManagement/managedDevices"
    assert running.session.get(url, headers=headers, timeout=10).status_code == 200


def test_a_fleet_enrolls_checks_in_and_leaves(running: Any, tmp_path: Path) -> None:
    common = ["--ready-file", str(running.ready_file), "--json", "--state", str(tmp_path / "s")]
    enrolled = json.loads(
        command(
            "mdm_devices",
            "enroll",
            *common,
            "--count",
            "12",
            "--platforms",
            "windows,macos,ios,ipados,android,linux",
        ).stdout
    )
    assert (enrolled["summary"]["enrolled"], enrolled["summary"]["failed"]) == (12, 0)
    ran = json.loads(command("mdm_devices", "run", *common, "--rounds", "2").stdout)
    assert (ran["summary"]["checkIns"], ran["summary"]["failed"]) == (24, 0)
    left = json.loads(command("mdm_devices", "unenroll", *common).stdout)
    assert left["summary"]["gone"] == 12


def test_env_prints_exports_that_a_shell_takes(running: Any) -> None:
    printed = command("mdm_sim", "env", "--ready-file", str(running.ready_file)).stdout
    script = printed + '\necho "$MDM_SIM_BASE_URL $SSL_CERT_FILE"'
    told = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout
    assert told.split() == [running.ready["base_url"], running.ready["ca_file"]]


@pytest.mark.parametrize("options", [[], ["--user", "ada.admin@mdmsim.example"]])
def test_token_prints_a_token_that_graph_takes(running: Any, options: list[str]) -> None:
    printed = command("mdm_sim", "token", "--ready-file", str(running.ready_file), *options)
    headers = {"Authorization": f"Bearer {printed.stdout.strip()}"}
    url = f"{running.ready['http_url']}/v1.0/deviceManagement/managedDevices"
    assert running.session.get(url, headers=headers, timeout=10).status_code == 200


def test_without_a_ready_file_the_commands_say_so(tmp_path: Path) -> None:
    refused = command("mdm_sim", "token", "--ready-file", str(tmp_path / "none.json"))
    assert refused.returncode == 1
    assert "no ready file" in refused.stderr


def test_the_audit_log_of_a_busy_service_verifies(running: Any) -> None:
    data = str(running.ready_file.parent / "data")
    assert command("mdm_sim", "audit", "verify", "--data-dir", data).returncode == 0
