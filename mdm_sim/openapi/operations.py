"""The table of operations: for each route, by its endpoint, who may call and what is answered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from marshmallow import Schema

from mdm_sim.messages import (
    Conflict,
    Fault,
    Forbidden,
    Gone,
    Impossible,
    Malformed,
    NotFound,
    TooLarge,
    Unauthenticated,
    WrongMediaType,
)
from mdm_sim.privacy.preview import PreviewBody
from mdm_sim.privacy.rights import PersonBody
from mdm_sim.privacy.switches import SettingsBody
from mdm_sim.protocols.schemas import (
    CheckInBody,
    CheckInLine,
    EnrollmentBody,
    EnrollmentLine,
    RegistrationBody,
    TokenBody,
)

DOORS = ("plain", "privacy")


class Caller(StrEnum):
    """Whose bearer token (RFC 6750) an operation takes."""

    USER = "userToken"
    ADMIN = "adminToken"
    ENROLLMENT = "enrollmentToken"
    DEVICE = "deviceToken"
    APP = "appToken"


CALLERS = {
    Caller.USER: "an access token of Entra ID for a user",
    Caller.ADMIN: "an access token of Entra ID for an administrator or an application, with the "
    "DeviceManagementServiceConfig permissions (records: DeviceManagementManagedDevices)",
    Caller.ENROLLMENT: "an enrollment token, from POST /mdm/v1/enrollment-tokens",
    Caller.DEVICE: "the device's own token, from its enrollment",
    Caller.APP: "the app's own token, from its registration",
}
# Of every operation: a body in a coding is unpacked whether it is read or not.
_OF_ALL = (Unauthenticated, Malformed, TooLarge, WrongMediaType)


@dataclass(frozen=True, slots=True)
class Operation:
    """What a route does: its answer is the name of a schema, or empty for 204.

    `own` are the faults that are this operation's; those that every one has come to them. Where it
    `takes_lines`, body and answer are of each line, and so are most faults.
    """

    summary: str
    callers: tuple[Caller, ...]
    answer: str = ""
    body: type[Schema] | None = None
    own: tuple[type[Fault], ...] = ()
    creates: bool = False
    takes_lines: bool = False

    @property
    def status(self) -> int:
        """The status of an answer to what was asked."""
        if not self.answer:
            return 204
        return 201 if self.creates else 200

    @property
    def faults(self) -> tuple[type[Fault], ...]:
        """Every fault that may be answered."""
        general = (each for each in _OF_ALL if self.callers or each is not Unauthenticated)
        return (*general, *self.own)


_ENROLLING = (Caller.USER, Caller.ENROLLMENT)
_USER, _ADMIN, _DEVICE, _APP = (Caller.USER,), (Caller.ADMIN,), (Caller.DEVICE,), (Caller.APP,)

# fmt: off
OPERATIONS: dict[str, Operation] = {
    "plain.enroll": Operation(
        "Enroll a device", _ENROLLING, "Enrolled", EnrollmentBody,
        (Forbidden, Conflict, Impossible), creates=True),
    "plain.device_check_in": Operation(
        "A device reports facts and how its orders went, and is handed orders",
        _DEVICE, "DeviceCheckedIn", CheckInBody, (Forbidden, NotFound, Conflict, Gone)),
    "plain.enroll_in_bulk": Operation(
        "Enroll many devices, a line each; a line that was done gets a new token",
        _ENROLLING, "LineOfEnrollment", EnrollmentLine, (Forbidden,), takes_lines=True),
    "plain.check_in_in_bulk": Operation(
        "Many devices check in, a line each; a line that was done is not done again",
        (), "LineOfCheckIn", CheckInLine, takes_lines=True),
    "plain.unenroll": Operation(
        "A device leaves: everything that is held on it goes at once", _DEVICE, own=(Gone,)),
    "plain.device_receipts": Operation(
        "What became of what the device sent, the latest first", _DEVICE, "Receipts", own=(Gone,)),
    "plain.create_enrollment_token": Operation(
        "Create an enrollment token, for one user or for anybody", _ADMIN, "EnrollmentToken",
        TokenBody, (Forbidden, NotFound), creates=True),
    "plain.register": Operation(
        "Register an app, beside its device's token where it is on an enrolled device",
        _USER, "Registered", RegistrationBody, (Forbidden, Gone, Impossible), creates=True),
    "plain.app_check_in": Operation(
        "An app reports facts and how its orders went, and is handed orders and policies",
        _APP, "AppCheckedIn", CheckInBody, (Forbidden, NotFound, Conflict, Gone)),
    "plain.unregister": Operation(
        "An app leaves: everything that is held on it goes at once", _APP, own=(Gone,)),
    "plain.app_receipts": Operation(
        "What became of what the app sent, the latest first", _APP, "Receipts", own=(Gone,)),
    "privacy.show": Operation(
        "The tenant's switches", _ADMIN, "TenantSettings", own=(Forbidden,)),
    "privacy.change": Operation(
        "Turn switches on or off; what is stored is judged again at once",
        _ADMIN, "TenantSettings", SettingsBody, (Forbidden,)),
    "privacy.catalogue": Operation(
        "Every row of the catalogue in words, and the register of what the service itself needs",
        _ADMIN, "Catalogue", own=(Forbidden,)),
    "privacy.preview": Operation(
        "What would become of facts in a context; they are forgotten at once",
        _ADMIN, "Preview", PreviewBody, (Forbidden,)),
    "privacy.record": Operation(
        "What is held on a device or an app, and by which rows",
        _ADMIN, "Held", own=(Forbidden, NotFound)),
    "privacy.told": Operation(
        "The receipts of a device or an app, the latest first",
        _ADMIN, "Receipts", own=(Forbidden, NotFound)),
    "privacy.rejudgement": Operation(
        "How many records a change of the tenant still concerns",
        _ADMIN, "Progress", own=(Forbidden,)),
    "privacy.export": Operation(
        "Everything that is held on a person",
        _ADMIN, "PersonalData", PersonBody, (Forbidden, NotFound)),
    "privacy.erase": Operation(
        "Erase everything that is held on a person",
        _ADMIN, "Erased", PersonBody, (Forbidden, NotFound)),
    "privacy.rotate": Operation(
        "Give the tenant a new key for pseudonyms", _ADMIN, own=(Forbidden, Conflict)),
    "privacy.close": Operation(
        "Close the tenant: it collects nothing more", _ADMIN, "TenantEnd", own=(Forbidden,)),
    "privacy.reopen": Operation(
        "Open the tenant again", _ADMIN, "TenantEnd", own=(Forbidden,)),
}
# fmt: on
