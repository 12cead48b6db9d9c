"""What the benchmark compares with, installed by itself into `.bench` from the registries.

Nothing of it is part of the project, and nothing fails where it cannot be had: it is told instead.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from benching import places
from benching.contestants import Absent

# Versions are given, so that two runs of the benchmark compare with the same.
PIP = ("moto[server]==5.2.5",)
NPM = {
    "@stoplight/prism-cli": "5.16.0",
    "@mockoon/cli": "9.9.0",
    "json-server": "0.17.4",
    "azurite": "3.37.0",
    "wiremock": "3.13.2",
}


def moto() -> list[str]:
    """The command of moto's server. Raises Absent."""
    program = places.PEERS_VENV / "bin" / "moto_server"
    if not _stamped(places.PEERS_VENV, " ".join(PIP)):
        _run([sys.executable, "-m", "venv", str(places.PEERS_VENV)], places.BENCH)
        pip = [str(places.PEERS_VENV / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        _run([*pip, "--disable-pip-version-check", *PIP], places.BENCH)
        _stamp(places.PEERS_VENV, " ".join(PIP))
    return [str(program)]


def node(package: str, program: str) -> list[str]:
    """The command of a program of an npm package. Raises Absent."""
    runtime, npm = shutil.which("node"), shutil.which("npm")
    if runtime is None or npm is None:
        message = "there is no Node.js"
        raise Absent(message)
    folder = places.NODE / package.replace("/", "+")
    wanted = f"{package}@{NPM[package]}"
    if not _stamped(folder, wanted):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}')
        quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        _run([npm, "install", *quiet, wanted], folder)
        _stamp(folder, wanted)
    return [runtime, str((folder / "node_modules" / ".bin" / program).resolve())]


def wiremock() -> list[str]:
    """The command of WireMock, whose npm package holds the jar. Raises Absent."""
    java = shutil.which("java")
    if java is None:
        message = "there is no Java"
        raise Absent(message)
    node("wiremock", "wiremock")
    jars = sorted((places.NODE / "wiremock").rglob("wiremock-standalone-*.jar"))
    if not jars:
        message = "its package holds no jar"
        raise Absent(message)
    return [java, "-jar", str(jars[-1])]


def _stamped(folder: Path, wanted: str) -> bool:
    stamp = folder / "installed.stamp"
    return stamp.exists() and stamp.read_text() == wanted


def _stamp(folder: Path, wanted: str) -> None:
    (folder / "installed.stamp").write_text(wanted)


def _run(command: list[str], folder: Path) -> None:
    print(f"installing into {folder.relative_to(places.ROOT)} …", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    finished = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if finished.returncode:
        message = f"it cannot be installed (exit status {finished.returncode})"
        raise Absent(message)
