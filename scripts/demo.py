"""The demo, from nothing but Python 3.11 or newer: makes .venv, installs, runs `mdm-sim demo`."""

import subprocess
import sys

from environment import ROOT, ensure

if __name__ == "__main__":
    python = ensure("requirements.lock")
    command = [str(python), "-m", "mdm_sim", "demo", *sys.argv[1:]]
    try:
        sys.exit(subprocess.run(command, cwd=str(ROOT), check=False).returncode)
    except KeyboardInterrupt:
        sys.exit(130)
