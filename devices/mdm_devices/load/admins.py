"""What administrators do beside a fleet: look at lists, at one device, order, and push a policy."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from mdm_devices.connection import User
from mdm_devices.draw import Draw
from mdm_devices.signin import SignIn
from mdm_devices.wire import Answer

GRAPH = "/v1.0/deviceManagement"
DEVICES = f"{GRAPH}/managedDevices"
POLICIES = f"{GRAPH}/deviceCompliancePolicies"
# each with the name that it is counted under
PAGE = (f"{DEVICES}?$top=100&$count=true", f"{DEVICES}?$top&$count")
COMPLIANT = (f"{DEVICES}?$top=50&$filter=complianceState eq 'compliant'", f"{DEVICES}?$filter")
AUDIT = (f"{GRAPH}/auditEvents?$top=50", f"{GRAPH}/auditEvents?$top")
NEXT_PAGE = f"{DEVICES}?$skiptoken"
ORDER = "syncDevice"  # every device may get it, and answers with all it has
EVERYONE = {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}
POLICY: dict[str, object] = {
    "@odata.type": "#microsoft.graph.windows10CompliancePolicy",
    "displayName": "Pushed to the fleet",
    "passwordRequired": True,
    "scheduledActionsForRule": [
        {
            "ruleName": "PasswordRequired",
            "scheduledActionConfigurations": [{"actionType": "block", "gracePeriodHours": 0}],
        }
    ],
}


@dataclass
class Desk:
    """One administrator, with the ids of the devices on the page that was read last."""

    sign_in: SignIn
    admin: User
    draw: Draw
    seen: list[str] = field(default_factory=list)

    def first_page(self) -> None:
        """The first hundred devices."""
        self._page()

    def list_pages(self) -> None:
        """The first hundred, and the next if there are more."""
        following = self._page().get("@odata.nextLink")
        if isinstance(following, str):
            split = urlsplit(following)
            self._get(f"{split.path}?{split.query}", NEXT_PAGE)

    def _page(self) -> dict[str, Any]:
        page = self._get(*PAGE).body
        self.seen = [str(each["id"]) for each in page.get("value") or []]
        return page

    def filter(self) -> None:
        """The devices that comply."""
        self._get(*COMPLIANT)

    def audit(self) -> None:
        """The newest audit entries."""
        self._get(*AUDIT)

    def look(self) -> None:
        """One device."""
        if self.seen:
            self._get(f"{DEVICES}/{self.draw.pick(self.seen)}", f"{DEVICES}/{{id}}")

    def act(self) -> None:
        """An order for one device."""
        if self.seen:
            path = f"{DEVICES}/{self.draw.pick(self.seen)}/{ORDER}"
            self._post(path, {}, f"{DEVICES}/{{id}}/{ORDER}")

    def push(self) -> None:
        """A policy for every device."""
        made = self._post(POLICIES, POLICY, POLICIES).body["id"]
        target: dict[str, object] = {"assignments": [{"target": EVERYONE}]}
        self._post(f"{POLICIES}/{made}/assign", target, f"{POLICIES}/{{id}}/assign")

    def _get(self, path: str, name: str) -> Answer:
        return self.sign_in.get(self.admin, path, name)

    def _post(self, path: str, body: dict[str, object], name: str) -> Answer:
        return self.sign_in.post(self.admin, path, body, name)
