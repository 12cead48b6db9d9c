"""What the service knows about a record when it decides: server state, never the payload.

Source: the policy page's MAM column and its conditions; a missing condition counts as false.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Workload(StrEnum):
    """Whole-device management, or app protection only (footnote 1 of the page)."""

    MDM = "mdm"
    MAM = "mam"


class Ownership(StrEnum):
    """Whose device it is; anything but corporate is judged as personal."""

    CORPORATE = "corporate"
    PERSONAL = "personal"
    UNKNOWN = "unknown"


class Platform(StrEnum):
    """The platforms that devices name on the plain doors."""

    WINDOWS = "windows"
    MACOS = "macos"
    IOS = "ios"
    IPADOS = "ipados"
    ANDROID = "android"
    LINUX = "linux"


@dataclass(frozen=True, slots=True)
class Context:
    """Every condition that a rule may ask about. Finite, so that tests enumerate all of it."""

    workload: Workload
    ownership: Ownership
    platform: Platform
    entra_joined: bool = False
    mdm_enrolled: bool = False
    work_profile: bool = False
    mtd_connector: bool = False
    compliant_apps_feature: bool = False
    strict_app_inventory: bool = False
    location_on_request_only: bool = False
    location_requested: bool = False
    device_query: bool = False
    tenant_diagnostics: bool = False
    user_diagnostics: bool = False
    app_managed: bool = False


CONDITIONS = tuple(
    name
    for name in Context.__dataclass_fields__
    if name not in {"workload", "ownership", "platform"}
)
