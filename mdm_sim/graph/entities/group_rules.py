"""What the directory takes as a group: the properties of a body, and groups as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mdm_sim.graph.asking import Ask
from mdm_sim.graph.documents.writing import require_collectable
from mdm_sim.graph.edm.checking import Checked, checked
from mdm_sim.graph.edm.model import model
from mdm_sim.graph.entities import group_members
from mdm_sim.graph.entities.group_members import DYNAMIC, UNIFIED
from mdm_sim.messages import BadInDirectory, Detail
from mdm_sim.tenant import DOMAIN

_REQUIRED = ("displayName", "mailEnabled", "mailNickname", "securityEnabled")
_LONGEST = {"displayName": 256, "mailNickname": 64, "description": 1024, "membershipRule": 3072}
# What the directory sets itself.
# fmt: off
_READ_ONLY = frozenset({
    "id", "createdDateTime", "deletedDateTime", "expirationDateTime", "renewedDateTime", "mail",
    "proxyAddresses", "securityIdentifier", "onPremisesDomainName", "onPremisesLastSyncDateTime",
    "onPremisesNetBiosName", "onPremisesProvisioningErrors", "onPremisesSamAccountName",
    "onPremisesSecurityIdentifier", "onPremisesSyncEnabled", "hasMembersWithLicenseErrors",
    "licenseProcessingState", "organizationId", "assignedLicenses", "serviceProvisioningErrors",
    "isManagementRestricted",
})
# fmt: on
_NO_MAIL = (
    "The service does not currently support writes of mail-enabled groups. Please ensure that the "
    "mail-enablement property is unset and the security-enablement property is set."
)


@dataclass(frozen=True, slots=True)
class Change:
    """A good body: what of a group it sets, and who it adds to which relation."""

    values: Mapping[str, Any]
    added: Mapping[str, list[str]]

    @property
    def names(self) -> list[str]:
        """Every property that it changes."""
        return [*self.values, *self.added]


def read(ask: Ask) -> Change:
    """The request's body, checked against the type and the directory's rules."""
    body = ask.body()
    require_collectable(body)
    known = model(ask.version)
    found: Checked = checked(known, known.types["group"], body)
    for name in found.names:
        given = found.values.get(name)
        if name in _READ_ONLY and given not in (None, [], ""):
            raise _wrong(name, "is read-only and cannot be set")
        if isinstance(given, str) and len(given) > _LONGEST.get(name, 4096):
            raise _wrong(name, "is longer than it may be")
    for name, ids in found.bound.items():
        if name not in group_members.WRITTEN:
            raise _wrong(name, "cannot be set so")
        group_members.require_few(name, ids)
    values = {name: value for name, value in found.values.items() if name not in _READ_ONLY}
    return Change(values, found.bound)


def _wrong(name: str, why: str) -> BadInDirectory:
    return BadInDirectory(f"Property '{name}' {why}.", [Detail(f"/{name}", why)])


def require_whole(group: Mapping[str, Any]) -> None:
    """Raise BadInDirectory for a group that the directory would not have."""
    for name in _REQUIRED:
        if group.get(name) in (None, ""):
            message = f"A value is required for property '{name}' of resource 'Group'."
            raise BadInDirectory(message, [Detail(f"/{name}", "a value is expected")])
    if (UNIFIED in group["groupTypes"]) != group["mailEnabled"] or not (
        group["mailEnabled"] or group["securityEnabled"]
    ):
        raise BadInDirectory(_NO_MAIL)
    if not set(group["groupTypes"]) <= {UNIFIED, DYNAMIC}:
        raise _wrong("groupTypes", "may have Unified and DynamicMembership")
    if (DYNAMIC in group["groupTypes"]) != bool(group.get("membershipRule")):
        raise _wrong("membershipRule", "and the group type DynamicMembership go together")
    if group.get("membershipRuleProcessingState") not in {None, "On", "Paused"}:
        raise _wrong("membershipRuleProcessingState", "is On or Paused")


def completed(group: dict[str, Any]) -> dict[str, Any]:
    """A group with what the directory sets itself."""
    is_unified = UNIFIED in group["groupTypes"]
    mail = f"{group['mailNickname']}@{DOMAIN}" if is_unified else None
    is_dynamic = DYNAMIC in group["groupTypes"]
    state = group.get("membershipRuleProcessingState") or "Paused"
    return group | {
        "mail": mail,
        "proxyAddresses": [f"SMTP:{mail}"] if mail else [],
        "membershipRuleProcessingState": state if is_dynamic else None,
        "visibility": group.get("visibility") or ("Public" if is_unified else None),
    }
