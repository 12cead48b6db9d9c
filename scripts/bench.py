"""The benchmark, from nothing but Python 3.11 or newer: makes .venv, installs, compares.

`python3 scripts/bench.py --help` tells the options; docs/performance.md what it measures and how.
"""

import os
import subprocess
import sys

from environment import ROOT, ensure

if __name__ == "__main__":
    python = ensure("requirements-test.lock")
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "scripts")}
    command = [str(python), "-m", "benching", *sys.argv[1:]]
    try:
        sys.exit(subprocess.run(command, env=environment, check=False).returncode)
    except KeyboardInterrupt:
        sys.exit(130)
