"""Options and types of options that several commands have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from mdm_sim.settings import PREFIX, data_dir, proxies

SHOWN: dict[str, Any] = {"show_envvar": True, "show_default": True}


class Moment(click.ParamType[datetime]):
    name = "ISO8601"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """A moment; without a zone it is UTC."""
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail("a moment in ISO 8601 is expected", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Port(click.ParamType[int]):
    name = "PORT|off"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """A port, or `off` as -1."""
        if value == "off":
            return -1
        if str(value).isdigit() and int(value) < 65536:
            return int(value)
        return int(self.fail("a port (0 for a free one) or off is expected", param, ctx))


class Proxies(click.ParamType[str]):
    name = "NUMBER|ADDRESSES"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """How many proxies there are, or the addresses of one."""
        try:
            proxies(str(value))
        except ValueError:
            self.fail("a number of proxies or addresses, with commas, is expected", param, ctx)
        return str(value)


DATABASE = click.option(
    "--database",
    envvar=f"{PREFIX}DATABASE",
    metavar="URL",
    **SHOWN,
    help="URL of SQLite or PostgreSQL; by default SQLite in the data directory.",
)
DATA_DIR = click.option(
    "--data-dir",
    envvar=f"{PREFIX}DATA_DIR",
    type=click.Path(path_type=Path),
    **SHOWN,
    help="Where the database and the certificates are.",
)


@contextmanager
def reaching_the_database() -> Iterator[None]:
    """What goes wrong with the database as one line, which repeats nothing of its URL."""
    from sqlalchemy.exc import SQLAlchemyError

    from mdm_sim.messages import Unavailable

    try:
        yield
    except (SQLAlchemyError, Unavailable) as error:
        message = (
            f"the database cannot be used ({type(error).__name__}); see --database, --data-dir"
        )
        raise click.ClickException(message) from None
    except ValueError as error:
        raise click.ClickException(str(error)) from None


def directory_of(given: Path | None) -> Path:
    return given or data_dir({})


READY_FILE = click.option(
    "--ready-file",
    envvar=f"{PREFIX}READY_FILE",
    type=click.Path(path_type=Path),
    **SHOWN,
    help="The ready file of a running service.",
)
