"""Makes the project's own virtual environment. Standard library only; runs on old Pythons too,
so that it can say what is wrong with them."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OLDEST = (3, 11)


def fail(message):  # type: (str) -> None
    """Say what is wrong, and stop."""
    sys.exit(f"{Path(sys.argv[0]).name}: {message}")


def ensure(lock_name):  # type: (str) -> Path
    """Make .venv, install the locked packages and the project; returns its Python.

    Nothing is installed again while the lock and the project's metadata stay the same.
    """
    if sys.version_info < OLDEST:
        fail(
            "Python {}.{} or newer is needed; this is {}.{} ({})".format(
                *OLDEST, *sys.version_info[:2], sys.executable
            )
        )
    python = _python()
    stamp = VENV / (lock_name + ".stamp")
    wanted = _fingerprint(lock_name)
    if _runs(python) and stamp.exists() and stamp.read_text() == wanted:
        return python
    if not _runs(python):
        _make()
    print("installing what the project needs into .venv …", flush=True)
    # Without compiling everything at once: the test packages have thousands of modules. And
    # without dependencies: the lock is whole, and pip would look for newer ones with extras.
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pip += ["--no-compile", "--no-deps"]
    _run(
        [*pip, "--require-hashes", "-r", str(ROOT / lock_name)],
        "the packages could not be installed; is a package index reachable?",
    )
    _run(
        [*pip, "--no-build-isolation", "--editable", str(ROOT)],
        "the project itself could not be installed",
    )
    stamp.write_text(wanted)
    return python


def launch(python, *command, **environment):  # type: (Path, *str, **str) -> None
    """Run Python with a command, in the project's folder, and end as it ends."""
    told = {**os.environ, **environment}
    try:
        done = subprocess.run([str(python), *command], cwd=str(ROOT), env=told, check=False)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(done.returncode)


def _python():  # type: () -> Path
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _runs(python):  # type: (Path) -> bool
    if not python.exists():
        return False
    check = f"import sys, pip; sys.exit(sys.version_info < {OLDEST!r})"
    return (
        subprocess.run(
            [str(python), "-c", check], stderr=subprocess.DEVNULL, check=False
        ).returncode
        == 0
    )


def _make():  # type: () -> None
    print("making .venv …", flush=True)
    if VENV.exists():
        shutil.rmtree(VENV)
    _run(
        [sys.executable, "-m", "venv", str(VENV)],
        "a virtual environment could not be made. On Debian and Ubuntu the package python3-venv "
        "is missing; elsewhere this Python lacks its venv or ensurepip module",
    )


def _fingerprint(lock_name):  # type: (str) -> str
    digest = hashlib.sha256(repr(sys.version_info[:2]).encode())
    for name in (lock_name, "pyproject.toml"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def _run(command, complaint):  # type: (list[str], str) -> None
    if subprocess.run(command, cwd=str(ROOT), check=False).returncode:
        fail(complaint)
