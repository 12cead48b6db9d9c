"""The recorded messages: each gets the recorded receipt, and leaves what was recorded as stored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

FIXTURES = sorted((Path(__file__).parents[2] / "fixtures" / "plain").glob("*.json"))


@pytest.fixture(params=FIXTURES, ids=lambda path: path.stem)
def recorded(request: pytest.FixtureRequest) -> dict[str, Any]:
    """One recorded message."""
    return dict(json.loads(request.param.read_text(encoding="utf-8")))


def test_a_recorded_message_is_judged_as_recorded(
    client: FlaskClient, user: dict[str, str], admin: dict[str, str], recorded: dict[str, Any]
) -> None:
    answer = client.post(recorded["door"], headers=user, json=recorded["body"])
    assert answer.status_code == 201
    told = answer.json["receipt"]
    assert {name: told[name] for name in recorded["receipt"]} == recorded["receipt"]
    held = client.get(f"/privacy/v1/records/{answer.json['id']}", headers=admin).json
    assert held["facts"] == recorded["stored"]


def test_there_is_a_message_of_each_kind_and_platform() -> None:
    kinds = {path.stem.split("-")[0] for path in FIXTURES}
    assert (len(FIXTURES), kinds) == (16, {"corporate", "byod", "mam"})
