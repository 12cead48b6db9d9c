"""A fleet under load, from nothing but Python 3.11 or newer: makes .venv, installs, runs it.

Options: see `--help`; what they mean and what comes of it: docs/load.md.
"""

import sys

from environment import ensure, launch

if __name__ == "__main__":
    launch(ensure("requirements-load.lock"), "scripts/load_run.py", *sys.argv[1:])
