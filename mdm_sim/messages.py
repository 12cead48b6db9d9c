"""What passes between doors and core: requests, answers and errors, in no wire's format.

Errors form one small tree and carry no HTTP status; each door maps them in one place:

    Fault
      Malformed (400)  Unauthenticated (401)  Forbidden (403)  NotFound (404)  Conflict (409)
      Gone (410)       TooLarge (413)         WrongMediaType (415)             Impossible (422)
      NotServed (501)  Unavailable (503)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mdm_sim.policy import catalogue
from mdm_sim.policy.context import Context, Platform
from mdm_sim.policy.minimise import Minimised
from mdm_sim.policy.preview import in_json, preview


@dataclass(frozen=True, slots=True)
class Detail:
    """One thing that is wrong: where (a JSON pointer, RFC 6901) and what was expected."""

    target: str
    message: str


class Fault(Exception):
    """A request that is refused whole: it changes nothing, and its text quotes no value."""

    code = "fault"

    def __init__(self, message: str, details: Sequence[Detail] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.details = tuple(details)


class Malformed(Fault):
    """The bytes or the types are wrong."""

    code = "badRequest"


class Unauthenticated(Fault):
    """No credential, or one that proves nothing."""

    code = "unauthenticated"


class Forbidden(Fault):
    """A good credential, but not for this."""

    code = "forbidden"


class NotFound(Fault):
    """No such object, or none that may be seen."""

    code = "notFound"


class NotInDirectory(NotFound):
    """No such object in the directory, which Graph tells with a code of its own."""


class BadInDirectory(Malformed):
    """What the directory itself refuses, which Graph tells with a code of its own."""


class UnsupportedQuery(BadInDirectory):
    """A query that the directory answers from its index alone, or not at all."""


class Conflict(Fault):
    """It is already so, or somebody else's."""

    code = "conflict"


class Gone(Fault):
    """The record was retired, wiped or unenrolled."""

    code = "gone"


class TooLarge(Fault):
    """More bytes, items or depth than a door takes."""

    code = "payloadTooLarge"


class WrongMediaType(Fault):
    """The body is in a format that the door does not read."""

    code = "unsupportedMediaType"


class Impossible(Fault):
    """Understood, but it cannot be done."""

    code = "unprocessable"


class NotServed(Fault):
    """A thing of the real service that this one has no behaviour for, and says so."""

    code = "notImplemented"

    def __init__(self) -> None:
        super().__init__("This operation has no behaviour in mdm-sim.")


class Unavailable(Fault):
    """The database cannot be reached just now, or is held too long by somebody else.

    Whether a commit that was under way is stored nobody knows: whoever asked asks again.
    """

    code = "serviceUnavailable"

    def __init__(self) -> None:
        super().__init__("The database cannot be reached; try again later.")


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls, as a verified access token says. `user_id` is None for an application alone."""

    tenant_id: str
    client_id: str
    client_name: str
    user_id: str | None = None
    user_principal_name: str | None = None
    is_admin: bool = False
    permissions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Enrollment:
    """A device that asks to be managed. `facts` are as the device states them."""

    platform: Platform
    enrollment_type: str
    facts: Mapping[str, Any]
    diagnostics_consent: bool = False


@dataclass(frozen=True, slots=True)
class Registration:
    """A managed app that registers for app protection; `device_token` links an MDM device."""

    platform: Platform
    facts: Mapping[str, Any]
    device_token: str | None = None
    diagnostics_consent: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What a device says of an order: done, failed or notSupported; `detail` answers a query."""

    id: str
    status: str
    detail: Any = None


@dataclass(frozen=True, slots=True)
class CheckIn:
    """What a device or an app reports, and how its orders went. Consent None: unchanged."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    results: Sequence[Result] = ()
    diagnostics_consent: bool | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """Something the device or app is to do."""

    id: str
    action: str
    parameters: Mapping[str, Any]


# The conditions that a receipt names and a preview asks for, as JSON spells them.
CONDITIONS = {
    "entraJoined": "entra_joined",
    "mdmEnrolled": "mdm_enrolled",
    "workProfile": "work_profile",
    "mtdConnector": "mtd_connector",
    "compliantAppsFeature": "compliant_apps_feature",
    "strictAppInventory": "strict_app_inventory",
    "locationOnRequestOnly": "location_on_request_only",
    "locationRequested": "location_requested",
    "tenantDiagnostics": "tenant_diagnostics",
    "userDiagnostics": "user_diagnostics",
}


def describe(context: Context) -> dict[str, Any]:
    """A context as receipts show it."""
    head = {
        "workload": context.workload,
        "ownership": context.ownership,
        "platform": context.platform,
    }
    return head | {name: getattr(context, field) for name, field in CONDITIONS.items()}


def receipt(outcome: Minimised, context: Context) -> dict[str, Any]:
    """What became of what was sent: row ids, reasons and counts, never a value."""
    return {
        "policyVersion": catalogue.VERSION,
        "context": describe(context),
        "kept": sorted(outcome.rows),
        "reduced": outcome.reduced,
        "judged": sorted(outcome.judged),
        "refused": outcome.refused,
        "unknown": outcome.unknown,
    }


def forecast(
    facts: Mapping[str, Any], context: Context, managed_apps: Collection[str]
) -> dict[str, Any]:
    """What would become of facts: a verdict, row and reason for each known name, never a value."""
    head = {"policyVersion": catalogue.VERSION, "context": describe(context)}
    return head | in_json(preview(facts, context, managed_apps))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a door that is a plain function is given: a bearer token, a JSON text, an own id."""

    token: str
    body: bytes
    request_id: str


@dataclass(frozen=True, slots=True)
class Told:
    """What such a door answers: a status and a JSON text."""

    status: int
    body: bytes


Door = Callable[[Asked], Told]
