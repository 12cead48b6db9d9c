"""Enroll a fleet: every device signs in as its user, tells all it has, and gets a token."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from mdm_devices.connection import User
from mdm_devices.hosting import hosts_of
from mdm_devices.personas import Device, Fleet
from mdm_devices.profiles import USERLESS, Profiles
from mdm_devices.roster import Entry
from mdm_devices.signin import SignIn
from mdm_devices.wire import Answer, RefusedError, UnreachableError, Wire

Job = TypeVar("Job")
Result = TypeVar("Result")
DOORS = {"mdm": "/mdm/v1/enrollments", "mam": "/mam/v1/registrations"}
TOKENS = {"mdm": "deviceToken", "mam": "appToken"}


@dataclass(frozen=True)
class Way:
    """How a device comes in: its user, an enrollment token, and the host that an app runs on."""

    user: User | None
    token: str | None = None
    host: Entry | None = None


@dataclass(frozen=True)
class Enrolled:
    """What came of one device: an entry and a receipt, or an error's code."""

    device: Device
    way: Way
    entry: Entry | None = None
    receipt: dict[str, Any] = field(default_factory=dict)
    milliseconds: float = 0.0
    error: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The device as `mdm-devices enroll --json` prints it."""
        told = self.device.to_json() | {
            "id": self.entry.id if self.entry else None,
            "user": self.way.user.upn if self.way.user else None,
            "byToken": self.way.token is not None,
            "runsOn": self.way.host.id if self.way.host else None,
            "receipt": self.receipt,
        }
        return told | ({"error": self.error} if self.error else {})


def in_parallel(
    work: Callable[[Job], Result], jobs: Sequence[Job], workers: int
) -> Iterator[Result]:
    """The results in the order of the jobs, as they come; jobs not begun are dropped on a stop."""
    pool = ThreadPoolExecutor(max_workers=workers)
    try:
        yield from pool.map(work, jobs)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def enroll_fleet(
    fleet: Fleet, count: int, door: "Door", users: Sequence[User], workers: int
) -> Iterator[Enrolled]:
    """Enroll the first `count` devices, users taking turns.

    An app waits for its host, which comes before it and so has begun already.
    """
    hosts = hosts_of(fleet, count, len(users))
    awaited: dict[int, Future[Entry | None]] = {host: Future() for host in hosts.values()}

    def one(index: int) -> Enrolled:
        host = awaited[hosts[index]].result() if index in hosts else None
        outcome = None
        try:
            outcome = door.enroll(fleet.device(index), users[index % len(users)], host)
        finally:
            if index in awaited:
                awaited[index].set_result(outcome.entry if outcome is not None else None)
        return outcome

    return in_parallel(one, range(count), workers)


@dataclass(frozen=True)
class Door:
    """Where devices enroll and apps register."""

    wire: Wire
    sign_in: SignIn
    profiles: Profiles

    def enroll(self, device: Device, user: User, host: Entry | None = None) -> Enrolled:
        """Enroll one device, or register one app on its host; an error becomes its code."""
        way = Way(user, host=host)
        try:
            way = self.way(device, way)
            answer = self._post(device, way)
        except RefusedError as error:
            return Enrolled(device, way, error=error.code)
        except UnreachableError:
            return Enrolled(device, way, error="unreachable")
        entry = entry_of(device, answer.body)
        if entry is None:
            return Enrolled(device, way, error="unexpectedAnswer")
        receipt = answer.body.get("receipt") or {}
        return Enrolled(device, way, entry, receipt, answer.milliseconds)

    def way(self, device: Device, way: Way) -> Way:
        """How a device comes in. Raises RefusedError, UnreachableError."""
        token = self.profiles.token(device.enrollment_type)
        has_user = token is None or device.enrollment_type not in USERLESS
        return replace(way, user=way.user if has_user else None, token=token)

    def _post(self, device: Device, way: Way) -> Answer:
        path, body = DOORS[device.workload], request_of(device, way)
        if way.user is not None:
            return self.sign_in.post(way.user, path, body)
        return self.wire.post(path, str(way.token), body)


def entry_of(device: Device, answer: dict[str, Any]) -> Entry | None:
    """The device's line in the state file; None when the answer lacks an id or a token."""
    token, identifier = answer.get(TOKENS[device.workload]), answer.get("id")
    if not isinstance(token, str) or not isinstance(identifier, str):
        return None
    return Entry(
        index=device.index,
        workload=device.workload,
        profile=device.profile,
        platform=device.platform,
        id=identifier,
        token=token,
        ownership=answer.get("ownership"),
    )


def request_of(device: Device, way: Way) -> dict[str, object]:
    """The body a device enrolls with, or a managed app registers with.

    An enrollment token stands for the type: in the body beside a user, else as the credential.
    """
    body: dict[str, object] = {
        "platform": device.platform,
        "facts": device.facts,
        "diagnosticsConsent": device.consents,
    }
    if way.token is None and device.enrollment_type:
        body["enrollmentType"] = device.enrollment_type
    if way.token is not None and way.user is not None:
        body["enrollmentToken"] = way.token
    if way.host is not None:
        body["deviceToken"] = way.host.token
    return body
