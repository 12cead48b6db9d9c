"""A proof of a few short phases, on a service that is as it should be or that has a fault."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mdm_sim.cli.proving import served_routes
from mdm_sim.policy.context import Ownership, Platform
from mdm_sim.policy.facts import Kind
from mdm_sim.proving import batching, changes, documents, enrolling, signing_in
from mdm_sim.proving.endings import order
from mdm_sim.proving.proof import Proof, prove
from mdm_sim.proving.routes import Route
from mdm_sim.proving.stage import Stage

SABOTAGE = Path(__file__).parent / "sabotage"
Proving = Callable[..., Proof]
# A set of both versions, with a set below its objects and members of lists among its properties.
WRITTEN = "/notificationMessageTemplates"
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


def an_admin_writes(stage: Stage) -> None:
    stage.enroll("sweep", Platform.IOS, "appleBulkWithUser", Ownership.CORPORATE)
    some = [route for route in stage.routes.routes if WRITTEN in route.path]
    documents.through(stage, some)


STORY = {
    play.__name__: play
    for play in (
        two_enroll,
        somebody_asks,
        one_is_personal_now,
        one_leaves,
        an_admin_writes,
        batching.batches,
        signing_in.sign_ins,
    )
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
