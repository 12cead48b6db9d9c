"""Which tests run on which database, as hooks of pytest."""

from __future__ import annotations

import pytest

# What runs on PostgreSQL too when nobody says on what: modules of the tests, by their names.
ON_BOTH = {
    "test_doors_bulk",
    "test_doors_epochs",
    "test_doors_receipts",
    "test_doors_rights",
    "test_graph_filter_shapes",
    "test_graph_odata_paging",
    "test_store_audit",
    "test_store_dialects",
    "test_store_migrations",
    "test_store_triggers",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say which database the tests use: `--database postgresql`."""
    parser.addoption("--database", choices=["sqlite", "postgresql"], help="for every test")


def pytest_configure(config: pytest.Config) -> None:
    """Tell the marker of tests that are about SQLite alone."""
    config.addinivalue_line("markers", "of_sqlite(why): about SQLite's own file or SQL alone")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, and count, what is about SQLite alone where a test is on another."""
    left = [item for item in items if item.get_closest_marker("of_sqlite") and not _on_sqlite(item)]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]


def _on_sqlite(item: pytest.Item) -> bool:
    told = getattr(item, "callspec", None)
    asked = item.config.getoption("database") or "sqlite"
    return (told.params.get("dialect", asked) if told else asked) == "sqlite"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test on the database that is asked for; without one, those of ON_BOTH on both."""
    if "dialect" in metafunc.fixturenames:
        asked = metafunc.config.getoption("database")
        name = metafunc.module.__name__.rpartition(".")[2]
        both = ["sqlite", "postgresql"] if name in ON_BOTH else ["sqlite"]
        if not asked and len(both) == 1:
            return
        metafunc.parametrize("dialect", [asked] if asked else both, indirect=True, scope="session")
