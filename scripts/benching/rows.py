"""The rows of the table: what is asked, and what of the service's own requests asks it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from benching import bodies
from benching.load import NUMBER, Load, field

DEVICES = "/v1.0/deviceManagement/managedDevices"
AUDIT = "/v1.0/deviceManagement/auditEvents"
SERIAL = r"SN\d{8}"
PAGE = 100


@dataclass(frozen=True)
class Row:
    """One line of the table. `writes` is whether a commit is in it."""

    name: str
    what: str
    writes: bool


# Enrollment comes last, since it makes the fleet larger.
ROWS = (
    Row("get", "one device by id (Graph)", writes=False),
    Row("first page", "the first 100 devices", writes=False),
    Row("last page", "the last 100 devices", writes=False),
    Row("filter", "one device by its serial number", writes=False),
    Row("audit list", "the latest 100 entries", writes=False),
    Row("check-in unchanged", "34 facts and 60 apps, as stored", writes=True),
    Row("check-in changed", "the same, one fact is new", writes=True),
    Row("check-in refused", "40 facts, 6 of them refused and audited, and 60 apps", writes=True),
    Row("check-in with order", "as unchanged, and an order is handed out", writes=True),
    Row("MAM check-in", "11 facts of an app, as stored", writes=True),
    Row("enroll", "34 facts and 60 apps of a new device", writes=True),
)
BULK_ROWS = (
    Row("bulk check-in", "as changed, 1,000 lines a request", writes=True),
    Row("bulk enroll", "as enroll, 1,000 lines a request", writes=True),
)
BY_NAME = {row.name: row for row in (*ROWS, *BULK_ROWS)}


@dataclass(frozen=True)
class Sample:
    """The prepared devices and apps that requests name, each with its fields."""

    plain: Sequence[Mapping[str, str]]
    ordered: Sequence[Mapping[str, str]]
    apps: Sequence[Mapping[str, str]]
    last_page: str  # the $skiptoken before the last 100


@dataclass(frozen=True)
class Numbered(Sequence[Mapping[str, str]]):
    """Devices by running number, made when they are looked at."""

    first: int
    count: int

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, place: Any) -> Any:
        """The fields of the device at `place`. Raises IndexError beyond the last."""
        if not 0 <= place < self.count:
            raise IndexError
        return bodies.own(self.first + place)


def own_fields() -> dict[str, str]:
    """What `bodies.own` returns, as fields of a template."""
    return {name: field(name) for name in bodies.own(0)}


def encoded(body: Any) -> str:
    """A body as compact JSON, its fields as they stand in templates."""
    return json.dumps(body, separators=(",", ":")).replace("\\u001f", "\x1f")


def changing(body: str) -> str:
    """The same body, with a free storage space that is another in every request."""
    return body.replace(str(bodies.FREE), f"3120{field(NUMBER)}")


def check_in(
    facts: Any, token: str, values: Sequence[Mapping[str, str]], door: str = "mdm"
) -> Load:
    """A check-in of the devices or apps in `values`."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body = encoded({"facts": facts})
    return Load("POST", f"/{door}/v1/check-ins", headers, body, values, shows=('"receipt"', 1))


def service_loads(sample: Sample, admin: str, user: str, first: int, count: int) -> dict[str, Load]:
    """Every row as the service is asked it; devices from number `first` on enroll.

    `admin` and `user` are access tokens.
    """
    mine = own_fields()
    facts = bodies.facts(mine)
    token = field("deviceToken")
    unchanged = check_in(facts, token, sample.plain)
    asking = {"Authorization": f"Bearer {admin}"}
    enrollment = {
        "platform": bodies.PLATFORM,
        "enrollmentType": bodies.ENROLLMENT_TYPE,
        "facts": facts,
    }
    page = f"{DEVICES}?$top={PAGE}"
    skip = f"&$skiptoken={sample.last_page}"
    one = f"{DEVICES}?$filter=serialNumber%20eq%20'SN{field('digits')}'"
    entries = ('"activityOperationType"', PAGE)
    return {
        "get": Load("GET", f"{DEVICES}/{field('id')}", asking, "", sample.plain, shows=(SERIAL, 1)),
        "first page": Load("GET", page, asking, shows=(SERIAL, PAGE)),
        "last page": Load("GET", page + skip, asking, shows=(SERIAL, PAGE)),
        "filter": Load("GET", one, asking, "", sample.plain, shows=(SERIAL, 1)),
        "audit list": Load("GET", f"{AUDIT}?$top={PAGE}", asking, shows=entries),
        "check-in unchanged": unchanged,
        "check-in changed": replace(unchanged, body=changing(unchanged.body)),
        "check-in refused": check_in({**facts, **bodies.NOT_KEPT}, token, sample.plain),
        "check-in with order": replace(
            unchanged, values=sample.ordered, shows=('"action":"rebootNow"', 1)
        ),
        "MAM check-in": check_in(bodies.app_facts(mine), field("appToken"), sample.apps, "mam"),
        "enroll": Load(
            "POST",
            "/mdm/v1/enrollments",
            {"Authorization": f"Bearer {user}", "Content-Type": "application/json"},
            encoded(enrollment),
            Numbered(first, count),
            expects=201,
            shows=('"deviceToken"', 1),
        ),
    }
