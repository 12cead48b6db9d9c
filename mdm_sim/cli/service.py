"""Commands around a running service: serve, env, token."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from mdm_sim.cli.options import (
    DATA_DIR,
    DATABASE,
    READY_FILE,
    SHOWN,
    Moment,
    Port,
    Proxies,
    directory_of,
    reaching_the_database,
)
from mdm_sim.settings import PREFIX, QUIRKS, THROTTLES, WORKLOADS, Settings, default_database


@click.command()
@click.option("--host", envvar=f"{PREFIX}HOST", default="127.0.0.1", **SHOWN)
@click.option(
    "--port",
    envvar=f"{PREFIX}PORT",
    type=Port(),
    default=7443,
    **SHOWN,
    help="HTTPS; 0 takes a free port, off disables it.",
)
@click.option(
    "--http-port",
    envvar=f"{PREFIX}HTTP_PORT",
    type=Port(),
    default=7080,
    **SHOWN,
    help="Plain HTTP; 0 takes a free port, off disables it.",
)
@DATABASE
@DATA_DIR
@click.option(
    "--workers",
    envvar=f"{PREFIX}WORKERS",
    type=click.IntRange(1, 64),
    default=1,
    **SHOWN,
    help="Processes of the HTTP listener.",
)
@click.option(
    "--seed",
    envvar=f"{PREFIX}SEED",
    type=int,
    **SHOWN,
    help="The same ids and tokens on every run.",
)
@click.option(
    "--clock",
    envvar=f"{PREFIX}CLOCK",
    type=Moment(),
    **SHOWN,
    help="The moment at which the service's clock starts.",
)
@click.option(
    "--full-sync",
    envvar=f"{PREFIX}FULL_SYNC",
    is_flag=True,
    **SHOWN,
    help="Let commits survive the loss of power too (slower).",
)
@click.option(
    "--workload",
    envvar=f"{PREFIX}WORKLOAD",
    type=click.Choice(WORKLOADS),
    default=WORKLOADS[0],
    **SHOWN,
    help="What the tenant has: mam is app protection alone, mdm is both.",
)
@click.option(
    "--throttle",
    envvar=f"{PREFIX}THROTTLE",
    type=click.Choice(THROTTLES),
    is_flag=False,
    flag_value=THROTTLES[1],
    default=THROTTLES[0],
    **SHOWN,
    help="Keep to the limits that Microsoft documents for Graph.",
)
@click.option(
    "--quirks",
    envvar=f"{PREFIX}QUIRKS",
    type=click.Choice(QUIRKS),
    multiple=True,
    **SHOWN,
    help="Where the real service departs from its own rules, depart as it does.",
)
@click.option(
    "--trusted-proxy",
    envvar=f"{PREFIX}TRUSTED_PROXY",
    type=Proxies(),
    default="",
    **SHOWN,
    help="Whose X-Forwarded-Proto, -Host and -Prefix count: how many proxies, or addresses.",
)
@click.option(
    "--ready-file",
    envvar=f"{PREFIX}READY_FILE",
    type=click.Path(path_type=Path),
    **SHOWN,
    help="Written when the service answers (JSON).",
)
def serve(
    host: str,
    port: int,
    http_port: int,
    database: str | None,
    data_dir: Path | None,
    workers: int,
    seed: int | None,
    clock: datetime | None,
    full_sync: bool,  # noqa: FBT001
    workload: str,
    throttle: str,
    quirks: tuple[str, ...],
    trusted_proxy: str,
    ready_file: Path | None,
) -> None:
    """Serve HTTPS and plain HTTP, on loopback unless told otherwise."""
    from mdm_sim.clock import Clock
    from mdm_sim.serving import supervisor
    from mdm_sim.serving.children import CannotServe

    if port == http_port == supervisor.OFF:
        message = "both listeners are off; give --port or --http-port"
        raise click.UsageError(message)
    directory = directory_of(data_dir)
    settings = Settings(
        database or default_database(directory),
        seed,
        Clock.starting_at(clock).offset if clock else 0.0,
        full_sync,
        workload=workload,
        throttle=throttle,
        quirks=frozenset(quirks),
        trusted_proxy=trusted_proxy,
    )
    listening = supervisor.Listening(host, port, http_port, workers)
    try:
        with reaching_the_database():
            supervisor.serve(settings, directory, listening, ready_file or directory / "ready.json")
    except (CannotServe, OSError, ValueError) as error:
        raise click.ClickException(str(error)) from None


def _ready(ready_file: Path | None, data_dir: Path | None) -> dict[str, Any]:
    import orjson

    path = ready_file or directory_of(data_dir) / "ready.json"
    if not path.exists():
        message = "no ready file: start the service with mdm-sim serve, or give --ready-file"
        raise click.ClickException(message)
    told: dict[str, Any] = orjson.loads(path.read_bytes())
    return told


@click.command()
@READY_FILE
@DATA_DIR
def env(ready_file: Path | None, data_dir: Path | None) -> None:
    """Print what the ready file says as shell exports."""
    import shlex

    told = _ready(ready_file, data_dir)
    told["ready_file"] = str((ready_file or directory_of(data_dir) / "ready.json").resolve())
    trust = dict.fromkeys(
        ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"), told["ca_file"]
    )
    named = {
        f"{PREFIX}{name.upper()}": value
        for name, value in told.items()
        if isinstance(value, (str, int))
    }
    for name, value in (named | trust).items():
        click.echo(f"export {name}={shlex.quote(str(value))}")


@click.command()
@READY_FILE
@DATA_DIR
@click.option("--user", metavar="UPN", help="A user's token instead of the application's.")
@click.option("--password", help="The user's password, if it is not the development one.")
def token(
    ready_file: Path | None, data_dir: Path | None, user: str | None, password: str | None
) -> None:
    """Print an access token of the running service."""
    import requests

    told = _ready(ready_file, data_dir)
    form = {"client_id": told["client_id"], "scope": "https://graph.microsoft.com/.default"}
    if user:
        form |= {
            "grant_type": "password",
            "username": user,
            "password": password or told["user_password"],
        }
    else:
        form |= {"grant_type": "client_credentials", "client_secret": told["client_secret"]}
    url = f"{told['authority_url']}/oauth2/v2.0/token"
    answer = requests.post(url, data=form, verify=told["ca_file"], timeout=30)
    if not answer.ok:
        raise click.ClickException(f"the service refused: {answer.json().get('error')}")
    click.echo(answer.json()["access_token"])
