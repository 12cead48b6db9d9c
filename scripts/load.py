"""A fleet under load, from nothing but Python 3.11 or newer: makes .venv, installs, runs it.

Options: see `--help`; what they mean and what comes of it: docs/load.md.
"""

import subprocess
import sys
from pathlib import Path

from environment import ROOT, ensure

if __name__ == "__main__":
    python = ensure("requirements-load.lock")
    command = [str(python), str(Path(__file__).with_name("load_run.py")), *sys.argv[1:]]
    try:
        sys.exit(subprocess.run(command, cwd=str(ROOT), check=False).returncode)
    except KeyboardInterrupt:
        sys.exit(130)
