"""Tests of whole lives: how long Hypothesis looks, and what the tokens of the callers say."""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, settings

from mdm_sim import tenant

Headers = dict[str, str]
Claims = dict[str, Any]
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
def callers(sign_in: Callable[..., Headers]) -> dict[str, Claims]:
    """The claims of every user's token by id, and of the application's under `""`.

    They are the service's own, but for an end that no jump of the clock reaches.
    """
    found = {}
    for upn, user_id in [(None, ""), *((each.upn, each.id) for each in tenant.PEOPLE)]:
        payload = sign_in(upn)["Authorization"].split(".")[1]
        claims = orjson.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        found[user_id] = {**claims, "exp": _FAR_OFF}
    return found
