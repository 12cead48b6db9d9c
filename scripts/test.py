"""The tests, from nothing but Python 3.11 or newer: makes .venv, installs, runs pytest.

Further arguments go to pytest. Formatting, lint, types and import contracts are tests too.
"""

import sys

import node_packages
from environment import ensure, launch

if __name__ == "__main__":
    python = ensure("requirements-test.lock")
    node_packages.ensure()
    launch(python, "-m", "pytest", "-n", "auto", *sys.argv[1:])
