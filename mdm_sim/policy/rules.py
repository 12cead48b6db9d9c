"""Rules as data: small trees over a context, with a reason for every refusal.

Two readers walk the same trees: `refusal` here, and the database guard in `mdm_sim.store.guard`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mdm_sim.policy.context import Context, Ownership, Platform


class Reason(StrEnum):
    """Why a value is refused; the closed list of receipts and audit entries."""

    NEVER_COLLECTED = "never_collected"
    MAM_NOT_PERMITTED = "mam_not_permitted"
    OWNERSHIP_PERSONAL = "ownership_personal"
    PLATFORM_MISMATCH = "platform_mismatch"
    NOT_ENTRA_JOINED = "not_entra_joined"
    NOT_MDM_ENROLLED = "not_mdm_enrolled"
    MTD_NOT_CONFIGURED = "mtd_not_configured"
    UNMANAGED_APP = "unmanaged_app"
    FEATURE_OFF = "feature_off"
    NO_CONSENT = "no_consent"
    WRONG_CHANNEL = "wrong_channel"


@dataclass(frozen=True, slots=True)
class Is:
    """True when the context's `field` is one of `values`."""

    field: str
    values: tuple[str | bool, ...]
    reason: Reason


@dataclass(frozen=True, slots=True)
class AllOf:
    """True when every part is; the first part that is not gives the reason."""

    parts: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True when one part is; `reason` stands for all of them."""

    parts: tuple[Rule, ...]
    reason: Reason


Rule = Is | AllOf | AnyOf


def refusal(rule: Rule, context: Context) -> Reason | None:
    """Why `rule` refuses in `context`, or None when it permits."""
    match rule:
        case Is(field, values, reason):
            return None if getattr(context, field) in values else reason
        case AllOf(parts):
            refusals = (refusal(part, context) for part in parts)
            return next((reason for reason in refusals if reason), None)
        case AnyOf(parts, reason):
            return None if any(refusal(part, context) is None for part in parts) else reason


def on(field: str, reason: Reason) -> Is:
    """A condition that must hold."""
    return Is(field, (True,), reason)


def off(field: str, reason: Reason) -> Is:
    """A condition that must not hold."""
    return Is(field, (False,), reason)


def if_platform(*platforms: Platform) -> Is:
    """Only on these platforms."""
    return Is("platform", platforms, Reason.PLATFORM_MISMATCH)


always = AllOf(())
never_in_mam = AnyOf((), Reason.MAM_NOT_PERMITTED)
never_collected = AnyOf((), Reason.NEVER_COLLECTED)
if_corporate = Is("ownership", (Ownership.CORPORATE,), Reason.OWNERSHIP_PERSONAL)
if_entra_joined = on("entra_joined", Reason.NOT_ENTRA_JOINED)
if_mdm_enrolled = on("mdm_enrolled", Reason.NOT_MDM_ENROLLED)
if_mtd_connector = on("mtd_connector", Reason.MTD_NOT_CONFIGURED)
if_apple_mobile = if_platform(Platform.IOS, Platform.IPADOS)
if_mac = if_platform(Platform.MACOS)
if_windows = if_platform(Platform.WINDOWS)

# The note under the application inventory: corporate-owned, or the compliant-apps feature is on.
if_note = AnyOf(
    (if_corporate, on("compliant_apps_feature", Reason.FEATURE_OFF)), Reason.OWNERSHIP_PERSONAL
)
# Reading R2: in MAM the managed apps; a strict tenant lets the note rule there too (R1).
if_managed_app = AllOf(
    (
        on("app_managed", Reason.UNMANAGED_APP),
        AnyOf(
            (off("strict_app_inventory", Reason.FEATURE_OFF), if_note), Reason.OWNERSHIP_PERSONAL
        ),
    )
)
if_located = AllOf(
    (
        if_corporate,
        AnyOf(
            (
                off("location_on_request_only", Reason.FEATURE_OFF),
                on("location_requested", Reason.FEATURE_OFF),
            ),
            Reason.FEATURE_OFF,
        ),
    )
)
if_diagnostics = AllOf(
    (on("tenant_diagnostics", Reason.FEATURE_OFF), on("user_diagnostics", Reason.NO_CONSENT))
)
if_device_query = AllOf(
    (if_corporate, if_windows, if_entra_joined, on("device_query", Reason.FEATURE_OFF))
)
# A full number on corporate devices only, and never from an Android work profile.
if_full_phone_number = AllOf(
    (
        if_corporate,
        AnyOf(
            (
                Is(
                    "platform",
                    tuple(p for p in Platform if p is not Platform.ANDROID),
                    Reason.PLATFORM_MISMATCH,
                ),
                off("work_profile", Reason.OWNERSHIP_PERSONAL),
            ),
            Reason.OWNERSHIP_PERSONAL,
        ),
    )
)
