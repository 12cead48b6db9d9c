"""Devices check in while processes are killed, from nothing but Python 3.11 or newer.

Options: see `--help`; what is killed and what is compared: docs/load.md.
"""

import sys

from environment import ensure, launch

if __name__ == "__main__":
    launch(ensure("requirements-test.lock"), "scripts/crash_run.py", *sys.argv[1:])
