"""The demo, from nothing but Python 3.11 or newer: makes .venv, installs, runs `mdm-sim demo`."""

import sys

from environment import ensure, launch

if __name__ == "__main__":
    launch(ensure("requirements.lock"), "-m", "mdm_sim", "demo", *sys.argv[1:])
