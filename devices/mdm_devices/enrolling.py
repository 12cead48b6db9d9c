"""Enroll a fleet: every device signs in as its user, tells all it has, and gets a token."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from mdm_devices.connection import User
from mdm_devices.personas import Device, Fleet
from mdm_devices.roster import Entry
from mdm_devices.signin import SignIn
from mdm_devices.wire import RefusedError, UnreachableError

Job = TypeVar("Job")
Result = TypeVar("Result")
DOORS = {"mdm": "/mdm/v1/enrollments", "mam": "/mam/v1/registrations"}
TOKENS = {"mdm": "deviceToken", "mam": "appToken"}


@dataclass(frozen=True)
class Enrolled:
    """What came of one device: an entry and a receipt, or an error's code."""

    device: Device
    user: User
    entry: Entry | None = None
    receipt: dict[str, Any] = field(default_factory=dict)
    milliseconds: float = 0.0
    error: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The device as `mdm-devices enroll --json` prints it."""
        told = self.device.to_json() | {
            "id": self.entry.id if self.entry else None,
            "user": self.user.upn,
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
    fleet: Fleet, count: int, sign_in: SignIn, users: Sequence[User], workers: int
) -> Iterator[Enrolled]:
    """Enroll the first `count` devices, users taking turns."""

    def one(index: int) -> Enrolled:
        return enroll(fleet.device(index), users[index % len(users)], sign_in)

    return in_parallel(one, range(count), workers)


def enroll(device: Device, user: User, sign_in: SignIn) -> Enrolled:
    """Enroll one device; an error becomes its code."""
    try:
        answer = sign_in.post(user, DOORS[device.workload], request_of(device))
    except RefusedError as error:
        return Enrolled(device, user, error=error.code)
    except UnreachableError:
        return Enrolled(device, user, error="unreachable")
    token = answer.body.get(TOKENS[device.workload])
    identifier = answer.body.get("id")
    if not isinstance(token, str) or not isinstance(identifier, str):
        return Enrolled(device, user, error="unexpectedAnswer")
    return Enrolled(
        device,
        user,
        entry=entry_of(device, identifier, token),
        receipt=answer.body.get("receipt") or {},
        milliseconds=answer.milliseconds,
    )


def entry_of(device: Device, identifier: str, token: str) -> Entry:
    """The device's line in the state file."""
    return Entry(
        index=device.index,
        workload=device.workload,
        profile=device.profile,
        platform=device.platform,
        id=identifier,
        token=token,
    )


def request_of(device: Device) -> dict[str, object]:
    """The body a device enrolls with, or a managed app registers with."""
    body: dict[str, object] = {
        "platform": device.platform,
        "facts": device.facts,
        "diagnosticsConsent": device.consents,
    }
    if device.enrollment_type:
        body["enrollmentType"] = device.enrollment_type
    return body
