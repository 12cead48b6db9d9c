"""A real service in a process of its own, for a fleet that is simulated in another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from loading.load_scripts import script


@pytest.fixture(scope="session")
def ready_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The ready file of a service that runs as long as these tests."""
    with script("load_service").service(tmp_path_factory.mktemp("load")) as (_, ready):
        yield ready
