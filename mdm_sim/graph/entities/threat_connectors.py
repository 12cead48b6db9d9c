"""mobileThreatDefenseConnectors: an enabled one lets the threat state of its platforms be kept."""

from __future__ import annotations

from mdm_sim import access, contexts, epochs
from mdm_sim.graph.entities.documents import Document, Kind
from mdm_sim.messages import Detail, Malformed
from mdm_sim.store.work import Work

# The properties of Graph's mobileThreatDefenseConnector: what is true or false, and the rest.
_FLAGS = (
    "androidEnabled",
    "iosEnabled",
    "windowsEnabled",
    "macEnabled",
    "androidMobileApplicationManagementEnabled",
    "iosMobileApplicationManagementEnabled",
    "windowsMobileApplicationManagementEnabled",
    "androidDeviceBlockedOnMissingPartnerData",
    "iosDeviceBlockedOnMissingPartnerData",
    "windowsDeviceBlockedOnMissingPartnerData",
    "macDeviceBlockedOnMissingPartnerData",
    "partnerUnsupportedOsVersionBlocked",
    "allowPartnerToCollectIOSApplicationMetadata",
    "allowPartnerToCollectIOSPersonalApplicationMetadata",
    "microsoftDefenderForEndpointAttachEnabled",
    "allowPartnerToCollectIosCertificateMetadata",
    "allowPartnerToCollectIosPersonalCertificateMetadata",
    "grantMobileThreatDefensePartnerRole",
    "launchMobileThreatDefensePartnerOnSetupEnabled",
    "partnerSupportsAndroidMam",
    "partnerSupportsIosCertificateSync",
    "partnerSupportsIosMam",
    "partnerSupportsWindowsMam",
)
_TEXTS = (
    "partnerState",
    "partnerDisplayName",
    "partnerUnresponsivenessThresholdInDays",
    "lastHeartbeatDateTime",
    "partnerMinimumSupportedAndroidVersion",
    "partnerMinimumSupportedIosVersion",
    "partnerMinimumSupportedMacVersion",
    "partnerMinimumSupportedWindowsVersion",
)
_PARTNER_STATES = {
    "unavailable",
    "available",
    "enabled",
    "unresponsive",
    "notSetUp",
    "error",
}


def _check(connector: Document) -> None:
    flags = {name for name in connector if name in _FLAGS}
    wrong = sorted(name for name in flags if not isinstance(connector[name], bool))
    if wrong:
        message = "A property of the connector has to be true or false."
        raise Malformed(message, [Detail(f"/{name}", "a boolean is expected") for name in wrong])
    state = connector.get("partnerState", "enabled")
    if not isinstance(state, str) or state not in _PARTNER_STATES:
        message = "The partnerState is not one of Graph's."
        raise Malformed(message, [Detail("/partnerState", "a member is expected")])


def _effect(work: Work, _id: str, _document: Document | None) -> None:
    epochs.begin(work)


CONNECTORS = Kind(
    contexts.CONNECTORS,
    "mobileThreatDefenseConnector",
    access.SERVICE,
    "DeviceConfiguration",
    (*_FLAGS, *_TEXTS),
    effect=_effect,
    check=_check,
    closed=True,
)
