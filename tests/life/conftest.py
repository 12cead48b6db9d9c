"""Tests of whole lives: how long Hypothesis looks, and the callers whose tokens outlast a jump."""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, settings

from mdm_sim import tenant, tokens
from mdm_sim.app import open_desk
from mdm_sim.settings import Settings

Headers = dict[str, str]
PROFILE = "HYPOTHESIS_PROFILE"
_FAR_OFF = 2**33

# `HYPOTHESIS_PROFILE=long` goes on for an hour or so, with other sequences every time.
settings.register_profile(
    "life",
    database=None,
    deadline=None,
    derandomize=True,
    max_examples=12,
    stateful_step_count=40,
    suppress_health_check=list(HealthCheck),
)
settings.register_profile(
    "long", settings.get_profile("life"), derandomize=False, max_examples=2000
)


@pytest.fixture(scope="session")
def how_long() -> settings:
    """The profile that the environment names, or the short one that is the same every time."""
    name = os.environ.get(PROFILE, "life")
    return settings.get_profile(name if name == "long" else "life")


@pytest.fixture(scope="session")
def callers(prepared: Path, sign_in: Callable[..., Headers]) -> dict[str, Headers]:
    """Headers of every user by id, and of the application under `""`.

    Their tokens are the service's own, but for an end that no jump of the clock reaches.
    """
    desk = open_desk(Settings(f"sqlite:///{prepared}"))
    found = {}
    for upn, user_id in [(None, ""), *((each.upn, each.id) for each in tenant.PEOPLE)]:
        payload = sign_in(upn)["Authorization"].split(".")[1]
        claims = orjson.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        with desk.store.read() as connection:
            token = tokens.sign(connection, tenant.TENANT_ID, {**claims, "exp": _FAR_OFF})
        found[user_id] = {"Authorization": f"Bearer {token}"}
    desk.store.close()
    return found
