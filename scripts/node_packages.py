"""Installs Microsoft's JavaScript clients into .venv/node, where there is Node.js: for tests alone.

The lock has names, versions and hashes; the registry is the one that npm is set to.
"""

import hashlib
import shutil
import subprocess

from environment import ROOT, VENV

SOURCES = ROOT / "tests" / "clients" / "node"
FILES = ("package.json", "package-lock.json")


def ensure():  # type: () -> None
    """Install what the lock says, unless it is there; what cannot be installed is not tested."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        print("there is no Node.js: tests of JavaScript clients will be skipped", flush=True)
        return
    folder = VENV / "node"
    stamp = folder / "installed.stamp"
    wanted = hashlib.sha256(b"".join((SOURCES / name).read_bytes() for name in FILES)).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    folder.mkdir(exist_ok=True)
    for name in FILES:
        shutil.copy(str(SOURCES / name), str(folder))
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if subprocess.run(command, cwd=str(folder), check=False).returncode:
        print("npm could not install: tests of JavaScript clients will be skipped", flush=True)
        return
    stamp.write_text(wanted)
