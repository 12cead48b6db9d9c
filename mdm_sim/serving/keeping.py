"""What the service does beside answering: prepare the store, tell of itself, upkeep."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from mdm_sim import tenant
from mdm_sim.app import open_desk
from mdm_sim.messages import Unavailable
from mdm_sim.preparation import prepare
from mdm_sim.serving.children import CannotServe, Child
from mdm_sim.settings import Settings
from mdm_sim.store.work import Desk
from mdm_sim.upkeep import job

UPKEEP_SECONDS = 30
THOROUGH_SECONDS = 3600
BEHIND_SECONDS = 1
# A database is compacted while it serves up to this size, and for a twentieth of the time.
MOST_COMPACTED = 512 * 1024 * 1024
COMPACTING_SHARE = 20


def prepared(settings: Settings) -> Desk:
    """The desk of a store that is ready to be served. Raises CannotServe."""
    desk = open_desk(settings)
    try:
        prepare(desk, lambda done: print(f"mdm-sim: {done} records judged again", file=sys.stderr))
    except (SQLAlchemyError, Unavailable) as error:
        raise _unusable(error) from None
    return desk


def _unusable(error: SQLAlchemyError | Unavailable) -> CannotServe:
    kind = type(error).__name__
    return CannotServe(f"the database cannot be used ({kind}); see --database, --data-dir")


def ready(https: str | None, http: str | None, ca_file: Path) -> dict[str, object]:
    """What a client needs: the contract of the ready file."""
    root = https or http
    return {
        "pid": os.getpid(),
        "base_url": https,
        "http_url": http,
        "tenant_id": tenant.TENANT_ID,
        "client_id": tenant.CLIENT_ID,
        "client_secret": tenant.CLIENT_SECRET,
        "client_certificate_file": str(tenant.CERTIFICATE_FILE),
        "public_client_id": tenant.PUBLIC_CLIENT_ID,
        "authority_url": f"{root}/{tenant.TENANT_ID}",
        "admin_upn": tenant.ADMIN.upn,
        "admin_password": tenant.PASSWORD,
        "user_upn": tenant.USERS[0].upn,
        "user_password": tenant.PASSWORD,
        "users": [{"upn": user.upn, "password": tenant.PASSWORD} for user in tenant.USERS],
        "ca_file": str(ca_file.resolve()),
        "console_url": f"{root}/console",
        "lab_url": f"{root}/_lab",
    }


def mind(desk: Desk, children: Sequence[Child], stopped: Sequence[int]) -> None:
    """See that the listeners live; upkeep now and then, and what a change left behind at once."""
    quick = thorough = behind = tidy = 0.0
    while not stopped:
        for child in children:
            child.revive()
        now = time.monotonic()
        try:
            if now >= quick:
                quick = now + UPKEEP_SECONDS
                job.run(desk, only_quick=now < thorough, stopped=lambda: bool(stopped))
                thorough = thorough if now < thorough else now + THOROUGH_SECONDS
            elif now >= behind:
                behind = now + BEHIND_SECONDS
                job.catch_up(desk, lambda: bool(stopped))
            elif now >= tidy:
                tidy = now + BEHIND_SECONDS
                desk.store.compact(MOST_COMPACTED)
                tidy = max(tidy, now + COMPACTING_SHARE * (time.monotonic() - now))
        except Unavailable:
            print("mdm-sim: upkeep waits for the database", file=sys.stderr)
        time.sleep(0.1)
