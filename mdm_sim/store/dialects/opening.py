"""Which database a URL is of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from mdm_sim.store.dialects.backend import Backend

_EXPECTED = "the database URL must begin with sqlite:/// or postgresql://"
_MISSING = "PostgreSQL needs a driver: install mdm-sim[postgres]"


def _sqlite() -> type[Backend]:
    from mdm_sim.store.dialects.sqlite import SQLite  # noqa: PLC0415 - the one that is served

    return SQLite


def _postgresql() -> type[Backend]:
    try:
        from mdm_sim.store.dialects.postgresql import PostgreSQL  # noqa: PLC0415 - may be absent
    except ModuleNotFoundError:
        raise ValueError(_MISSING) from None
    return PostgreSQL


_BACKENDS: dict[str, Callable[[], type[Backend]]] = {
    "sqlite": _sqlite,
    "postgresql": _postgresql,
}


def _read(url: str) -> URL | None:
    """The parts of a URL; None for what is none, since the error would repeat parts of it."""
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        return None


def is_missing(url: str) -> bool:
    """Whether a URL is of a file that is not there; a server is asked when it is used."""
    told = _read(url)
    if told is None or told.get_backend_name() != "sqlite":
        return False
    return not Path(told.database or "").is_file()


def backend(url: str, *, full_sync: bool = False) -> Backend:
    """The database of an SQLAlchemy URL, opened. Raises ValueError, which repeats nothing of it."""
    told = _read(url)
    known = _BACKENDS.get(told.get_backend_name()) if told is not None else None
    if known is None:
        raise ValueError(_EXPECTED)
    return known()(url, full_sync=full_sync)
