"""Where the benchmark keeps what it makes: nothing of it is part of the project."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / ".bench"
FLEETS = BENCH / "fleets"
SCRATCH = BENCH / "scratch"
PEERS_VENV = BENCH / "peers"
NODE = BENCH / "node"
