"""The benchmark, from nothing but Python 3.11 or newer: makes .venv, installs, compares.

`python3 scripts/bench.py --help` tells the options; docs/performance.md what it measures and how.
"""

import sys

from environment import ROOT, ensure, launch

if __name__ == "__main__":
    python = ensure("requirements-test.lock")
    launch(python, "-m", "benching", *sys.argv[1:], PYTHONPATH=str(ROOT / "scripts"))
