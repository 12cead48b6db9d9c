"""The programs of docs/clients.md, run as they stand there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from serving.conftest import Running

PAGE = Path(__file__).parents[2] / "docs" / "clients.md"
PROGRAMS = dict(
    enumerate(re.findall(r"```(python|js)\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL))
)


@pytest.fixture
def environment(service: Running) -> dict[str, str]:
    """What `mdm-sim env` prints, and nothing that could lead elsewhere."""
    command = [sys.executable, "-m", "mdm_sim", "env", "--ready-file", str(service.ready_file)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    shell = subprocess.run(
        ["sh", "-c", f"{printed}\nenv -0"],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"]},
    )
    return dict(line.split("=", 1) for line in shell.stdout.split("\0") if "=" in line)


@pytest.mark.parametrize("number", PROGRAMS)
def test_a_program_of_the_page_runs(
    number: int, environment: dict[str, str], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    language, program = PROGRAMS[number]
    if language == "js":
        folder = request.getfixturevalue("node_packages")
        file, command = folder / f"page{number}.mjs", "node"
    else:
        file, command = tmp_path / "page.py", sys.executable
    file.write_text(program, encoding="utf-8")
    told = subprocess.run(
        [command, str(file)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=environment,
    )
    assert (told.returncode, bool(told.stdout.strip())) == (0, True), told.stderr


def test_the_page_has_a_program_for_every_client() -> None:
    assert [language for language, _ in PROGRAMS.values()] == ["python", "python", "js"]
