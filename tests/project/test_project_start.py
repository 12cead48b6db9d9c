"""What starting costs, as counts: modules that are imported, by name and number."""

from __future__ import annotations

import subprocess
import sys

import pytest

_HEAVY = {"alembic", "cryptography", "flask", "requests", "sqlalchemy", "trustme"}
_RARE = {"alembic", "psycopg", "requests", "trustme"}
# What is imported: the most modules, and those that may not be among them.
STARTS = {
    "mdm_sim.cli": (160, _HEAVY),
    "mdm_sim.serving.supervisor": (200, _HEAVY),
    "mdm_sim.serving.http_listener": (260, _HEAVY),
    "mdm_sim.app": (880, _RARE),
    "mdm_sim.serving.keeping": (880, _RARE),
}


@pytest.mark.parametrize("name", STARTS)
def test_starting_imports_no_more_than_it_needs(name: str) -> None:
    most, absent = STARTS[name]
    program = f"import sys, {name}; print(*sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    modules = told.stdout.split()
    assert name in modules
    assert absent.intersection(modules) == set()
    assert len(modules) <= most
