"""The stage of the proof: a service, its callers, the records on it, and what they do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mdm_sim.policy.context import Context, Ownership, Platform, Workload
from mdm_sim.proving.callers import Callers
from mdm_sim.proving.canaries import Holder
from mdm_sim.proving.ledger import Ledger
from mdm_sim.proving.model import Model, Record
from mdm_sim.proving.offers import UNKNOWN_ROW, Offers
from mdm_sim.proving.routes import Map
from mdm_sim.proving.searching import Search
from mdm_sim.proving.service import Service, ServiceFailed

DEVICES = "/v1.0/deviceManagement/managedDevices"
BETA_DEVICES = "/beta/deviceManagement/managedDevices"
# Enrollment types that leave a joined device object in the directory.
_JOINING = {"windowsBulkAzureDomainJoin", "windowsCoManagement"}
_WORK_PROFILES = {"userEnrollment", "androidEnterpriseCorporateWorkProfile"}


@dataclass(frozen=True, slots=True)
class Made:
    """What the sweep made: where it is, who it is, and a body without canaries to put there.

    What is below a document goes with it.
    """

    path: str
    holder: Holder
    blank: Mapping[str, Any] | None = None
    is_document: bool = False


class Stage:
    """Everything that the phases of the proof act on."""

    def __init__(self, service: Service, ledger: Ledger, routes: Map, patience: float) -> None:
        """`service` is running; `patience` is a search's, in seconds."""
        self.service, self.ledger, self.routes = service, ledger, routes
        self.callers = Callers(service, ledger, routes)
        self.model = Model(ledger)
        self.offers = Offers(ledger)
        self.search = Search(service.root, ledger, self.model)
        self.named: dict[str, Record] = {}
        self.made: dict[str, str] = {}
        self.swept: list[Made] = []
        self.objects: dict[str, str] = {}
        self.unsure: list[Record] = []
        self.patience = self._usual_patience = patience
        self._read_at = -1
        self._told = 0
        self._user_tokens: dict[str, str] = {}

    def user(self, place: int) -> str:
        """The UPN of one of the development tenant's users."""
        users = self.service.ready["users"]
        return str(users[place % len(users)]["upn"])

    def token_of(self, upn: str, password: str | None = None) -> str:
        """A user's access token; the password of a development user is known."""
        if upn not in self._user_tokens:
            self._user_tokens[upn] = self.callers.user_token(upn, password)
        return self._user_tokens[upn]

    def enroll(
        self,
        name: str,
        platform: Platform,
        how: str,
        ownership: Ownership,
        *,
        facts: dict[str, Any] | None = None,
        upn: str = "",
        token: str = "",
    ) -> Record:
        """A device enrolls and offers everything, or `facts`."""
        upn = upn or self.user(len(self.named))
        offered = facts or self.offers.everything(Workload.MDM, platform)
        body = {
            "platform": platform,
            "enrollmentType": how,
            "facts": offered,
            **self.offers.unknown_members(),
        }
        token = token or self.token_of(upn)
        if self._is_bulks_turn():
            line = body | {"key": self._key()}
            told = self.callers.tell_in_bulk("/mdm/v1/enrollments:bulk", line, token)
        else:
            told = self.callers.tell("POST", "/mdm/v1/enrollments", body, token)
        device_id = str(offered.get("azureADDeviceId", "")).lower()
        if how in _JOINING and device_id:
            self.model.tenant.joined.add((device_id, upn))
            self.ledger.hold(device_id, ("directory", device_id))
        work_profile = platform is Platform.ANDROID and how in _WORK_PROFILES
        context = Context(
            Workload.MDM, ownership, platform, mdm_enrolled=True, work_profile=work_profile
        )
        record = Record(told["id"], told["deviceToken"], upn, context, name)
        self.model.begin(record, offered)
        self.named[name] = record
        return record

    def register(
        self, name: str, platform: Platform, device: Record | None = None, *, upn: str = ""
    ) -> Record:
        """An app registers and offers everything; with `device` it is linked to that device."""
        upn = device.upn if device else upn or self.user(len(self.named))
        offered = self.offers.everything(Workload.MAM, platform)
        own = next(v for v in offered["appIdentifier"].values() if isinstance(v, str))
        offered["applications"] = self.offers.applications(Workload.MAM, own)
        link = {"deviceToken": device.token} if device else {}
        body = {"platform": platform, "facts": offered, **link, **self.offers.unknown_members()}
        told = self.callers.tell("POST", "/mam/v1/registrations", body, self.token_of(upn))
        context = Context(
            Workload.MAM,
            device.context.ownership if device else Ownership.PERSONAL,
            platform,
            mdm_enrolled=device is not None,
        )
        record = Record(told["id"], told["appToken"], upn, context, name, device)
        self.model.begin(record, offered)
        self.named[name] = record
        return record

    def check_in(
        self,
        record: Record,
        facts: Mapping[str, Any] | None = None,
        *,
        consent: bool | None = None,
        results: list[dict[str, Any]] | None = None,
        asked: bool = False,
    ) -> dict[str, Any]:
        """A record checks in and reports `facts`; returns the answer."""
        body: dict[str, Any] = {"facts": dict(facts or {}), "results": results or []}
        if consent is not None:
            body["diagnosticsConsent"] = consent
        body |= self.offers.unknown_members()
        if record.is_device and self._is_bulks_turn():
            line = body | {"key": self._key(), "deviceToken": record.token}
            told = self.callers.tell_in_bulk(f"{record.door}:bulk", line, "", record.id)
        else:
            told = self.callers.tell("POST", record.door, body, record.token, subject=record.id)
        self.model.report(record, facts or {}, consent=consent, asked=asked)
        return told

    def _is_bulks_turn(self) -> bool:
        """The single doors and those for many take turns."""
        self._told += 1
        return self._told % 2 == 0

    def _key(self) -> str:
        """The key of a line is the caller's word: a canary like any other."""
        return self.ledger.name(UNKNOWN_ROW, "key of a line")

    def fresh(self, record: Record) -> dict[str, Any]:
        """New values for everything that a record may report at a check-in."""
        workload = record.context.workload
        fixed = () if record.is_device else ("appIdentifier", "deviceTag")
        facts = self.offers.facts(workload, record.context.platform, leaving_out=fixed)
        return facts | self.offers.unknown()

    def end(self, record: Record) -> None:
        """A record is gone, by the model and by its name."""
        self.model.end(record)
        self.named.pop(record.name, None)

    def switch(self, **switches: bool) -> None:
        """An administrator turns the tenant's switches."""
        self.callers.ask("PATCH", "/privacy/v1/settings", switches)
        self.model.tenant.switches |= switches
        self.model.rejudge()

    def read_back(self) -> None:
        """Ask for what changed and for every list, so that the search sees what is shown."""
        for record in list(self.model.records.values()):
            if record.settled > self._read_at:
                self.callers.ask("GET", f"/privacy/v1/records/{record.id}")
        self._read_at = self.ledger.tick
        for path in (
            f"{BETA_DEVICES}?$top=1000",
            f"{DEVICES}?$top=1000&$select=id,iccid,udid,ethernetMacAddress",
            "/v1.0/deviceManagement/detectedApps?$top=1000",
            "/beta/deviceAppManagement/managedAppRegistrations?$top=1000",
            "/v1.0/deviceManagement/auditEvents?$top=100",
            "/v1.0/devices",
            "/v1.0/users",
        ):
            self.callers.ask("GET", path)

    def conclude(self, phase: str) -> None:
        """The end of a phase: read everything back and search."""
        if self.service.is_running:
            self.read_back()
        self.search.run(phase, self.callers.answers, self.patience)
        self.patience = self._usual_patience

    def need(self, name: str) -> Record:
        """The record of that name. Raises ServiceFailed when an earlier phase did not make it."""
        if name not in self.named:
            message = f"the record {name} is not there"
            raise ServiceFailed(message)
        return self.named[name]
