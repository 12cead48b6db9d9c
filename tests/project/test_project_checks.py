"""What is true of the whole project: format, lint, types, contracts, what the wheel holds."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_FILE = 300


def run(*command: str) -> str:
    finished = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def sources() -> list[Path]:
    folders = ("mdm_sim", "devices", "scripts", "tests")
    return [path for folder in folders for path in (ROOT / folder).rglob("*.py")]


def test_every_file_is_formatted() -> None:
    run("-m", "ruff", "format", "--check", "--quiet", ".")


def test_lint_finds_nothing() -> None:
    run("-m", "ruff", "check", "--quiet", ".")


def test_types_are_strictly_right() -> None:
    run("-m", "mypy")


def test_the_import_contracts_are_kept() -> None:
    script = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    run("-c", script)


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_file_is_too_long_to_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


def test_the_wheel_holds_exactly_the_two_packages(tmp_path: Path) -> None:
    run("-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path))
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"mdm_sim", "mdm_devices"}


def test_the_wheel_holds_what_the_migrations_need(tmp_path: Path) -> None:
    run("-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path))
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    assert {"mdm_sim/py.typed", "mdm_devices/py.typed"} <= names
    assert "mdm_sim/store/migrations/env.py" in names


def test_the_locks_have_hashes_and_no_addresses() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        assert len(re.findall(r"(?m)^\S+==", text)) <= text.count("--hash=sha256:")


def test_the_locks_name_everything_the_project_declares() -> None:
    declared = re.findall(r'(?m)^    "([a-z-]+)>=', (ROOT / "pyproject.toml").read_text("utf-8"))
    locked = (ROOT / "requirements-test.lock").read_text(encoding="utf-8")
    assert [name for name in declared if f"\n{name}==" not in f"\n{locked}"] == []
