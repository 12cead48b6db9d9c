"""A tenant of app protection alone: what the page denies for MAM is refused, naming its row."""

from __future__ import annotations

from fnmatch import fnmatchcase

from mdm_sim.graph.asking import Ask
from mdm_sim.graph.documents.tables import DAM, DM
from mdm_sim.messages import Forbidden
from mdm_sim.policy import catalogue

# fmt: off
# What a MAM-only tenant has not, and the row of the page that says so.
_DENIED: tuple[tuple[str, str], ...] = (
    (f"{DM}/deviceCompliancePolic*",                "admin_created.compliance_policies"),
    (f"{DM}/compliance*",                           "admin_created.compliance_policies"),
    (f"{DM}/deviceComplianceScripts*",              "admin_created.compliance_policies"),
    (f"{DM}/deviceComplianceReport*",               "admin_created.compliance_policies"),
    (f"{DM}/groupPolicy*",                          "admin_created.group_policy"),
    (f"{DM}/deviceManagementScripts*",              "admin_created.powershell_scripts"),
    (f"{DM}/deviceHealthScripts*",                  "admin_created.powershell_scripts"),
    (f"{DM}/deviceShellScripts*",                   "admin_created.powershell_scripts"),
    (f"{DM}/deviceCustomAttributeShellScripts*",    "admin_created.powershell_scripts"),
    (f"{DM}/userPfxCertificates*",                  "access.certificate_private_keys"),
    (f"{DM}/*ertificationAuthority*",               "access.certificate_private_keys"),
    (f"{DAM}/enterpriseCodeSigningCertificates*",   "access.certificate_private_keys"),
    (f"{DAM}/symantecCodeSigningCertificate*",      "access.certificate_private_keys"),
    (f"{DM}/hardwarePassword*",                     "access.static_authenticators"),
    (f"{DM}/derivedCredentials*",                   "access.static_authenticators"),
    (f"{DM}/managedDeviceOverview*",                "tenant_account.enrolled_devices_or_users"),
    (f"{DM}/softwareUpdateStatusSummary*",          "tenant_account.installed_devices"),
    (f"{DM}/deviceConfigurationDeviceStateSummaries*", "tenant_account.installed_devices"),
    (f"{DM}/deviceConfigurationUserStateSummaries*", "tenant_account.installed_devices"),
    (f"{DM}/applePushNotificationCertificate*",     "third_party_tenant.ids"),
    (f"{DM}/depOnboardingSettings*",                "third_party_tenant.ids"),
    (f"{DAM}/vppTokens*",                           "third_party_tenant.ids"),
    (f"{DM}/remoteAssistance*",                     "support.contact_information"),
    (f"{DM}/troubleshootingEvents*",                "support.email_discussions"),
    (f"{DM}/microsoftTunnelServerLogCollectionResponses*", "support.email_discussions"),
)
# fmt: on


def require_collected(ask: Ask, path: str) -> None:
    """Raise Forbidden for a path (without keys) that a MAM-only tenant has nothing at."""
    if ask.workload != "mam":
        return
    for pattern, row in _DENIED:
        if fnmatchcase(path, pattern):
            message = (
                f"This tenant manages apps only (MAM), for which the data of row {row} "
                f"({catalogue.BY_ID[row].en}) is not collected."
            )
            raise Forbidden(message)
