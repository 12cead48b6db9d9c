"""Devices check in while processes are killed, from nothing but Python 3.11 or newer.

Options: see `--help`; what is killed and what is compared: docs/load.md.
"""

import subprocess
import sys
from pathlib import Path

from environment import ROOT, ensure

if __name__ == "__main__":
    python = ensure("requirements-test.lock")
    command = [str(python), str(Path(__file__).with_name("crash_run.py")), *sys.argv[1:]]
    try:
        sys.exit(subprocess.run(command, cwd=str(ROOT), check=False).returncode)
    except KeyboardInterrupt:
        sys.exit(130)
