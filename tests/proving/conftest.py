"""A proof of a few short phases, on a service that is as it should be or that has a fault."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mdm_sim.cli.proving import served_routes
from mdm_sim.policy.context import Ownership
from mdm_sim.policy.facts import Kind
from mdm_sim.proving import changes, enrolling
from mdm_sim.proving.endings import order
from mdm_sim.proving.proof import Proof, prove
from mdm_sim.proving.routes import Route
from mdm_sim.proving.stage import Stage

SABOTAGE = Path(__file__).parent / "sabotage"
Proving = Callable[..., Proof]
# The database is small: a purge leaves the files in its own request.
SOON = 1.0


def two_enroll(stage: Stage) -> None:
    for name, platform, how, ownership in enrolling.DEVICES:
        if name in {"corporate ios", "personal ios"}:
            stage.enroll(name, platform, how, ownership)


def one_is_personal_now(stage: Stage) -> None:
    changes.mark(stage, "corporate ios", Ownership.PERSONAL)


def one_leaves(stage: Stage) -> None:
    record = stage.need("personal ios")
    order(stage, record, "sendCustomNotificationToCompanyPortal", ("notificationBody",))
    stage.callers.tell("DELETE", "/mdm/v1/enrollments/self", None, record.token, record.id)
    stage.end(record)


def somebody_asks(stage: Stage) -> None:
    address = stage.ledger.make(Kind.IPV4, "(headers)", "X-Forwarded-For")
    stage.callers.send("GET", "/readyz", headers={"X-Forwarded-For": address})
    stage.callers.ask("GET", "/privacy/v1/settings")


STORY = {
    play.__name__: play for play in (two_enroll, somebody_asks, one_is_personal_now, one_leaves)
}


@pytest.fixture(scope="session")
def routes() -> frozenset[Route]:
    return served_routes()


@pytest.fixture
def proving(routes: frozenset[Route]) -> Proving:
    """Play some phases of the story; `fault` is a function of the sabotage."""

    def run(*phases: str, fault: str = "") -> Proof:
        path = os.pathsep.join(filter(None, (str(SABOTAGE), os.environ.get("PYTHONPATH"))))
        environment = {"PYTHONPATH": path, "SABOTAGE": fault} if fault else {}
        played = {name: STORY[name] for name in phases or STORY}
        return prove(routes, phases=played, environment=environment, patience=SOON)

    return run
