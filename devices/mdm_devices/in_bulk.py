"""Enroll a fleet by the stream: a request for many devices of one user, instead of one for each."""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from mdm_devices.connection import User
from mdm_devices.enrolling import DOORS, Door, Enrolled, Way, entry_of, request_of
from mdm_devices.hosting import hosts_of
from mdm_devices.personas import Device, Fleet
from mdm_devices.roster import Entry
from mdm_devices.wire import RefusedError, UnreachableError, code_of

PATH = f"{DOORS['mdm']}:bulk"
# Devices that are made and sent together, so that memory does not grow with the fleet; a request
# of them is one batch of the service, which is answered once it was read.
TOGETHER = 100
TRIES = 3


def enroll_in_bulk(
    fleet: Fleet, count: int, door: Door, users: Sequence[User]
) -> Iterator[Enrolled]:
    """Enroll the first `count` devices, users taking turns; apps register one by one.

    The same bodies as of `enroll_fleet`, so that the same fleet comes of it.
    """
    hosts = hosts_of(fleet, count, len(users))
    awaited: dict[int, Entry | None] = dict.fromkeys(hosts.values())
    for first in range(0, count, TOGETHER):
        made = [fleet.device(index) for index in range(first, min(count, first + TOGETHER))]
        ways = {each.index: Way(users[each.index % len(users)]) for each in made}
        told = dict(_devices(door, [each for each in made if each.workload == "mdm"], ways))
        for device in made:
            outcome = told.get(device.index)
            if outcome is None:
                host = awaited[hosts[device.index]] if device.index in hosts else None
                outcome = door.enroll(device, users[device.index % len(users)], host)
            if device.index in awaited:
                awaited[device.index] = outcome.entry
            yield outcome


def _devices(
    door: Door, devices: list[Device], ways: dict[int, Way]
) -> Iterator[tuple[int, Enrolled]]:
    """What came of each device; those of one caller go together."""
    callers: dict[str, list[tuple[Device, Way]]] = {}
    for device in devices:
        try:
            way = door.way(device, ways[device.index])
        except RefusedError as error:
            yield device.index, Enrolled(device, ways[device.index], error=error.code)
        except UnreachableError:
            yield device.index, Enrolled(device, ways[device.index], error="unreachable")
        else:
            caller = way.user.upn if way.user else str(way.token)
            callers.setdefault(caller, []).append((device, way))
    for sent in callers.values():
        for (device, way), answer in zip(sent, _answers(door, sent), strict=True):
            yield device.index, _outcome(device, way, answer)


def _answers(door: Door, sent: list[tuple[Device, Way]]) -> list[dict[str, Any]]:
    """An answer for each line; what was cut off is sent again, under the same keys."""
    way, stream = sent[0][1], uuid.uuid4().hex
    bodies = [
        {**request_of(device, each), "key": f"{stream}-{device.index}"} for device, each in sent
    ]
    code = ""
    for _ in range(TRIES):
        try:
            if way.user is not None:
                told = door.sign_in.lines(way.user, PATH, bodies)
            else:
                told = door.wire.lines(PATH, str(way.token), bodies)
        except RefusedError as error:
            code = error.code
            break
        except UnreachableError:
            code = "unreachable"
            continue
        if len(told) == len(sent):
            return told
        code = "unexpectedAnswer"
    return [{"error": {"code": code}}] * len(sent)


def _outcome(device: Device, way: Way, answer: dict[str, Any]) -> Enrolled:
    if "error" in answer:
        return Enrolled(device, way, error=code_of(int(answer.get("status", 0)), answer))
    entry = entry_of(device, answer)
    if entry is None:
        return Enrolled(device, way, error="unexpectedAnswer")
    return Enrolled(device, way, entry, answer.get("receipt") or {})
