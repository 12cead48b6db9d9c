"""The doors for many: each line is what a single door takes, done as that door does it.

Lines are done by the batch, in one transaction. One that is refused changes nothing; where a batch
cannot be done as a whole its lines are done one by one. A line is answered when what it did is
committed, and has a key, so that whoever was cut off sends the stream again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol, cast

import orjson
from sqlalchemy import Connection

from mdm_sim import bulk_keys, intake, records, tokens, wire
from mdm_sim.bodies.compiling import Compiled
from mdm_sim.intake import standing
from mdm_sim.messages import Asked, Fault, TooLarge
from mdm_sim.policy.context import Workload
from mdm_sim.protocols import exchanges, schemas, streams
from mdm_sim.store import audit
from mdm_sim.store.batching import Batch
from mdm_sim.store.work import Desk, Work

_ENROLLMENT = Compiled(schemas.EnrollmentLine())
_CHECK_IN = Compiled(schemas.CheckInLine())
_HARDWARE = ("serialNumber", "imei", "azureADDeviceId")
Answers = dict[int, bytes]


@dataclass(frozen=True, slots=True)
class Job:
    """A line whose body is right. Jobs that have one of `names` in common concern each other."""

    number: int
    body: dict[str, Any]
    names: tuple[tuple[str, str], ...]


class _Elsewhere(Exception):
    """The line is of another tenant than the transaction."""


class _Undone(Exception):
    """A line was refused after it had written something: the batch is not to be committed."""


class Door(Protocol):
    """What a kind of line is, and what is done with it."""

    def read(self, line: streams.Line) -> Job:
        """The line, checked. Raises the faults of a body."""

    def begin(self, job: Job) -> AbstractContextManager[Any]:
        """A transaction for a job and others like it: the caller, whose `work` it is."""

    def foresee(self, caller: Any, job: Job) -> None:
        """Read what only this line is about."""

    def apply(self, caller: Any, job: Job) -> tuple[int, dict[str, Any]]:
        """Do what the line asks for: the status and the answer. Raises the single door's faults."""


def run(door: Door, batches: Iterator[streams.Batch]) -> Iterator[bytes]:
    """The answers to the lines, a batch at a time; one that ends the stream comes last."""
    for batch in batches:
        last = batch.last
        try:
            told = _told(door, batch.lines)
            end = batch.end
        except Fault as fault:  # the caller, not a line: nothing of the batch was done
            told, end = {}, fault
            last = batch.lines[0].number
        if end is not None:
            told[last] = _refused(last, end)
        yield b"".join(told[number] for number in sorted(told))
        if end is not None:
            return


def _told(door: Door, lines: Sequence[streams.Line]) -> Answers:
    told: Answers = {}
    jobs = []
    for line in lines:
        try:
            jobs.append(door.read(line))
        except Fault as fault:
            told[line.number] = _refused(line.number, fault)
    while jobs:
        try:
            done, jobs = _together(door, jobs)
        except Fault:
            raise
        except Exception:  # noqa: BLE001 - the lines one by one show which of them it was
            done, jobs = {job.number: _alone(door, job) for job in jobs}, []
        told |= done
    return told


def _together(door: Door, jobs: list[Job]) -> tuple[Answers, list[Job]]:
    """The answers to the jobs of one tenant, all in one transaction, and the other jobs."""
    told: Answers = {}
    elsewhere: list[Job] = []
    with door.begin(jobs[0]) as alone:
        batch = Batch(alone.work.connection)
        work = replace(alone.work, connection=cast("Connection", batch))
        caller = replace(alone, work=work)
        for group in _apart(jobs):
            batch.forget()
            with batch.foreseeing():
                for job in group:
                    with suppress(Fault, _Elsewhere):  # met again when its turn comes
                        door.foresee(caller, job)
            for job in group:
                before = batch.writes
                try:
                    told[job.number] = _line(job.number, *door.apply(caller, job))
                except _Elsewhere:
                    elsewhere.append(job)
                except Fault as fault:
                    if batch.writes != before:
                        raise _Undone from None
                    told[job.number] = _refused(job.number, fault)
        batch.flush()
    return told, elsewhere


def _alone(door: Door, job: Job) -> bytes:
    try:
        with door.begin(job) as caller:
            answer = door.apply(caller, job)
    except Fault as fault:
        return _refused(job.number, fault)
    except Exception as error:  # noqa: BLE001 - the next line may be right
        return _line(job.number, 500, wire.crash_body(error))
    return _line(job.number, *answer)


def _apart(jobs: list[Job]) -> Iterator[list[Job]]:
    """The jobs in their order, in groups in which none concerns another."""
    group: list[Job] = []
    names: set[tuple[str, str]] = set()
    for job in jobs:
        if not names.isdisjoint(job.names):
            yield group
            group, names = [], set()
        group.append(job)
        names.update(job.names)
    yield group


def _refused(number: int, fault: Fault) -> bytes:
    error, status = wire.fault_body(fault)
    return _line(number, status, error)


def _line(number: int, status: int, answer: dict[str, Any]) -> bytes:
    told = {"line": number, "status": status, **answer}
    return orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE)


def _body(read: Compiled, line: streams.Line) -> dict[str, Any]:
    if line.text is None:
        message = "the line is longer than the body of a single request may be"
        raise TooLarge(message)
    return read.read(line.text)


def _names(facts: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    told = ((name, facts.get(name)) for name in _HARDWARE)
    return tuple((name, value.lower()) for name, value in told if isinstance(value, str))


@dataclass(frozen=True, slots=True)
class Enrolling:
    """`POST /mdm/v1/enrollments:bulk`: who calls enrolls every line's device."""

    desk: Desk
    asked: Asked

    def read(self, line: streams.Line) -> Job:
        """The line, checked. Raises the faults of a body."""
        body = _body(_ENROLLMENT, line)
        names = (("key", body["key"]), *_names(body["facts"]))
        return Job(line.number, body, names)

    def begin(self, job: Job | None = None) -> AbstractContextManager[exchanges.Caller]:
        """A transaction of who calls. Raises Unauthenticated, Gone or Forbidden."""
        del job
        return exchanges.enrolling(self.desk, self.asked)

    def foresee(self, caller: exchanges.Caller, job: Job) -> None:
        """Whether it was done, the records of its hardware, and what its enrollment token is."""
        work, token = caller.work, job.body["enrollmentToken"]
        bulk_keys.record_of(work, self._digests(caller, job))
        records.same_hardware(work, job.body["platform"], job.body["facts"])
        if token is not None:
            tokens.find(work.connection, token, frozenset({"enrollment"}), work.now)

    def apply(self, caller: exchanges.Caller, job: Job) -> tuple[int, dict[str, Any]]:
        """Enroll; a line that was done has its device given a new token."""
        work, same = caller.work, self._digests(caller, job)
        done = bulk_keys.record_of(work, same)
        if done is not None:
            token = intake.renew(work, done)
            return 200, {"id": done, "deviceToken": token, "receipt": None, "again": True}
        answer = exchanges.enrolled(caller, job.body)
        bulk_keys.keep(work, same, answer["id"])
        return 201, answer

    def _digests(self, caller: exchanges.Caller, job: Job) -> list[str]:
        own = caller.enrollment_type and tokens.digest(self.asked.token)
        return bulk_keys.digests(caller.work, f"enroll {own or caller.user_id}", job.body["key"])


@dataclass(frozen=True, slots=True)
class _Desk:
    """A transaction for devices of one tenant, which is known once the first of them was found."""

    work: Work


@dataclass(frozen=True, slots=True)
class CheckingIn:
    """`POST /mdm/v1/check-ins:bulk`: every line is of the device whose token it has."""

    desk: Desk
    request_id: str

    def read(self, line: streams.Line) -> Job:
        """The line, checked. Raises the faults of a body."""
        body = _body(_CHECK_IN, line)
        return Job(line.number, body, (("device", body["deviceToken"]),))

    @contextmanager
    def begin(self, job: Job) -> Iterator[_Desk]:
        """A transaction of the tenant that the device of a job is of."""
        token = job.body["deviceToken"]
        with exchanges.writing_by(self.desk, token) as connection:
            tenant_id = tokens.tenant_of(connection, token) or ""
            yield _Desk(self.desk.on(connection, tenant_id, audit.SYSTEM, self.request_id))

    def foresee(self, caller: _Desk, job: Job) -> None:
        """Where the device stands, and whether the line was done."""
        self._standing(caller, job)
        work = caller.work
        bulk_keys.record_of(work, self._digests(work, job))

    def apply(self, caller: _Desk, job: Job) -> tuple[int, dict[str, Any]]:
        """Check in; a line that was done is not done again."""
        work, row = caller.work, self._standing(caller, job)
        same = self._digests(work, job)
        if bulk_keys.record_of(work, same) is not None:
            return 200, {"again": True}
        told = intake.check_in(work, row, exchanges.report_of(job.body))
        bulk_keys.keep(work, same, row.id)
        return 200, exchanges.checked_in(Workload.MDM, told)

    def _standing(self, caller: _Desk, job: Job) -> Any:
        """Raises Unauthenticated, Gone; _Elsewhere for a device of another tenant."""
        work, stated = caller.work, job.body["facts"].get("azureADDeviceId")
        token = job.body["deviceToken"]
        row = standing.find(work.connection, Workload.MDM, token, stated, work.now)
        if row.tenant_id != work.tenant_id:
            raise _Elsewhere
        return row

    def _digests(self, work: Work, job: Job) -> list[str]:
        return bulk_keys.digests(work, f"check-in {job.body['deviceToken']}", job.body["key"])
