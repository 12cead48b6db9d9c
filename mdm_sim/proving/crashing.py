"""Phases in which the service dies: SIGKILL in a stream of writes, a start on what is left, an end.

What was acknowledged has to be there, or gone. A request that was cut off may have done either:
after the start the service is asked which.
"""

from __future__ import annotations

import http.client
import threading
from dataclasses import dataclass, field
from typing import Any

from mdm_sim.policy.context import Context, Ownership, Platform, Workload
from mdm_sim.proving.callers import Callers
from mdm_sim.proving.enrolling import small_facts
from mdm_sim.proving.model import PARTS, Record
from mdm_sim.proving.service import ServiceFailed
from mdm_sim.proving.stage import Stage

STREAMS = 3
# How many requests are answered before the service is killed, and how many there are at most.
BEFORE_THE_END, MOST = 40, 400
# After a start, upkeep cuts what a killed purge left in the write-ahead log.
RESTART_PATIENCE_SECONDS = 5.0
# What holds the facts of those who left: one stream can bar the checkpoint of another's purge, and
# a killed service cannot make up for it before it starts again.
BARRED = ("maybe", "barred")
# What holds the facts of enrollments that nobody heard of: devices may have come of them.
UNHEARD = ("unheard", "")


@dataclass(slots=True)
class Stream:
    """What one stream of enrollments and departures was told, and what it never heard of."""

    callers: Callers
    answered: list[tuple[str, dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    unheard: list[dict[str, Any]] = field(default_factory=list)
    leaving: Record | None = None


def killed_while_writing(stage: Stage) -> None:
    """Devices enroll and leave in several streams at once when every process is killed."""
    leavers = [name for name in stage.named if name.startswith("crowd ")]
    upn, lock = stage.user(0), threading.Lock()
    token = stage.token_of(upn)
    streams = [Stream(stage.callers.another()) for _ in range(STREAMS)]
    threads = [
        threading.Thread(target=_stream, args=(stage, stream, token, leavers, lock), daemon=True)
        for stream in streams
    ]
    for thread in threads:
        thread.start()
    while sum(len(stream.answered) for stream in streams) < BEFORE_THE_END:
        if not any(thread.is_alive() for thread in threads):
            break
        threads[0].join(0.002)
    stage.service.kill()
    for thread in threads:
        thread.join()
    for stream in streams:
        stage.callers.answers += stream.callers.answers
        stage.callers.requests += stream.callers.requests
        stream.callers.close()
        _settle(stage, stream, upn)
    stage.callers.close()


def _stream(
    stage: Stage, stream: Stream, token: str, leavers: list[str], lock: threading.Lock
) -> None:
    """Enroll, and let one of the crowd leave, in turn, until nobody answers any more."""
    for _ in range(MOST):
        with lock:
            name = leavers.pop() if leavers else ""
        facts = small_facts(stage)
        stream.unheard.append(facts)
        body = {"platform": "ios", "enrollmentType": "userEnrollment", "facts": facts}
        try:
            told = stream.callers.tell("POST", "/mdm/v1/enrollments", body, token)
            stream.unheard.pop()
            stream.answered.append(("enrolled", told, facts))
            if name:
                stream.leaving = record = stage.named[name]
                door = "/mdm/v1/enrollments/self"
                stream.callers.tell("DELETE", door, None, record.token, record.id)
                stream.leaving = None
                stream.answered.append(("left", {"name": name}, {}))
        except (OSError, http.client.HTTPException, ServiceFailed):
            return


def _settle(stage: Stage, stream: Stream, upn: str) -> None:
    for what, told, facts in stream.answered:
        if what == "left":
            record = stage.need(told["name"])
            stage.ledger.hold(record.facts, BARRED)
            stage.end(record)
            continue
        context = Context(Workload.MDM, Ownership.PERSONAL, Platform.IOS, mdm_enrolled=True)
        name = f"survivor {told['id']}"
        record = Record(told["id"], told["deviceToken"], upn, context, name)
        stage.model.begin(record, facts)
        stage.named[name] = record
    for facts in stream.unheard:
        lawful = {name: facts[name] for name in ("deviceName", "serialNumber", "imei")}
        stage.ledger.hold(lawful, UNHEARD)
    if stream.leaving:
        stage.ledger.keep_only({(part, stream.leaving.id): None for part in PARTS})
        stage.ledger.hold(stream.leaving.facts, ("maybe", stream.leaving.id))
        stage.unsure.append(stream.leaving)


def started_again(stage: Stage) -> None:
    """The service starts on the same data: what was cut off is there whole, or not at all."""
    stage.service.start()
    stage.ledger.drop([BARRED])
    for record in stage.unsure:
        answer = stage.callers.send(
            "GET", f"/privacy/v1/records/{record.id}", token=stage.callers.admin_token
        )
        stage.ledger.drop([("maybe", record.id)])
        if answer.status == 200:
            stage.model.settle(record)
        else:
            stage.end(record)
    stage.unsure.clear()
    stage.patience = RESTART_PATIENCE_SECONDS


def stopped(stage: Stage) -> None:
    """The service stops; what is left is its files."""
    stage.service.stop()
